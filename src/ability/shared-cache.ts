import { z } from 'zod';
import type { Logger } from '#src/platform/logs.js';
import type { RedisClient } from '#src/platform/redis-client.js';
import { SharedRedis, type RedisState } from '#src/platform/redis.js';
import type { SigningKey } from '#src/platform/signing-key.js';
import {
  openChange,
  openEntry,
  openHead,
  sealChange,
  sealEntry,
  sealHead,
  type EntryName,
  type SharedDossier,
  type SharedHead,
  type SharedSubject,
} from './shared-entries.js';
import { sharedScripts, type SharedScripts } from './shared-scripts.js';

/** Entries that nobody asks for are let go after this long; nothing is trusted for being younger. */
const entryTtlSeconds = 3_600;
const headTtlSeconds = 86_400;
/** Changed keys that the hash remembers before it begins anew. */
const maxChangedKeys = 20_000;

/** The head, and for each entry its value and the last changes of its keys. */
const text = z.string().nullable();
const readAnswer = z.tuple([text], z.array(text));

/**
 * What came of asking Redis: for an entry `hit`, `miss` or `rejected` (not signed by an instance of this database: forged
 * or damaged); for a question `error`, or `rest` where it was not asked because Redis is away or has just failed.
 */
export const sharedCacheEvents = ['hit', 'miss', 'rejected', 'error', 'rest'] as const;
export type SharedCacheEvent = (typeof sharedCacheEvents)[number];

/** What a caller knows of the office: enough to judge what lies in Redis. */
export interface KnownChanges {
  /** The revision at which the entries must be true. */
  applied: number;
  /**
   * The keys changed after `revision`, up to the revision that the office has now; `null` where they are too many, or
   * the office has not come as far: then the database itself has gone back.
   */
  changedSince(revision: number): Promise<{ applied: number; keys: readonly string[] } | null>;
}

export interface SharedEntry {
  dependsOn: string[];
  value: SharedSubject | SharedDossier;
}

/** What was found, in the order of the names, and the revision at which all of it is true. */
export interface Found {
  applied: number;
  entries: (SharedEntry | undefined)[];
}

/**
 * The cache that instances share. It is brought forward like the one of the process: a revision that Redis has not seen
 * is applied to it first, and an entry counts where none of its keys has changed since. A Redis that is down, slow,
 * flushed, evicting, failed over or rolled back therefore costs time and never correctness.
 */
export class SharedCache {
  private constructor(
    private readonly redis: SharedRedis,
    private readonly key: SigningKey,
    private readonly observe: (event: SharedCacheEvent) => void,
  ) {}

  /**
   * The cache in the Redis of `url`, whether that is there yet or not.
   *
   * @param options.deadlineMs longest that a request waits for Redis
   */
  static async connect(
    url: string,
    key: SigningKey,
    options: { logger: Logger; observe: (event: SharedCacheEvent) => void; deadlineMs?: number | undefined },
  ): Promise<SharedCache> {
    const redis = await SharedRedis.connect(url, { ...options, scripts: sharedScripts });
    return new SharedCache(redis, key, options.observe);
  }

  get state(): RedisState {
    return this.redis.state;
  }

  /** Called by Nest when the service stops. */
  onModuleDestroy(): void {
    this.redis.close();
  }

  /** Those of the entries that are there and true; never throws because of Redis: what fails is a miss. */
  async read(names: readonly EntryName[], known: KnownChanges): Promise<Found> {
    const none: Found = { applied: known.applied, entries: names.map(() => undefined) };
    const [first] = names;
    if (!first) return none;
    const keys = [stateKey(first.office), ...names.map(entryKey)];
    const answer = await this.redis.ask(stateKey(first.office), async (client) =>
      readAnswer.parse(await scriptsOf(client).cardeaRead(keys.length, ...keys)),
    );
    if (!answer) return none;
    const [head, ...found] = answer;
    return this.judge(names, known, head, found);
  }

  /** Puts entries of one office there for others, without waiting. */
  write(
    entries: readonly { name: EntryName; dependsOn: readonly string[]; value: SharedSubject | SharedDossier }[],
  ): void {
    const [first] = entries;
    if (!first) return;
    void this.redis.ask(stateKey(first.name.office), async (client) => {
      const pipeline = client.pipeline();
      for (const { name, dependsOn, value } of entries) {
        pipeline.set(entryKey(name), sealEntry(this.key, name, dependsOn, value), 'EX', entryTtlSeconds);
      }
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    });
  }

  private async judge(
    names: readonly EntryName[],
    known: KnownChanges,
    sealedHead: string | null,
    found: (string | null)[][],
  ): Promise<Found> {
    const office = names[0]?.office ?? '';
    const head = openHead(this.key, office, sealedHead);
    const isThere = head?.applied === known.applied;
    const since = isThere ? { applied: known.applied, keys: [] } : head && (await known.changedSince(head.applied));
    // What nobody can judge is begun anew: entries older than the new base count for nothing.
    if (!head || !since) {
      this.observe(sealedHead !== null && !head ? 'rejected' : 'miss');
      this.forward(office, sealedHead, { applied: known.applied, base: known.applied }, [], true);
      return { applied: known.applied, entries: names.map(() => undefined) };
    }
    if (head.applied < since.applied) {
      this.forward(office, sealedHead, { applied: since.applied, base: head.base }, since.keys, false);
    }
    const present = { applied: since.applied, base: head.base, changed: new Set(since.keys) };
    const entries = names.map((name, index) => this.open(name, found[index] ?? [], present));
    return { applied: since.applied, entries };
  }

  /** The entry, where it is there, ours, and still true. */
  private open(
    name: EntryName,
    [sealed = null, ...lastChanges]: readonly (string | null)[],
    { applied, base, changed }: SharedHead & { changed: ReadonlySet<string> },
  ): SharedEntry | undefined {
    const entry = sealed === null ? undefined : openEntry(this.key, name, sealed);
    const changes = entry?.dependsOn.map((key, at) => openChange(this.key, name.office, key, lastChanges[at] ?? null));
    const isOurs = changes?.length === lastChanges.length && !changes.includes(Number.POSITIVE_INFINITY);
    if (!entry || !isOurs) {
      this.observe(sealed === null ? 'miss' : 'rejected');
      return undefined;
    }
    const { revision } = entry.value;
    const isTrue =
      revision >= base &&
      revision <= applied &&
      changes.every((change) => change <= revision) &&
      !entry.dependsOn.some((key) => changed.has(key));
    this.observe(isTrue ? 'hit' : 'miss');
    return isTrue ? entry : undefined;
  }

  private forward(
    office: string,
    seen: string | null,
    head: SharedHead,
    changed: readonly string[],
    anew: boolean,
  ): void {
    const fields = changed.flatMap((key) => [`k:${key}`, sealChange(this.key, office, key, head.applied)]);
    const sealed = sealHead(this.key, office, head);
    const key = stateKey(office);
    void this.redis.ask(key, async (client) => {
      const args = [key, seen ?? '', sealed, anew ? 1 : 0, headTtlSeconds, ...fields];
      const length = await scriptsOf(client).cardeaForward(1, ...args);
      if (length > maxChangedKeys) this.forward(office, sealed, { ...head, base: head.applied }, [], true);
    });
  }
}

function scriptsOf(client: RedisClient): SharedScripts {
  return client as unknown as SharedScripts;
}

/** All keys of one office lie in one slot of a cluster: the braces say by what the slot is found. */
function stateKey(office: string): string {
  return `cardea:1:{${office}}:state`;
}

function entryKey({ office, kind, id }: EntryName): string {
  return `cardea:1:{${office}}:${kind}:${id}`;
}
