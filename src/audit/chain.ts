import { hash } from 'node:crypto';

/** What stands before the first entry of a chain. */
export const genesis = '0'.repeat(64);

/** The hash of an entry: SHA-256, in hex, over the hash of the one before it, in hex too, and its own text. */
export function nextHash(previous: string, text: string): string {
  return hash('sha256', previous + text, 'hex');
}

const sealStart = ',"hash":"';
const sealLength = sealStart.length + genesis.length + '"}'.length;
const seal = /^,"hash":"([0-9a-f]{64})"\}$/;

/** An entry as a line of a file: its text, which is a JSON object, with the hash as the last member. */
export function sealed(text: string, hashOfText: string): string {
  return `${text.slice(0, -1)}${sealStart}${hashOfText}"}`;
}

/** Takes a line of {@link sealed} apart again, byte for byte; `undefined` where it is none. */
export function unsealed(line: string): { text: string; hash: string } | undefined {
  const found = seal.exec(line.slice(-sealLength))?.[1];
  return found === undefined ? undefined : { text: `${line.slice(0, -sealLength)}}`, hash: found };
}
