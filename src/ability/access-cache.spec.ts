import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '#src/platform/unavailable.js';
import { aResource, aSubject, defaultSettings } from '#test/factories/facts.js';
import { AccessCache } from './access-cache.js';
import { PolicyBundles } from './bundles.js';
import type { FactsLoader, LoadedFacts } from './facts-loader.js';

const anne = aSubject({ id: 'anne' });

/** A PostgreSQL with anne, who manages every dossier that is asked for. Each statement is counted. */
class Facts implements Pick<FactsLoader, 'readRevisions' | 'load'> {
  revision = 1;
  atMs = 0;
  endsAtMs: number | null = null;
  loads = 0;
  /** What happens while facts are being read. */
  meanwhile = () => {};

  readonly readRevisions: FactsLoader['readRevisions'] = (offices, since) =>
    Promise.resolve(new Map(offices.map((office, n) => [office, this.read(since[n] ?? -1)])));

  load(_office: string, people: readonly string[], dossiers: readonly string[], since: number) {
    this.loads++;
    const loaded: LoadedFacts = {
      read: { ...this.read(since), sentAtMs: performance.now() },
      settings: defaultSettings,
      policySet: null,
      subjects: people.includes('anne') ? [anne] : [],
      dossiers: dossiers.map((id) => aResource({ id, managers: ['anne'], validUntil: this.validUntil() })),
    };
    this.meanwhile();
    return Promise.resolve(loaded);
  }

  private read(since: number) {
    const keys = since < 0 ? null : this.revision > since ? ['collaborator:anne'] : [];
    return { revision: this.revision, policySet: null, keys, since, platform: 1, atMs: this.atMs };
  }

  private validUntil() {
    return this.endsAtMs === null ? null : new Date(this.endsAtMs).toISOString();
  }
}

function aCache(bundles = PolicyBundles.load({ policyDir: 'policies' })) {
  const facts = new Facts();
  return { facts, cache: new AccessCache(facts as unknown as FactsLoader, bundles) };
}

async function ensured(cache: AccessCache, people: string[], dossiers: string[]) {
  return cache.ensure(await cache.current('o', undefined), new Set(people), new Set(dossiers));
}

// How these were seen to fail: without the look at the bundle, without the clock, without `loading`, without the bound.
describe('the cache of facts and abilities', () => {
  it('uses no ability of other policies than those in force, not even one of the same revision', async () => {
    const bundles = PolicyBundles.load({ policyDir: 'policies' });
    const { facts, cache } = aCache(bundles);
    const now = await ensured(cache, ['anne'], ['d']);
    expect(cache.subject(now, 'anne')?.ability).toBeDefined();
    const reloaded = PolicyBundles.load({ policyDir: 'policies' });
    bundles.replace(reloaded);
    expect(cache.subject(now, 'anne')).toBeUndefined();
    const again = await ensured(cache, ['anne'], ['d']);
    expect(cache.subject(again, 'anne')?.bundle).toBe(reloaded.standard);
    expect([cache.stamp(again).policy, facts.loads]).toEqual([reloaded.standard.hash, 2]);
  });

  it('lets what ends go by the clock of PostgreSQL', async () => {
    const { facts, cache } = aCache();
    facts.endsAtMs = 1_000;
    await ensured(cache, ['anne'], ['d']);
    facts.atMs = 999;
    await ensured(cache, ['anne'], ['d']);
    expect(facts.loads).toBe(1);
    facts.atMs = 1_000;
    const now = await cache.current('o', undefined);
    expect([cache.dossier(now, 'd'), cache.subject(now, 'anne')?.facts]).toEqual([undefined, anne]);
  });

  it('reads once what many miss at the same time, and remembers what does not exist', async () => {
    const { facts, cache } = aCache();
    const all = Array.from({ length: 50 }, () => ensured(cache, ['anne', 'nobody'], ['d']));
    const [now] = await Promise.all(all);
    expect(facts.loads).toBe(1);
    expect(now && cache.subject(now, 'nobody')?.facts).toBeNull();
    await ensured(cache, ['nobody'], []);
    expect(facts.loads).toBe(1);
  });

  it('looks up nothing that cannot be an id', async () => {
    const { facts, cache } = aCache();
    await ensured(cache, ['', 'a b', '__proto__'], ['constructor', 'x'.repeat(129)]);
    expect(facts.loads).toBe(0);
  });

  it('is an error, never an answer of two moments, where facts change faster than they can be read', async () => {
    const { facts, cache } = aCache();
    const now = await cache.current('o', undefined);
    // Whenever anne is being read, she changes, and this process learns of it first.
    facts.meanwhile = () => {
      const since = facts.revision++;
      const read = { revision: facts.revision, policySet: null, keys: ['collaborator:anne'], since };
      now.state.bringForward({ ...read, platform: 1, atMs: 0, sentAtMs: performance.now() });
    };
    await expect(cache.ensure(now, new Set(['anne']), new Set(['d']))).rejects.toThrow(UnavailableError);
    facts.meanwhile = () => {};
    expect(cache.subject(await ensured(cache, ['anne'], ['d']), 'anne')?.facts).toBe(anne);
  });
});
