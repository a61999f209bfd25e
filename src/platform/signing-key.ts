import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { firstRow, rows } from './sql.js';

/**
 * Signs what leaves the service and must come back unchanged. Every instance shares the key: it is made once and kept
 * in PostgreSQL, where only the owner of the schema reads it.
 */
export class SigningKey {
  /** Prepared once: with the bytes themselves, every signature would cost five times as much. */
  private readonly secret: KeyObject;

  constructor(secret: Buffer) {
    this.secret = createSecretKey(secret);
  }

  /** The key of this database, made on first use. `em` must work as the owner of the schema. */
  static async load(em: EntityManager): Promise<SigningKey> {
    await rows(em, `insert into platform_secret (name, value) values ('signing', $1) on conflict do nothing`, [
      randomBytes(32),
    ]);
    const row = await firstRow<{ value: Buffer }>(em, `select value from platform_secret where name = 'signing'`);
    if (!row) throw new Error('the signing key is missing from platform_secret');
    return new SigningKey(row.value);
  }

  /** HMAC-SHA-256 over the purpose and the parts; each part is length-prefixed, so no two lists give one text. */
  sign(purpose: string, ...parts: readonly string[]): Buffer {
    const hmac = createHmac('sha256', this.secret);
    for (const part of [purpose, ...parts]) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest();
  }

  /** Compares in constant time. */
  verify(signature: Buffer, purpose: string, ...parts: readonly string[]): boolean {
    const expected = this.sign(purpose, ...parts);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
}
