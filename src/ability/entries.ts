import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import { Ability } from './ability.js';
import type { PolicyBundles } from './bundles.js';
import { compile } from './compile.js';
import type { LoadedFacts } from './facts-loader.js';
import type { DossierEntry, SubjectEntry } from './office-state.js';
import type { SharedDossier, SharedSubject } from './shared-entries.js';

/** What an ability is compiled with, besides the facts; `ability` where it is compiled already. */
interface Surroundings {
  settings: OfficeSettings;
  policySet: string | null;
  ability?: Ability | null;
}

/** Makes the entries of the caches: from what PostgreSQL said, and from what Redis held. */
export class EntryMaker {
  constructor(private readonly bundles: PolicyBundles) {}

  /** A collaborator as of `revision`, with the ability compiled; `facts` is `null` where there is no such one. */
  subject(revision: number, id: string, facts: SubjectFacts | null, from: Surroundings): SubjectEntry {
    const { settings, policySet } = from;
    const policy = this.bundles.policyOf(policySet, 'dossier');
    if (!policy) throw new Error('no policy for the type "dossier"');
    const groups = (facts?.collaboratorGroups ?? []).map((group) => `collaborator_group:${group}`);
    return {
      revision,
      dependsOn: [`collaborator:${id}`, ...groups, 'office'],
      validUntilMs: endOf(facts),
      checkedAt: -1,
      facts,
      settings,
      policySet,
      bundle: this.bundles.bundleOf(policySet),
      ability: from.ability ?? (facts && compile(policy, { subject: facts, settings })),
    };
  }

  /** A dossier as of `revision`; `facts` is `null` where there is no such one. */
  dossier(revision: number, id: string, facts: DossierFacts | null): DossierEntry {
    return new KnownDossier(revision, id, endOf(facts), facts && compact(facts));
  }

  /** Everyone and everything that was asked for, whether it was found or not. */
  loaded({ read, subjects, dossiers, ...from }: LoadedFacts, people: readonly string[], ids: readonly string[]) {
    const found = new Map(subjects.map((facts) => [facts.id, facts]));
    const foundDossiers = new Map(dossiers.map((facts) => [facts.id, facts]));
    const { revision } = read;
    return {
      subjects: people.map((id) => [id, this.subject(revision, id, found.get(id) ?? null, from)] as const),
      dossiers: ids.map((id) => [id, this.dossier(revision, id, foundDossiers.get(id) ?? null)] as const),
    };
  }

  /**
   * A collaborator from Redis, true at `revision`.
   *
   * @returns `undefined` for rules of another bundle: they are never used, not even while policies change
   */
  sharedSubject(revision: number, id: string, value: SharedSubject): SubjectEntry | undefined {
    const { facts, settings, policySet, policy, rules } = value;
    if (policy !== this.bundles.bundleOf(policySet).hash) return undefined;
    const ability = facts && Ability.unpack('dossier', rules);
    return this.subject(revision, id, facts, { settings, policySet, ability });
  }
}

/** A collaborator as Redis keeps it: the facts, and the rules as CASL packs them. */
export function toSharedSubject(entry: SubjectEntry): SharedSubject {
  const { revision, bundle, facts, settings, policySet, ability } = entry;
  const rules = ability?.pack() ?? null;
  return { revision, policy: bundle.hash, facts: facts as SharedSubject['facts'], settings, policySet, rules };
}

/** A dossier as Redis keeps it; no policy has a part in it. */
export function toSharedDossier({ revision, facts }: DossierEntry): SharedDossier {
  return { revision, policy: '', facts: facts as SharedDossier['facts'] };
}

/** There are many dossiers: the key that each depends on is written when it is asked for, and not kept. */
class KnownDossier implements DossierEntry {
  checkedAt = -1;

  constructor(
    readonly revision: number,
    private readonly id: string,
    readonly validUntilMs: number,
    readonly facts: DossierFacts | null,
  ) {}

  get dependsOn(): readonly string[] {
    return [`dossier:${this.id}`];
  }
}

const none: readonly string[] = Object.freeze([]);

/** Most dossiers have no guest and no one excluded: they share one empty list. */
function compact(facts: DossierFacts): DossierFacts {
  const list = (ids: readonly string[]) => (ids.length === 0 ? none : ids);
  return { ...facts, managers: list(facts.managers), guests: list(facts.guests), excluded: list(facts.excluded) };
}

function endOf(facts: { validUntil: string | null } | null): number {
  return facts?.validUntil ? Date.parse(facts.validUntil) : Number.POSITIVE_INFINITY;
}
