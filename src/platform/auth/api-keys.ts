import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { problem, type ProblemError } from '#src/platform/errors.js';
import type { KeyPrincipal, Scope } from './principal.js';

/** How every API key begins, so that a leaked one is found by scanners and told apart from a token. */
export const keyPrefix = 'cdk_';

/** Ours have 43 characters after the prefix, which is 256 bits; one that is given to us may be longer or shorter. */
const keyPattern = /^cdk_[A-Za-z0-9_-]{16,128}$/;

/** Whether a text has the form of an API key; also what `CARDEA_BOOTSTRAP_KEY` must look like. */
export function isApiKey(text: string): boolean {
  return keyPattern.test(text);
}

/** Makes a new key. It is shown once; only its hash is kept. */
export function generateApiKey(): string {
  return keyPrefix + randomBytes(32).toString('base64url');
}

/**
 * The SHA-256 of a key, under which it is stored and found. No salt and no stretching: random bits cannot be
 * guessed, and a check must not cost a password hash.
 */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** A stored key, as `select f.*, now() as now from find_api_key($1) f` finds it. */
export interface FoundKey {
  readonly hash: Uint8Array;
  /** Null for a key of the platform. */
  readonly office: string | null;
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly revokedAt: Date | null;
  readonly expiresAt: Date | null;
  /** The revision of its office, or of the platform, in the snapshot that it was found in. */
  readonly asOf: number;
  /** The clock of PostgreSQL, which decides about expiry: clocks of instances jump. */
  readonly now: Date;
}

/**
 * Finds a stored key by its hash. Asked for every request: a revoked key must not work a moment longer.
 *
 * @throws UnavailableError when the store cannot be asked
 */
export type FindKey = (hash: Buffer) => Promise<FoundKey | null>;

/**
 * Who an API key stands for.
 *
 * @throws ProblemError `unauthenticated`, the same for an unknown, a revoked and an expired key
 */
export async function authenticateKey(key: string, findKey: FindKey): Promise<KeyPrincipal> {
  if (!isApiKey(key)) throw invalidToken('not the form of an API key');
  const hash = hashApiKey(key);
  const found = await findKey(hash);
  // The store compares too, by an index and so not in constant time; that leaks at most the hash of a guess.
  if (!found || found.hash.length !== hash.length || !timingSafeEqual(found.hash, hash))
    throw invalidToken('unknown key');
  if (found.revokedAt) throw invalidToken(`key ${found.id} is revoked`);
  if (found.expiresAt && found.expiresAt <= found.now) throw invalidToken(`key ${found.id} has expired`);
  const { office, id, scopes, asOf, expiresAt } = found;
  return { kind: 'key', office, id, scopes, asOf, expiresAtMs: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY };
}

/** The answer to a credential that is not good (RFC 6750 §3.1); why is for the log. */
export function invalidToken(internal: string): ProblemError {
  return problem('unauthenticated', {}, { internal, headers: challenge('error="invalid_token"') });
}

/** A `WWW-Authenticate` header. */
export function challenge(...parameters: string[]): Record<string, string> {
  return { 'www-authenticate': ['Bearer realm="cardea"', ...parameters].join(', ') };
}
