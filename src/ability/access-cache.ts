import { performance } from 'node:perf_hooks';
import { problem } from '#src/platform/errors.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import { isId, revisionToken } from '#src/relations/vocabulary.js';
import type { PolicyBundles } from './bundles.js';
import type { Consistency } from './consistency.js';
import { verdictOf } from './decide.js';
import { EntryMaker } from './entries.js';
import { EntryFiller, type Missing } from './entry-filler.js';
import type { FactsLoader } from './facts-loader.js';
import { Fence } from './fence.js';
import type { DossierEntry, OfficeState, SubjectEntry } from './office-state.js';
import { OfficeStates, type CacheBounds } from './office-states.js';
import { notFound, type Question } from './question.js';
import type { SharedCache } from './shared-cache.js';

/** One office as of one revision, ready to be asked. */
export interface OfficeNow {
  id: string;
  state: OfficeState;
  /** PostgreSQL's clock: what has ended by then counts for nothing. */
  nowMs: number;
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
  private readonly filler: EntryFiller;
  private readonly events: CacheEvents;
  /** Only a test turns the fence off, to see that without it stale answers come out. */
  private readonly fenceOff: boolean;

  constructor(
    private readonly loader: FactsLoader,
    private readonly bundles: PolicyBundles,
    shared: SharedCache | null = null,
    options: { bounds?: CacheBounds; events?: CacheEvents; fenceOff?: boolean } = {},
  ) {
    this.events = options.events ?? {};
    this.fenceOff = options.fenceOff ?? false;
    this.entries = new EntryMaker(bundles);
    this.filler = new EntryFiller(loader, this.entries, shared, (people, dossiers) =>
      this.events.loaded?.(people, dossiers),
    );
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
    const { state, atMs: nowMs } = await this.passFence(id);
    if (consistency !== undefined && 'atLeast' in consistency && !(Number(consistency.atLeast) <= state.applied)) {
      throw problem('unknown_revision', { revision: consistency.atLeast });
    }
    return { id, state, nowMs };
  }

  private async passFence(id: string): Promise<{ state: OfficeState; atMs: number }> {
    for (;;) {
      const read = await this.fence.read(id);
      const { revision, atMs } = read;
      if (revision === null) {
        this.states.forget(id);
        throw problem('office_not_found');
      }
      const state = this.states.get(id);
      if (state.bringForward({ ...read, revision })) return { state, atMs };
    }
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
      await this.filler.fill(office.id, office.state, missing);
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
}

function isFreshEnough(state: OfficeState, consistency: Consistency): boolean {
  if (consistency === undefined) return false;
  if ('atLeast' in consistency) return Number(consistency.atLeast) <= state.applied;
  return performance.now() - state.readSentAtMs <= consistency.maxStalenessMs;
}
