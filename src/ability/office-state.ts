import { performance } from 'node:perf_hooks';
import type { PolicyBundle } from '#src/policy/bundle.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import type { Ability } from './ability.js';
import type { FenceRead } from './fence.js';
import type { Budget, Generations } from './generations.js';

/** When something was true, and what would make it untrue. */
interface Validity {
  /** The revision of the snapshot that it was read from. */
  revision: number;
  /** The keys whose change would make it untrue. */
  dependsOn: readonly string[];
  /** The earliest end of a tuple that it was made from, in milliseconds since 1970; `Infinity` for none. */
  validUntilMs: number;
  /** The office's revision at which it was last found valid, so that it is looked at once for each revision. */
  checkedAt: number;
}

/** One collaborator with their ability, compiled; or that there is no such collaborator. */
export interface SubjectEntry extends Validity {
  facts: SubjectFacts | null;
  settings: OfficeSettings;
  policySet: string | null;
  /** The bundle that the ability was compiled from: one of another bundle is never used. */
  bundle: PolicyBundle;
  ability: Ability | null;
}

/** One dossier; or that there is no such dossier. */
export interface DossierEntry extends Validity {
  facts: DossierFacts | null;
}

/** Changed keys that are remembered of one office before it starts afresh. */
const maxChangedKeys = 20_000;

/**
 * What the process knows of one office: up to which revision it has followed the changes, the last revision at which
 * each key changed, and the entries. Nothing is trusted because it is young: an entry counts at revision r when none of
 * its keys changed between its own revision and r.
 */
export class OfficeState {
  /** The revision up to which every change is known; -1 before the first read. */
  applied = -1;
  /** The policy set that the office has at `applied`. */
  policySet: string | null = null;
  /** The platform's revision as of the last read. */
  platform = 0;
  /** PostgreSQL's clock and the process's at the last read, for answers that may be a little old. */
  readAtMs = 0;
  readSentAtMs = Number.NEGATIVE_INFINITY;
  /** When the process learnt of `applied`, by its monotonic clock. */
  private appliedSinceMs = Number.POSITIVE_INFINITY;
  readonly subjects: Generations<SubjectEntry>;
  readonly dossiers: Generations<DossierEntry>;
  private base = -1;
  private readonly changed = new Map<string, number>();

  constructor(
    private readonly subjectBudget: Budget,
    private readonly dossierBudget: Budget,
  ) {
    this.subjects = subjectBudget.map<SubjectEntry>();
    this.dossiers = dossierBudget.map<DossierEntry>();
  }

  /** Lets go of the maps; the office is no longer used. */
  release(): void {
    this.subjectBudget.release(this.subjects);
    this.dossierBudget.release(this.dossiers);
  }

  /**
   * Takes in what PostgreSQL said. Reads may come back in another order than they were sent: an older one changes
   * nothing, unless it was sent after the newer one had come back: then the database itself has gone back (it was restored),
   * and all that was known is void.
   *
   * @returns `false` where it says only that nothing has changed since a revision that this state, begun anew while the
   *   read was under way, has not reached: it has to be read again
   */
  bringForward(read: FenceRead & { revision: number }): boolean {
    if (read.policySet !== undefined) this.takeIn(read, read.policySet);
    else if (read.revision > this.applied) return false;
    if (read.sentAtMs > this.readSentAtMs) {
      this.readSentAtMs = read.sentAtMs;
      this.readAtMs = read.atMs;
      this.platform = read.platform;
    }
    return true;
  }

  /** `true` where the entry may be used at the office's present revision. */
  isValid(entry: Validity, nowMs: number): boolean {
    if (entry.checkedAt !== this.applied) {
      if (entry.revision < this.base || entry.revision > this.applied) return false;
      for (const key of entry.dependsOn) if ((this.changed.get(key) ?? -1) > entry.revision) return false;
      entry.checkedAt = this.applied;
    }
    return nowMs < entry.validUntilMs;
  }

  /** The last revision at which a key changed, or -1 where it has not since the office was first looked at. */
  lastChange(key: string): number {
    return this.changed.get(key) ?? -1;
  }

  /** The revision from which changes are known; what is older cannot be judged. */
  get knownFrom(): number {
    return this.base;
  }

  /** Forgets every entry, as a self-audit does that found one wrong. */
  drop(): void {
    this.startAfresh(this.applied);
  }

  private takeIn(read: FenceRead & { revision: number }, policySet: string | null): void {
    const isGoneBack = read.revision < this.applied && read.sentAtMs > this.appliedSinceMs;
    if (read.revision >= this.applied || isGoneBack) this.policySet = policySet;
    if (read.revision > this.applied) this.follow(read);
    else if (isGoneBack) this.startAfresh(read.revision);
  }

  private follow({ revision, keys, since }: FenceRead & { revision: number }): void {
    // Keys after a later revision than this state has reached say nothing of what changed in between: it was begun
    // anew while the read was under way.
    if (keys === null || since > this.applied || this.changed.size + keys.length > maxChangedKeys) {
      this.startAfresh(revision);
      return;
    }
    for (const key of keys) this.changed.set(key, revision);
    this.applied = revision;
    this.appliedSinceMs = performance.now();
  }

  private startAfresh(revision: number): void {
    this.base = revision;
    this.applied = revision;
    this.appliedSinceMs = performance.now();
    this.changed.clear();
    this.subjects.clear();
    this.dossiers.clear();
  }
}
