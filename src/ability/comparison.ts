import { setImmediate } from 'node:timers/promises';
import { findAttribute } from '#src/policy/attributes.js';
import type { Policy } from '#src/policy/bundle.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import { Ability } from './ability.js';
import { compile } from './compile.js';
import { parseConditions } from './conditions-matcher.js';
import { allows } from './decide.js';
import type { OfficeFacts } from './office-facts.js';

/** What one collaborator may do with one dossier by one of two policies only. */
export interface Difference {
  readonly collaborator: string;
  readonly action: string;
  readonly dossier: string;
  readonly change: 'gains' | 'loses';
}

/** A collaborator whose compiled rules differ, about these actions. */
interface Affected {
  readonly id: string;
  readonly before: Ability;
  readonly after: Ability;
  readonly actions: readonly string[];
}

type Cell = Omit<Difference, 'dossier'>;

/** Classes of dossiers that are remembered at once. */
const maxClasses = 50_000;
/** So many people are compiled before a running service may do something else. */
const peopleAtOnce = 25;

/** All that differs by two policies of dossiers over one office, dossier by dossier; also where it is nothing. */
export async function* differencesOf(
  before: Policy,
  after: Policy,
  { settings, subjects, dossiers }: OfficeFacts,
): AsyncGenerator<{ dossier: DossierFacts; differences: readonly Difference[] }> {
  const comparison = await OfficeComparison.of(before, after, settings, subjects);
  for await (const page of dossiers) {
    for (const dossier of page) yield { dossier, differences: comparison.differences(dossier) };
  }
}

interface Counts {
  gains: number;
  losses: number;
}

/** How much differs: for dossiers that are not private, and apart for those that are, as to most people these do not exist. */
export async function countDifferences(before: Policy, after: Policy, facts: OfficeFacts) {
  const open: Counts = { gains: 0, losses: 0 };
  const hidden: Counts = { gains: 0, losses: 0 };
  for await (const { dossier, differences } of differencesOf(before, after, facts)) {
    const counts = dossier.private ? hidden : open;
    for (const { change } of differences) counts[change === 'gains' ? 'gains' : 'losses']++;
  }
  return { ...open, private: hidden };
}

/**
 * Two policies of dossiers over one office. Each collaborator is compiled once by each policy, and those whose rules come
 * out the same are looked at no more.
 *
 * Rules compare the sets of a dossier (managers, guests, excluded) with values of the collaborator, such as the id. A
 * dossier whose sets hold none of a collaborator's values is to that collaborator as one with empty sets. So dossiers
 * with the same other facts are one class, decided once for all; only whoever a dossier names is asked about it alone.
 */
class OfficeComparison {
  /** By field of a set and value: the affected collaborators whose rules look for that value there. */
  private readonly lookingFor = new Map<string, Map<unknown, Set<number>>>();
  private readonly singleFields: readonly string[];
  private readonly classes = new Map<string, ReadonlyMap<number, readonly Cell[]>>();

  private constructor(private readonly affected: readonly Affected[]) {
    this.singleFields = this.indexFields();
  }

  static async of(before: Policy, after: Policy, settings: OfficeSettings, subjects: readonly SubjectFacts[]) {
    const actions = [...new Set([...before.actions, ...after.actions])];
    const affected: Affected[] = [];
    for (const [index, subject] of subjects.entries()) {
      if (index % peopleAtOnce === peopleAtOnce - 1) await setImmediate();
      const [old, young] = [compile(before, { subject, settings }), compile(after, { subject, settings })];
      const one = compareAbilities(subject, old, young, actions);
      if (one.actions.length > 0) affected.push(one);
    }
    return new OfficeComparison(affected);
  }

  /** All that differs for one dossier. */
  differences(dossier: DossierFacts): Difference[] {
    if (this.affected.length === 0) return [];
    const named = this.namedBy(dossier);
    const ofClass = [...this.classOf(dossier)].filter(([index]) => !named.has(index)).flatMap(([, cells]) => cells);
    const ofNamed = [...named].flatMap((index) => cellsOf(this.affected[index]!, dossier));
    return [...ofClass, ...ofNamed].map((cell) => ({ ...cell, dossier: dossier.id }));
  }

  private indexFields(): string[] {
    const singles = new Set<string>();
    for (const [index, { before, after }] of this.affected.entries()) {
      for (const { conditions } of [...before.rules, ...after.rules]) {
        for (const { field, value } of conditions ? parseConditions(conditions) : []) {
          if (!findAttribute({ type: before.type, section: 'resource' }, field)?.set) singles.add(field);
          else for (const wanted of [value].flat()) this.expect(field, wanted, index);
        }
      }
    }
    return [...singles].sort();
  }

  private expect(field: string, value: unknown, index: number): void {
    const values = this.lookingFor.get(field) ?? new Map<unknown, Set<number>>();
    this.lookingFor.set(field, values.set(value, (values.get(value) ?? new Set()).add(index)));
  }

  private namedBy(dossier: DossierFacts): ReadonlySet<number> {
    const named = new Set<number>();
    for (const [field, values] of this.lookingFor) {
      for (const value of dossier[field as 'managers']) for (const index of values.get(value) ?? []) named.add(index);
    }
    return named;
  }

  private classOf(dossier: DossierFacts): ReadonlyMap<number, readonly Cell[]> {
    const key = JSON.stringify(this.singleFields.map((field) => dossier[field as 'id']));
    const known = this.classes.get(key);
    if (known) return known;
    if (this.classes.size >= maxClasses) this.classes.clear();
    const unnamed = { ...dossier, ...Object.fromEntries([...this.lookingFor.keys()].map((field) => [field, []])) };
    const cells = this.affected.map((one, index) => [index, cellsOf(one, unnamed)] as const);
    const made = new Map(cells.filter(([, { length }]) => length > 0));
    this.classes.set(key, made);
    return made;
  }
}

function compareAbilities({ id }: SubjectFacts, before: Ability, after: Ability, actions: readonly string[]): Affected {
  return {
    id,
    before,
    after,
    actions: actions.filter((action) => rulesText(before, action) !== rulesText(after, action)),
  };
}

/** What an ability says about an action; how the rules are called, and their order, changes no decision. */
function rulesText({ rules }: Ability, action: string): string {
  const about = rules.filter((rule) => rule.action.includes(action));
  return about
    .map(({ conditions, inverted }) => JSON.stringify([conditions, inverted]))
    .sort()
    .join('\n');
}

function cellsOf({ id, before, after, actions }: Affected, dossier: DossierFacts): readonly Cell[] {
  return actions.flatMap((action): Cell[] => {
    const could = allows(before, action, dossier);
    if (could === allows(after, action, dossier)) return [];
    return [{ collaborator: id, action, change: could ? 'loses' : 'gains' }];
  });
}
