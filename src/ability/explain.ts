import type { Policy } from '#src/policy/bundle.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import { compile } from './compile.js';
import { allows } from './decide.js';
import type { AccessPath } from './paths.js';

/** One thing that could be changed. */
export interface Remedy {
  change:
    | 'activate_collaborator'
    | 'activate_dossier'
    | 'remove_exclusion'
    | 'add_manager'
    | 'add_guest'
    | 'add_to_client_group'
    | 'move_to_own_client_group'
    | 'make_admin';
  clientGroup?: string;
}

interface Situation {
  subject: SubjectFacts;
  dossier: DossierFacts;
}

/** Changes that are tried together at most: more than three is no longer a piece of advice. */
const maxRemedies = 3;

/**
 * What would make a denied question allowed: the smallest sets of changes after which the engine itself says yes. Pure.
 *
 * @returns nothing where no such change is known, such as for an action that the policy grants to no one
 */
export function remediesFor(
  policy: Policy,
  settings: OfficeSettings,
  action: string,
  { subject, dossier }: Situation,
): Remedy[][] {
  const possible = remedies(subject, dossier);
  for (let size = 1; size <= maxRemedies; size++) {
    const found = combinations(possible, size).filter((chosen) => {
      const changed = chosen.reduce((situation, { apply }) => apply(situation), { subject, dossier });
      return allows(compile(policy, { subject: changed.subject, settings }), action, changed.dossier);
    });
    if (found.length > 0) return found.map((chosen) => chosen.map(({ remedy }) => remedy));
  }
  return [];
}

interface Possible {
  remedy: Remedy;
  apply: (situation: Situation) => Situation;
}

function remedies(subject: SubjectFacts, dossier: DossierFacts): Possible[] {
  const me = subject.id;
  const ofSubject = (change: Remedy['change'], patch: Partial<SubjectFacts>): Possible => ({
    remedy: { change },
    apply: (s) => ({ ...s, subject: { ...s.subject, ...patch } }),
  });
  const ofDossier = (remedy: Remedy, patch: Partial<DossierFacts>): Possible => ({
    remedy,
    apply: (s) => ({ ...s, dossier: { ...s.dossier, ...patch } }),
  });
  const possible = [
    ofDossier({ change: 'add_manager' }, { managers: [...dossier.managers, me] }),
    ofDossier({ change: 'add_guest' }, { guests: [...dossier.guests, me] }),
  ];
  if (subject.status !== 'active') possible.push(ofSubject('activate_collaborator', { status: 'active' }));
  if (dossier.status !== 'active') possible.push(ofDossier({ change: 'activate_dossier' }, { status: 'active' }));
  if (subject.profile !== 'admin') possible.push(ofSubject('make_admin', { profile: 'admin' }));
  const group = dossier.clientGroup;
  if (dossier.excluded.includes(me) || (group !== null && subject.excludedClientGroups.includes(group))) {
    possible.push({
      remedy: { change: 'remove_exclusion' },
      apply: (s) => ({
        subject: { ...s.subject, excludedClientGroups: [] },
        dossier: { ...s.dossier, excluded: s.dossier.excluded.filter((id) => id !== me) },
      }),
    });
  }
  if (group !== null && !subject.clientGroups.includes(group)) {
    const clientGroups = [...subject.clientGroups, group];
    const joined = ofSubject('add_to_client_group', { clientGroups });
    possible.push({ ...joined, remedy: { change: 'add_to_client_group', clientGroup: group } });
  }
  if (group === null && subject.clientGroups[0] !== undefined) {
    const own = subject.clientGroups[0];
    possible.push(ofDossier({ change: 'move_to_own_client_group', clientGroup: own }, { clientGroup: own }));
  }
  return possible;
}

function combinations<T>(items: readonly T[], size: number, from = 0): T[][] {
  if (size === 0) return [[]];
  return items
    .slice(from)
    .flatMap((item, index) => combinations(items, size - 1, from + index + 1).map((rest) => [item, ...rest]));
}

/** Sets that are looked for at most this large, and listed at most this many. */
const maxRevokedTuples = 4;
const maxRevocations = 50;

/**
 * The smallest sets of tuples to remove so that access ends: every path loses one of its tuples. Pure.
 *
 * @returns nothing where a path has no tuple to remove: that of an admin ends with the profile
 */
export function revocationsOf(paths: readonly AccessPath[]): string[][] {
  if (paths.length === 0 || paths.some((path) => path.tuples.length === 0)) return [];
  const needed = paths.map((path) => path.tuples.map(({ tuple }) => tuple));
  for (let size = 1; size <= maxRevokedTuples; size++) {
    const found = hittingSets(needed, size);
    if (found.length > 0) return found.slice(0, maxRevocations);
  }
  return [[...new Set(needed.map((tuples) => tuples[0] as string))]];
}

/** Every set of at most `size` tuples that has one of each path; branches on the first path that is not hit yet. */
function hittingSets(paths: readonly (readonly string[])[], size: number, chosen: readonly string[] = []): string[][] {
  const open = paths.find((tuples) => !tuples.some((tuple) => chosen.includes(tuple)));
  if (!open) return [[...chosen].sort()];
  if (size === 0) return [];
  const sets = open.flatMap((tuple) => hittingSets(paths, size - 1, [...chosen, tuple]));
  return [...new Map(sets.map((set) => [set.join(' '), set])).values()];
}
