import { hash } from 'node:crypto';

/** What stands before the first entry of a chain. */
export const genesis = '0'.repeat(64);

/** The hash of an entry: SHA-256, in hex, over the hash of the one before it, in hex too, and its own text. */
export function nextHash(previous: string, text: string | Buffer): string {
  if (typeof text === 'string') return hash('sha256', previous + text, 'hex');
  return hash('sha256', Buffer.concat([Buffer.from(previous), text]), 'hex');
}

const sealStart = ',"hash":"';
const closing = Buffer.from('}');
const sealLength = sealStart.length + genesis.length + '"}'.length;
const seal = /^,"hash":"([0-9a-f]{64})"\}$/;

/** An entry as a line of a file: its text, which is a JSON object, with the hash as the last member. */
export function sealed(text: string, hashOfText: string): string {
  return `${text.slice(0, -1)}${sealStart}${hashOfText}"}`;
}

/**
 * Takes a line of {@link sealed} apart again; `undefined` where it is none. Bytes, not text: what is no UTF-8 would all
 * look the same once it is decoded.
 */
export function unsealed(line: Buffer): { text: Buffer; hash: string } | undefined {
  const found = seal.exec(line.subarray(-sealLength).toString('latin1'))?.[1];
  if (found === undefined || line.length <= sealLength) return undefined;
  return { text: Buffer.concat([line.subarray(0, -sealLength), closing]), hash: found };
}
