import { performance } from 'node:perf_hooks';
import { problem } from '#src/platform/errors.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { isId, revisionToken } from '#src/relations/vocabulary.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import { Ability } from './ability.js';
import type { PolicyBundles } from './bundles.js';
import { compile } from './compile.js';
import type { Consistency } from './consistency.js';
import type { FactsLoader, LoadedFacts } from './facts-loader.js';
import { Fence, type FenceRead } from './fence.js';
import { Budget } from './generations.js';
import { OfficeState, type DossierEntry, type SubjectEntry } from './office-state.js';
import type { SharedCache, SharedEntry } from './shared-cache.js';
import type { EntryName, SharedDossier, SharedSubject } from './shared-entries.js';

/** Bounds of the process cache, in entries. An ability takes some 5 kB, the facts of a dossier some 300 bytes. */
export interface CacheBounds {
  subjects: number;
  dossiers: number;
  offices: number;
}

export const defaultBounds: CacheBounds = { subjects: 10_000, dossiers: 200_000, offices: 10_000 };

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

/**
 * Facts and abilities, cached in the process and as fresh as PostgreSQL: every use begins with the fence, and an entry
 * counts only where none of its keys has changed up to the revision that the fence read.
 */
export class AccessCache {
  private readonly offices: Map<string, OfficeState> = new Map();
  private readonly subjects: Budget;
  private readonly dossiers: Budget;
  private readonly fence: Fence;
  /** Loads under way, by office and id: what many miss at once is read once. */
  private readonly loading = new Map<string, Promise<void>>();

  constructor(
    private readonly loader: FactsLoader,
    private readonly bundles: PolicyBundles,
    private readonly shared: SharedCache | null = null,
    private readonly bounds: CacheBounds = defaultBounds,
  ) {
    this.subjects = new Budget(bounds.subjects);
    this.dossiers = new Budget(bounds.dossiers);
    this.fence = new Fence(loader.readRevisions, (office) => this.offices.get(office)?.applied ?? -1);
  }

  /**
   * The office as of this call, or as old as the caller allows.
   *
   * @throws `office_not_found`, `unknown_revision`
   */
  async current(id: string, consistency: Consistency): Promise<OfficeNow> {
    const known = this.offices.get(id);
    if (consistency !== undefined && known !== undefined && isFreshEnough(known, consistency)) {
      return { id, state: known, nowMs: known.readAtMs + (performance.now() - known.readSentAtMs) };
    }
    const read = await this.fence.read(id);
    const state = this.bringForward(id, read);
    if (consistency !== undefined && 'atLeast' in consistency && !(Number(consistency.atLeast) <= state.applied)) {
      throw problem('unknown_revision', { revision: consistency.atLeast });
    }
    return { id, state, nowMs: read.atMs };
  }

  /**
   * Brings the named people and dossiers into the cache, valid together at one revision.
   *
   * @returns the office as it then is: the same revision or a later one
   */
  async ensure(now: OfficeNow, people: Iterable<string>, dossiers: Iterable<string>): Promise<OfficeNow> {
    let office = now;
    for (;;) {
      const missing = this.missing(office, people, dossiers);
      if (missing.people.length + missing.dossiers.length === 0) return office;
      await this.fill(office, missing);
      // Others may have moved the office on meanwhile: everything is looked at again, at the revision that it has now.
      office = { ...office, nowMs: Math.max(office.nowMs, office.state.readAtMs) };
    }
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

  /** What an answer carries of the moment that it was given at. */
  stamp({ state }: OfficeNow): { revision: string; policySet: string | null; policy: string } {
    const policySet = state.policySet;
    return { revision: revisionToken(state.applied), policySet, policy: this.bundles.bundleOf(policySet).hash };
  }

  private missing(now: OfficeNow, people: Iterable<string>, dossiers: Iterable<string>): Missing {
    const missing: Missing = { people: [], dossiers: [] };
    // What cannot be an id cannot exist: it is neither looked up nor kept.
    for (const id of people) if (!this.subject(now, id) && isId(id)) missing.people.push(id);
    for (const id of dossiers) if (!this.dossier(now, id) && isId(id)) missing.dossiers.push(id);
    return missing;
  }

  private async fill(now: OfficeNow, missing: Missing): Promise<void> {
    const waiting: Promise<void>[] = [];
    const notLoading = (kind: string) => (id: string) => {
      const load = this.loading.get(`${now.id} ${kind} ${id}`);
      if (load) waiting.push(load);
      return !load;
    };
    const people = missing.people.filter(notLoading('c'));
    const dossiers = missing.dossiers.filter(notLoading('d'));
    if (people.length + dossiers.length > 0) waiting.push(this.load(now, people, dossiers));
    // One that fails fails its own askers only; those who joined it ask again.
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
    const left = this.shared ? await this.takeShared(this.shared, now, people, dossiers) : { people, dossiers };
    if (left.people.length + left.dossiers.length === 0) return;
    const loaded = await this.loader.load(now.id, left.people, left.dossiers, now.state.applied);
    if (!loaded) throw problem('office_not_found');
    now.state.bringForward(loaded.read);
    this.store(now, loaded, left);
  }

  /** Takes what other instances have put into Redis. @returns what is not there */
  private async takeShared(
    shared: SharedCache,
    { id: office, state }: OfficeNow,
    people: string[],
    dossiers: string[],
  ) {
    const names: EntryName[] = [
      ...people.map((id) => ({ office, kind: 'c' as const, id })),
      ...dossiers.map((id) => ({ office, kind: 'd' as const, id })),
    ];
    const { applied, entries } = await shared.read(names, {
      applied: state.applied,
      changedSince: (revision) => this.changedSince(office, state, revision),
    });
    const left: Missing = { people: [], dossiers: [] };
    names.forEach(({ kind, id }, index) => {
      const entry = entries[index];
      const isTaken = entry !== undefined && this.takeEntry(state, kind, id, entry, applied);
      if (!isTaken) (kind === 'c' ? left.people : left.dossiers).push(id);
    });
    return left;
  }

  /** One read that serves the hash in Redis and the process: what has changed since the one that is further behind. */
  private async changedSince(office: string, state: OfficeState, revision: number) {
    const from = Math.min(revision, state.applied);
    const sentAtMs = performance.now();
    const [read] = (await this.loader.readRevisions([office], [from])).values();
    if (!read || read.revision === null) return null;
    state.bringForward({ ...read, revision: read.revision, sentAtMs });
    return read.keys === null || read.revision < revision ? null : { applied: read.revision, keys: read.keys };
  }

  private store({ id: office, state }: OfficeNow, loaded: LoadedFacts, asked: Missing): void {
    const { revision } = loaded.read;
    const subjects = new Map(loaded.subjects.map((facts) => [facts.id, facts]));
    const dossiers = new Map(loaded.dossiers.map((facts) => [facts.id, facts]));
    const people = asked.people.map(
      (id) => [id, this.subjectEntry(revision, id, subjects.get(id) ?? null, loaded)] as const,
    );
    const found = asked.dossiers.map((id) => [id, dossierEntry(revision, id, dossiers.get(id) ?? null)] as const);
    for (const [id, entry] of people) state.subjects.set(id, entry);
    for (const [id, entry] of found) state.dossiers.set(id, entry);
    this.shared?.write([
      ...people.map(([id, entry]) => sharedSubject(office, id, entry)),
      ...found.map(([id, entry]) => sharedDossier(office, id, entry)),
    ]);
  }

  private takeEntry(
    state: OfficeState,
    kind: 'c' | 'd',
    id: string,
    { value }: SharedEntry,
    revision: number,
  ): boolean {
    if (kind === 'd') {
      state.dossiers.set(id, dossierEntry(revision, id, value.facts as DossierFacts | null));
      return true;
    }
    const { facts, settings, policySet, policy, rules } = value as SharedSubject;
    // Rules of another bundle are never used, not even for the moment of a change of policies.
    if (policy !== this.bundles.bundleOf(policySet).hash) return false;
    const ability = facts && Ability.unpack('dossier', rules);
    state.subjects.set(id, this.subjectEntry(revision, id, facts, { settings, policySet, ability }));
    return true;
  }

  private subjectEntry(
    revision: number,
    id: string,
    facts: SubjectFacts | null,
    from: { settings: OfficeSettings; policySet: string | null; ability?: Ability | null },
  ): SubjectEntry {
    const { settings, policySet } = from;
    const bundle = this.bundles.bundleOf(policySet);
    const policy = this.bundles.policyOf(policySet, 'dossier');
    if (!policy) throw new Error('no policy for the type "dossier"');
    return {
      revision,
      dependsOn: [
        `collaborator:${id}`,
        ...(facts?.collaboratorGroups ?? []).map((k) => `collaborator_group:${k}`),
        'office',
      ],
      validUntilMs: endOf(facts),
      checkedAt: -1,
      facts,
      settings,
      policySet,
      bundle,
      ability: from.ability ?? (facts && compile(policy, { subject: facts, settings })),
    };
  }

  private bringForward(id: string, read: FenceRead): OfficeState {
    if (read.revision === null) {
      this.offices.delete(id);
      throw problem('office_not_found');
    }
    let state = this.offices.get(id);
    if (!state) {
      if (this.offices.size >= this.bounds.offices) this.forgetOldestOffice();
      state = new OfficeState(this.subjects, this.dossiers);
      this.offices.set(id, state);
    }
    state.bringForward({ ...read, revision: read.revision });
    return state;
  }

  private forgetOldestOffice(): void {
    const [oldest] = this.offices.keys();
    if (oldest === undefined) return;
    this.offices.get(oldest)?.release();
    this.offices.delete(oldest);
  }
}

function sharedSubject(
  office: string,
  id: string,
  { revision, dependsOn, bundle, facts, settings, policySet, ability }: SubjectEntry,
) {
  const value: SharedSubject = {
    revision,
    policy: bundle.hash,
    facts: facts as SharedSubject['facts'],
    settings,
    policySet,
    rules: ability?.pack() ?? null,
  };
  return { name: { office, kind: 'c' as const, id }, dependsOn, value };
}

function sharedDossier(office: string, id: string, { revision, dependsOn, facts }: DossierEntry) {
  const value: SharedDossier = { revision, policy: '', facts: facts as SharedDossier['facts'] };
  return { name: { office, kind: 'd' as const, id }, dependsOn, value };
}

function dossierEntry(revision: number, id: string, facts: DossierFacts | null): DossierEntry {
  return {
    revision,
    dependsOn: [`dossier:${id}`],
    validUntilMs: endOf(facts),
    checkedAt: -1,
    facts,
  };
}

function endOf(facts: { validUntil: string | null } | null): number {
  return facts?.validUntil ? Date.parse(facts.validUntil) : Number.POSITIVE_INFINITY;
}

function isFreshEnough(state: OfficeState, consistency: NonNullable<Consistency>): boolean {
  if ('atLeast' in consistency) return Number(consistency.atLeast) <= state.applied;
  return performance.now() - state.readSentAtMs <= consistency.maxStalenessMs;
}
