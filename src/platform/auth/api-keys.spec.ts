import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing } from '#test/support/small-app.js';
import { authenticateKey, type FoundKey, generateApiKey, hashApiKey, isApiKey } from './api-keys.js';

describe('an API key', () => {
  it('is new every time, and has the prefix and 256 bits', () => {
    const keys = Array.from({ length: 100 }, generateApiKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^cdk_[A-Za-z0-9_-]{43}$/);
    expect(keys.every(isApiKey)).toBe(true);
  });

  it.each(['', 'cdk_', 'cdk_short', `CDK_${'a'.repeat(43)}`, `cdk_${'a'.repeat(42)}é`, `cdk_${'a'.repeat(129)}`])(
    'does not look like "%s"',
    (text) => {
      expect(isApiKey(text)).toBe(false);
    },
  );

  it('is kept as its SHA-256', () => {
    const key = generateApiKey();
    expect(hashApiKey(key)).toEqual(createHash('sha256').update(key).digest());
  });
});

describe('the principal of an API key', () => {
  const now = new Date('2027-01-01T12:00:00Z');

  it('is its office, its id and its scopes', async () => {
    const keys = new KeyRing();
    const key = keys.add({ office: 'o1', id: 'k9', scopes: ['check', 'read'] });
    const principal = { kind: 'key', office: 'o1', id: 'k9', scopes: ['check', 'read'] };
    expect(await authenticateKey(key, keys.find)).toMatchObject(principal);
  });

  it.each<[string, Partial<FoundKey>]>([
    ['revoked', { revokedAt: now }],
    ['expired', { expiresAt: new Date('2027-01-01T11:59:59.999Z'), now }],
    ['expiring this instant', { expiresAt: now, now }],
    [
      'expired by the clock of PostgreSQL though not by ours',
      { expiresAt: new Date('2999-01-01'), now: new Date('3000-01-01') },
    ],
  ])('attack: there is none for a key that is %s', async (_, stored) => {
    const keys = new KeyRing();
    await expect(authenticateKey(keys.add(stored), keys.find)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('attack: a key that a clock set back would revive stays expired: only the clock of PostgreSQL counts', async () => {
    const keys = new KeyRing();
    const key = keys.add({ expiresAt: new Date('2001-01-01'), now: new Date('2000-01-01') });
    await expect(authenticateKey(key, keys.find)).resolves.toMatchObject({ kind: 'key' });
  });

  it('attack: a store that finds the row of another key does not let it in', async () => {
    const keys = new KeyRing();
    const other = keys.add();
    const find = () => keys.find(hashApiKey(other));
    await expect(authenticateKey(generateApiKey(), find)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('says the same for unknown, revoked and malformed keys', async () => {
    const keys = new KeyRing();
    const answers = [generateApiKey(), keys.add({ revokedAt: now }), 'cdk_x'].map(async (key) => {
      const { code, params, headers } = (await authenticateKey(key, keys.find).catch((error: unknown) => error)) as {
        code: string;
        params: unknown;
        headers: unknown;
      };
      return { code, params, headers };
    });
    expect(new Set((await Promise.all(answers)).map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});
