import { performance } from 'node:perf_hooks';
import type { RedisClient } from '#src/platform/redis.js';
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
  type SharedSubject,
} from './shared-entries.js';

/** Entries that nobody asks for are let go after this long; nothing is trusted for being younger. */
const entryTtlSeconds = 3_600;
const headTtlSeconds = 86_400;
/** Changed keys that the hash remembers before it begins anew. */
const maxChangedKeys = 20_000;
/** After a failure Redis is left alone this long, so that a hung one costs one deadline and not one a request. */
const restMs = 1_000;

/**
 * The head, and for each entry its value and the last changes of the keys that it depends on: one round trip, one
 * moment.
 */
const readScript = `
  local answer = { redis.call('HGET', KEYS[1], 'head') or false }
  for i = 2, #KEYS do
    local value = redis.call('GET', KEYS[i])
    local found = { value or false }
    if value then
      local stop = string.find(value, '\\n\\n', 1, true)
      if stop then
        for dependency in string.gmatch(string.sub(value, 1, stop - 1), '[^\\n]+') do
          found[#found + 1] = redis.call('HGET', KEYS[1], 'k:' .. dependency) or false
        end
      end
    end
    answer[i] = found
  end
  return answer`;

/** Brings the hash forward, or begins it anew, only from the head that was seen: who comes second changes nothing. */
const forwardScript = `
  local head = redis.call('HGET', KEYS[1], 'head') or ''
  if head ~= ARGV[1] then return 0 end
  if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'head', ARGV[2])
  for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return redis.call('HLEN', KEYS[1])`;

interface Scripts {
  cardeaRead(keys: number, ...args: string[]): Promise<[string | null, ...(string | null)[][]]>;
  cardeaForward(keys: number, ...args: (string | number)[]): Promise<number>;
}

/** What came of asking Redis; `rest`: it was not asked, for it failed a moment ago. */
export type SharedCacheEvent = 'hit' | 'miss' | 'error' | 'rest';

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
  private restUntilMs = 0;

  constructor(
    private readonly redis: RedisClient,
    private readonly key: SigningKey,
    private readonly observe: (event: SharedCacheEvent) => void = () => undefined,
  ) {
    redis.defineCommand('cardeaRead', { lua: readScript });
    redis.defineCommand('cardeaForward', { lua: forwardScript });
  }

  /** Those of the entries that are there and true; never throws: what fails is a miss. */
  async read(names: readonly EntryName[], known: KnownChanges): Promise<Found> {
    const none: Found = { applied: known.applied, entries: names.map(() => undefined) };
    const [first] = names;
    if (!first || this.isResting()) return none;
    try {
      const keys = [stateKey(first.office), ...names.map(entryKey)];
      const [head, ...found] = await (this.redis as unknown as Scripts).cardeaRead(keys.length, ...keys);
      return await this.judge(names, known, head, found);
    } catch {
      this.rest();
      return none;
    }
  }

  /** Puts entries there for others, without waiting. */
  write(
    entries: readonly { name: EntryName; dependsOn: readonly string[]; value: SharedSubject | SharedDossier }[],
  ): void {
    if (this.isResting() || entries.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (const { name, dependsOn, value } of entries) {
      pipeline.set(entryKey(name), sealEntry(this.key, name, dependsOn, value), 'EX', entryTtlSeconds);
    }
    pipeline.exec().then(
      (results) => {
        if (results?.some(([error]) => error)) this.rest();
      },
      () => this.rest(),
    );
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
      this.forward(office, sealedHead, { applied: known.applied, base: known.applied }, [], true);
      return { applied: known.applied, entries: names.map(() => undefined) };
    }
    if (head.applied < since.applied) {
      this.forward(office, sealedHead, { applied: since.applied, base: head.base }, since.keys, false);
    }
    const changed = new Set(since.keys);
    const entries = names.map((name, index) => {
      const [sealed = null, ...lastChanges] = found[index] ?? [];
      const entry = sealed === null ? undefined : openEntry(this.key, name, sealed);
      const isTrue =
        entry !== undefined &&
        entry.value.revision >= head.base &&
        entry.value.revision <= since.applied &&
        entry.dependsOn.length === lastChanges.length &&
        entry.dependsOn.every(
          (dependency, at) =>
            !changed.has(dependency) &&
            openChange(this.key, office, dependency, lastChanges[at] ?? null) <= entry.value.revision,
        );
      this.observe(isTrue ? 'hit' : 'miss');
      return isTrue ? entry : undefined;
    });
    return { applied: since.applied, entries };
  }

  private forward(
    office: string,
    seen: string | null,
    head: { applied: number; base: number },
    changed: readonly string[],
    anew: boolean,
  ): void {
    const fields = changed.flatMap((key) => [`k:${key}`, sealChange(this.key, office, key, head.applied)]);
    const sealed = sealHead(this.key, office, head);
    (this.redis as unknown as Scripts)
      .cardeaForward(1, stateKey(office), seen ?? '', sealed, anew ? 1 : 0, headTtlSeconds, ...fields)
      .then(
        (length) => {
          if (length <= maxChangedKeys) return;
          this.forward(office, sealed, { applied: head.applied, base: head.applied }, [], true);
        },
        () => this.rest(),
      );
  }

  private isResting(): boolean {
    if (performance.now() >= this.restUntilMs) return false;
    this.observe('rest');
    return true;
  }

  private rest(): void {
    this.observe('error');
    this.restUntilMs = performance.now() + restMs;
  }
}

/** All keys of one office lie in one slot of a cluster: the braces say by what the slot is found. */
function stateKey(office: string): string {
  return `cardea:1:{${office}}:state`;
}

function entryKey({ office, kind, id }: EntryName): string {
  return `cardea:1:{${office}}:${kind}:${id}`;
}
