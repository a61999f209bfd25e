import type { ConditionSections, Policy, PolicyPath, PolicyRule } from '#src/policy/bundle.js';
import { type CaseFile, type CaseQuestion, questionsOf } from '#src/policy/cases.js';
import { type Conjunction, settledSections } from '#src/policy/condition.js';
import { Known, type Settled } from '#src/ability/settle.js';
import { holds } from './holds.js';
import { wordingOfAll } from './wording.js';

type Section = keyof ConditionSections;
const sections: readonly Section[] = [...settledSections, 'resource'];

/** One alternative of a condition of a rule, or of a path that it names: it must be shown to hold, and not to hold. */
interface Branch {
  readonly rule: PolicyRule;
  readonly part: PolicyRule | PolicyPath;
  readonly section: Section;
  readonly tests: Conjunction;
}

/** How many branches a file of cases has shown both ways, and which it has not. */
export interface BranchCoverage {
  readonly branches: number;
  /** One line for each branch and way that no question shows, `file:line` first. */
  readonly missing: readonly string[];
}

/** Looks at every alternative of every rule under the questions about the actions of that rule. */
export function branchCoverage(policy: Policy, file: CaseFile): BranchCoverage {
  const branches = policy.rules.flatMap((rule) => branchesOf(policy, rule));
  const shown = new Map(branches.map((branch) => [branch, new Set<Settled>()]));
  const memory = new Map<object, Known>();
  for (const question of questionsOf(file)) {
    for (const [branch, seen] of shown) {
      if (seen.size === 2 || !branch.rule.actions.includes(question.action)) continue;
      seen.add(holds(branch.section, branch.tests, knownFor(memory, question), question.what) === true);
    }
  }
  const missing = [...shown].flatMap(([branch, seen]) =>
    [true, false].filter((way) => !seen.has(way)).map((way) => describe(policy, branch, way)),
  );
  return { branches: branches.length, missing };
}

function branchesOf(policy: Policy, rule: PolicyRule): Branch[] {
  const parts = [rule, ...rule.by.flatMap((name) => policy.paths.get(name) ?? [])];
  return parts.flatMap((part) =>
    sections.flatMap((section) => (part[section] ?? []).map((tests) => ({ rule, part, section, tests }))),
  );
}

function knownFor(memory: Map<object, Known>, question: CaseQuestion): Known {
  const { settings, action, context } = question.case;
  // One for each case and subject would do; one for the last case is nearly as good, and there is nothing to forget.
  const known = memory.get(question.who);
  if (known && memory.has(question.case)) return known;
  if (!memory.has(question.case)) memory.clear();
  const made = new Known({ subject: question.who, settings, action, context });
  memory.set(question.case, made).set(question.who, made);
  return made;
}

function describe(policy: Policy, { rule, part, section, tests }: Branch, way: boolean): string {
  const path = 'id' in part ? '' : ` by "${part.name}"`;
  const question = `${section} ${wordingOfAll(tests)}`;
  return `${policy.file}:${part.line} the rule "${rule.id}"${path}: no case in which ${question} is ${way ? 'met' : 'not met'}`;
}
