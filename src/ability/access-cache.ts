import { performance } from 'node:perf_hooks';
import { problem } from '#src/platform/errors.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import type { DossierFacts } from '#src/relations/facts.js';
import { isId, revisionToken } from '#src/relations/vocabulary.js';
import type { PolicyBundles } from './bundles.js';
import type { Consistency } from './consistency.js';
import { verdictOf } from './decide.js';
import { EntryMaker, toSharedDossier, toSharedSubject } from './entries.js';
import type { FactsLoader } from './facts-loader.js';
import { Fence } from './fence.js';
import type { DossierEntry, OfficeState, SubjectEntry } from './office-state.js';
import { OfficeStates, type CacheBounds } from './office-states.js';
import { notFound, type Question } from './question.js';
import type { SharedCache, SharedEntry } from './shared-cache.js';
import type { EntryName, SharedSubject } from './shared-entries.js';

/** One office as of one revision, ready to be asked. */
export interface OfficeNow {
  id: string;
  state: OfficeState;
  /** PostgreSQL's clock: what has ended by then counts for nothing. */
  nowMs: number;
}

/** What is not in the cache, or not valid there any more. */
interface Missing {
  people: string[];
  dossiers: string[];
}

/** What the cache tells about itself, for metrics. */
export interface CacheEvents {
  /** A statement that reads revisions is sent. */
  fence?(): void;
  /** A request waits for such a statement. */
  waited?(): void;
  loaded?(people: number, dossiers: number): void;
  evicted?(count: number): void;
}

/** Facts change under a request at most this often before it is told to come back. */
const maxRounds = 20;

/**
 * Facts and abilities, cached in the process and as fresh as PostgreSQL: every use begins with the fence, and an entry
 * counts only where none of its keys has changed up to the revision that the fence read. See `docs/freshness.md`.
 */
export class AccessCache {
  private readonly states: OfficeStates;
  private readonly fence: Fence;
  private readonly entries: EntryMaker;
  /** Loads under way, by office and id: what many miss at once is read once. */
  private readonly loading = new Map<string, Promise<void>>();
  private readonly events: CacheEvents;
  /** Only a test turns the fence off, to see that without it stale answers come out. */
  private readonly fenceOff: boolean;

  constructor(
    private readonly loader: FactsLoader,
    private readonly bundles: PolicyBundles,
    private readonly shared: SharedCache | null = null,
    options: { bounds?: CacheBounds; events?: CacheEvents; fenceOff?: boolean } = {},
  ) {
    this.events = options.events ?? {};
    this.fenceOff = options.fenceOff ?? false;
    this.entries = new EntryMaker(bundles);
    this.states = new OfficeStates(options.bounds, (count) => this.events.evicted?.(count));
    this.fence = new Fence(
      (offices, applied) => {
        this.events.fence?.();
        return loader.readRevisions(offices, applied);
      },
      (office) => this.states.find(office)?.applied ?? -1,
    );
  }

  /**
   * The office as of this call, or as old as the caller allows.
   *
   * @throws `office_not_found`, `unknown_revision`
   */
  async current(id: string, consistency: Consistency): Promise<OfficeNow> {
    const known = this.states.find(id);
    if (known !== undefined && (this.fenceOff || isFreshEnough(known, consistency))) {
      return { id, state: known, nowMs: known.readAtMs + (performance.now() - known.readSentAtMs) };
    }
    this.events.waited?.();
    const read = await this.fence.read(id);
    if (read.revision === null) {
      this.states.forget(id);
      throw problem('office_not_found');
    }
    const state = this.states.get(id);
    state.bringForward({ ...read, revision: read.revision });
    if (consistency !== undefined && 'atLeast' in consistency && !(Number(consistency.atLeast) <= state.applied)) {
      throw problem('unknown_revision', { revision: consistency.atLeast });
    }
    return { id, state, nowMs: read.atMs };
  }

  /**
   * Brings the named people and dossiers into the cache, valid together at one revision.
   *
   * @returns the office as it then is: the same revision or a later one
   * @throws UnavailableError where the facts change faster than they can be read
   */
  async ensure(now: OfficeNow, people: ReadonlySet<string>, dossiers: ReadonlySet<string>): Promise<OfficeNow> {
    let office = now;
    for (let round = 0; round < maxRounds; round++) {
      const missing = this.missing(office, people, dossiers);
      if (missing.people.length + missing.dossiers.length === 0) return office;
      await this.fill(office, missing);
      // Others may have moved the office on meanwhile: everything is looked at again, at the revision that it has now.
      office = { ...office, nowMs: Math.max(office.nowMs, office.state.readAtMs) };
    }
    throw new UnavailableError(`the facts of the office changed ${maxRounds} times while they were read`);
  }

  /** The collaborator, valid now; `undefined` where it is not in the cache. */
  subject(now: OfficeNow, id: string): SubjectEntry | undefined {
    const entry = now.state.subjects.get(id);
    if (entry === undefined || !now.state.isValid(entry, now.nowMs)) return undefined;
    return entry.bundle === this.bundles.bundleOf(entry.policySet) ? entry : undefined;
  }

  /** The dossier, valid now; `undefined` where it is not in the cache. */
  dossier(now: OfficeNow, id: string): DossierEntry | undefined {
    const entry = now.state.dossiers.get(id);
    return entry !== undefined && now.state.isValid(entry, now.nowMs) ? entry : undefined;
  }

  /** The answer to one question straight from PostgreSQL, past every cache: what a self-audit compares with. */
  async recompute(office: string, { collaborator, dossier, action }: Question) {
    const loaded = await this.loader.load(office, [collaborator], [dossier], -1);
    if (!loaded) throw problem('office_not_found');
    const made = this.entries.loaded(loaded, [collaborator], [dossier]);
    const ability = made.subjects[0]?.[1].ability;
    const facts = made.dossiers[0]?.[1].facts;
    const verdict = ability && facts ? verdictOf(ability, action, facts) : notFound;
    return { revision: loaded.read.revision, atMs: loaded.read.atMs, verdict };
  }

  /** Entries held by this process. */
  sizes(): { offices: number; subjects: number; dossiers: number } {
    return this.states.sizes();
  }

  /** What an answer carries of the moment that it was given at. */
  stamp({ state }: OfficeNow): { revision: string; policySet: string | null; policy: string } {
    const { policySet } = state;
    return { revision: revisionToken(state.applied), policySet, policy: this.bundles.bundleOf(policySet).hash };
  }

  private missing(now: OfficeNow, people: ReadonlySet<string>, dossiers: ReadonlySet<string>): Missing {
    // What cannot be an id cannot exist: it is neither looked up nor kept.
    return {
      people: [...people].filter((id) => !this.subject(now, id) && isId(id)),
      dossiers: [...dossiers].filter((id) => !this.dossier(now, id) && isId(id)),
    };
  }

  private async fill(now: OfficeNow, missing: Missing): Promise<void> {
    const waiting: Promise<void>[] = [];
    const isNew = (kind: string) => (id: string) => {
      const load = this.loading.get(`${now.id} ${kind} ${id}`);
      if (load) waiting.push(load);
      return !load;
    };
    const people = missing.people.filter(isNew('c'));
    const dossiers = missing.dossiers.filter(isNew('d'));
    if (people.length + dossiers.length > 0) waiting.push(this.load(now, people, dossiers));
    await Promise.all(waiting);
  }

  private load(now: OfficeNow, people: string[], dossiers: string[]): Promise<void> {
    const names = [...people.map((id) => `${now.id} c ${id}`), ...dossiers.map((id) => `${now.id} d ${id}`)];
    const load = this.loadNow(now, people, dossiers).finally(() => {
      for (const name of names) this.loading.delete(name);
    });
    for (const name of names) this.loading.set(name, load);
    return load;
  }

  private async loadNow(now: OfficeNow, people: string[], dossiers: string[]): Promise<void> {
    const { id: office, state } = now;
    const left = this.shared ? await this.takeShared(this.shared, now, people, dossiers) : { people, dossiers };
    if (left.people.length + left.dossiers.length === 0) return;
    this.events.loaded?.(left.people.length, left.dossiers.length);
    const loaded = await this.loader.load(office, left.people, left.dossiers, state.applied);
    if (!loaded) throw problem('office_not_found');
    state.bringForward(loaded.read);
    const made = this.entries.loaded(loaded, left.people, left.dossiers);
    for (const [id, entry] of made.subjects) state.subjects.set(id, entry);
    for (const [id, entry] of made.dossiers) state.dossiers.set(id, entry);
    this.shared?.write([
      ...made.subjects.map(([id, entry]) => ({
        name: nameOf(office, 'c', id),
        ...entry,
        value: toSharedSubject(entry),
      })),
      ...made.dossiers.map(([id, entry]) => ({
        name: nameOf(office, 'd', id),
        ...entry,
        value: toSharedDossier(entry),
      })),
    ]);
  }

  /** Takes what other instances have put into Redis. @returns what is not there */
  private async takeShared(
    shared: SharedCache,
    { id: office, state }: OfficeNow,
    people: string[],
    dossiers: string[],
  ) {
    const names = [...people.map((id) => nameOf(office, 'c', id)), ...dossiers.map((id) => nameOf(office, 'd', id))];
    const { applied, entries } = await shared.read(names, {
      applied: state.applied,
      changedSince: (revision) => this.changedSince(office, state, revision),
    });
    const left: Missing = { people: [], dossiers: [] };
    names.forEach(({ kind, id }, index) => {
      const entry = entries[index];
      if (entry && this.takeEntry(state, kind, id, entry, applied)) return;
      (kind === 'c' ? left.people : left.dossiers).push(id);
    });
    return left;
  }

  private takeEntry(
    state: OfficeState,
    kind: 'c' | 'd',
    id: string,
    { value }: SharedEntry,
    revision: number,
  ): boolean {
    if (kind === 'd') {
      state.dossiers.set(id, this.entries.dossier(revision, id, value.facts as DossierFacts | null));
      return true;
    }
    const entry = this.entries.sharedSubject(revision, id, value as SharedSubject);
    if (entry) state.subjects.set(id, entry);
    return entry !== undefined;
  }

  /** One read that serves the hash in Redis and the process: what has changed since the one that is further behind. */
  private async changedSince(office: string, state: OfficeState, revision: number) {
    const sentAtMs = performance.now();
    const [read] = (await this.loader.readRevisions([office], [Math.min(revision, state.applied)])).values();
    if (!read || read.revision === null) return null;
    state.bringForward({ ...read, revision: read.revision, sentAtMs });
    return read.keys === null || read.revision < revision ? null : { applied: read.revision, keys: read.keys };
  }
}

function nameOf(office: string, kind: 'c' | 'd', id: string): EntryName {
  return { office, kind, id };
}

function isFreshEnough(state: OfficeState, consistency: Consistency): boolean {
  if (consistency === undefined) return false;
  if ('atLeast' in consistency) return Number(consistency.atLeast) <= state.applied;
  return performance.now() - state.readSentAtMs <= consistency.maxStalenessMs;
}
