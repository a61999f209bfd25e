import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateApiKey, hashApiKey } from './auth/api-keys.js';
import { type KeyToStore, seedBootstrapKey } from './bootstrap.js';

let dataDir: string;
let stored: KeyToStore[];
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'cardea-')), 'data');
  stored = [];
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true }));

const seed = (options: { bootstrapKey?: string; isEmbedded: boolean }) =>
  seedBootstrapKey({ bootstrapKey: undefined, dataDir, ...options }, (key) => {
    stored.push(key);
    return Promise.resolve();
  });

describe('the first key', () => {
  it('is the one of the settings, stored as its hash with all scopes', async () => {
    const key = generateApiKey();
    expect(await seed({ bootstrapKey: key, isEmbedded: true })).toEqual({ key, isNew: false });
    expect(stored).toEqual([
      { id: 'bootstrap', name: 'Bootstrap', hash: hashApiKey(key), scopes: ['check', 'read', 'write', 'operate'] },
    ]);
  });

  it('is made once by the embedded default, and kept for its owner only', async () => {
    const first = await seed({ isEmbedded: true });
    const file = join(dataDir, 'bootstrap-key');
    expect(first?.isNew).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${first?.key}\n`);

    const second = await seed({ isEmbedded: true });
    expect(second).toEqual({ key: first?.key, isNew: false });
    expect(stored.map(({ hash }) => hash)).toEqual([stored[0]?.hash, stored[0]?.hash]);
  });

  it('attack: a kept key that others may read is theirs no longer after the next start', async () => {
    await seed({ isEmbedded: true });
    const file = join(dataDir, 'bootstrap-key');
    await chmod(file, 0o644);
    await seed({ isEmbedded: true });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is not made for a database of someone else', async () => {
    expect(await seed({ isEmbedded: false })).toBeNull();
    expect(stored).toEqual([]);
  });

  it('stops the start when it is not the form of a key, without repeating it', async () => {
    await expect(seed({ bootstrapKey: 'password', isEmbedded: false })).rejects.toThrow(
      'CARDEA_BOOTSTRAP_KEY is not a key',
    );
    await seed({ isEmbedded: true });
    await writeFile(join(dataDir, 'bootstrap-key'), 'half');
    const failure = (await seed({ isEmbedded: true }).catch((error: unknown) => error)) as Error;
    expect(failure.message).toContain('bootstrap-key is not a key');
    expect(failure.message).not.toContain('half');
  });
});
