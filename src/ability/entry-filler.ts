import { performance } from 'node:perf_hooks';
import { problem } from '#src/platform/errors.js';
import type { DossierFacts } from '#src/relations/facts.js';
import { toSharedDossier, toSharedSubject, type EntryMaker } from './entries.js';
import type { FactsLoader } from './facts-loader.js';
import type { OfficeState } from './office-state.js';
import type { SharedCache, SharedEntry } from './shared-cache.js';
import type { EntryName, SharedSubject } from './shared-entries.js';

/** What is not in the cache, or not valid there any more. */
export interface Missing {
  people: string[];
  dossiers: string[];
}

/** Brings what is missing into an office's state: from Redis where it is there and true, else from PostgreSQL. */
export class EntryFiller {
  /** Loads under way, by office and id: what many miss at once is read once. */
  private readonly loading = new Map<string, Promise<void>>();

  constructor(
    private readonly loader: FactsLoader,
    private readonly entries: EntryMaker,
    private readonly shared: SharedCache | null,
    private readonly onLoad: (people: number, dossiers: number) => void,
  ) {}

  /** Resolves when each of them has been read by this call or by another one that was under way. @throws UnavailableError */
  async fill(office: string, state: OfficeState, missing: Missing): Promise<void> {
    const waiting: Promise<void>[] = [];
    const isNew = (kind: string) => (id: string) => {
      const load = this.loading.get(`${office} ${kind} ${id}`);
      if (load) waiting.push(load);
      return !load;
    };
    const people = missing.people.filter(isNew('c'));
    const dossiers = missing.dossiers.filter(isNew('d'));
    if (people.length + dossiers.length > 0) waiting.push(this.load(office, state, { people, dossiers }));
    await Promise.all(waiting);
  }

  private load(office: string, state: OfficeState, missing: Missing): Promise<void> {
    const names = [
      ...missing.people.map((id) => `${office} c ${id}`),
      ...missing.dossiers.map((id) => `${office} d ${id}`),
    ];
    const load = this.loadNow(office, state, missing).finally(() => {
      for (const name of names) this.loading.delete(name);
    });
    for (const name of names) this.loading.set(name, load);
    return load;
  }

  private async loadNow(office: string, state: OfficeState, missing: Missing): Promise<void> {
    const left = this.shared ? await this.takeShared(this.shared, office, state, missing) : missing;
    if (left.people.length + left.dossiers.length === 0) return;
    this.onLoad(left.people.length, left.dossiers.length);
    const loaded = await this.loader.load(office, left.people, left.dossiers, state.applied);
    if (!loaded) throw problem('office_not_found');
    state.bringForward(loaded.read);
    const made = this.entries.loaded(loaded, left.people, left.dossiers);
    for (const [id, entry] of made.subjects) state.subjects.set(id, entry);
    for (const [id, entry] of made.dossiers) state.dossiers.set(id, entry);
    this.shared?.write([
      ...made.subjects.map(([id, entry]) => ({
        name: nameOf(office, 'c', id),
        dependsOn: entry.dependsOn,
        value: toSharedSubject(entry),
      })),
      ...made.dossiers.map(([id, entry]) => ({
        name: nameOf(office, 'd', id),
        dependsOn: entry.dependsOn,
        value: toSharedDossier(entry),
      })),
    ]);
  }

  /** Takes what other instances have put into Redis. @returns what is not there */
  private async takeShared(
    shared: SharedCache,
    office: string,
    state: OfficeState,
    { people, dossiers }: Missing,
  ): Promise<Missing> {
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
