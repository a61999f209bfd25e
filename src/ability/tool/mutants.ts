import type { Policy, PolicyPath, PolicyRule } from '#src/policy/bundle.js';
import { knownRule } from '#src/policy/lint/reach.js';
import { changesOf, type Changed, type ChangeKind } from './changes.js';
import { makesNoDifference } from './equivalence.js';

/** A policy with one mistake in it, which at least one case must notice. */
export interface Mutant {
  readonly kind: ChangeKind | 'drop' | 'invert';
  readonly policy: Policy;
  /** `file:line` of what is changed, and what is wrong with it. */
  readonly description: string;
}

/**
 * Every mutant of a policy: each rule dropped, inverted, widened and narrowed, and each path widened and narrowed.
 * Changes that provably change no answer are left out.
 */
export function mutantsOf(policy: Policy): Mutant[] {
  const known = policy.rules.map((rule) => knownRule(policy, rule));
  const differs = (changed: Policy, index: number, difference: PolicyRule) =>
    !makesNoDifference(changed, known, index, difference);
  const ofRules = policy.rules.flatMap((rule, index) =>
    ruleChanges(policy, rule)
      .filter(({ difference }) => differs(policy, index, difference))
      .map(({ kind, what, part }) => mutant(policy, rule, kind, what, { rules: policy.rules.with(index, part) })),
  );
  const ofPaths = [...policy.paths.values()].flatMap((path) => {
    const put = (part: PolicyPath) => ({ paths: new Map(policy.paths).set(path.name, part) });
    const rules = policy.rules.map((rule, index) => ({ rule: { ...rule, by: [path.name] }, index, by: rule.by }));
    const users = rules.filter(({ by }) => by.includes(path.name));
    return changesOf(path)
      .filter(({ difference }) =>
        users.some(({ rule, index }) => differs({ ...policy, ...put(difference) }, index, rule)),
      )
      .map(({ kind, what, part }) => mutant(policy, path, kind, what, put(part)));
  });
  return [...policy.rules.flatMap((rule, index) => wholeRule(policy, rule, index)), ...ofRules, ...ofPaths];
}

function mutant(
  policy: Policy,
  part: PolicyRule | PolicyPath,
  kind: Mutant['kind'],
  what: string,
  changed: Partial<Policy>,
): Mutant {
  const name = 'id' in part ? `the rule "${part.id}"` : `the path "${part.name}"`;
  const description = `${policy.file}:${part.line} ${kind}: ${name} ${what}`;
  return { kind, policy: { ...policy, ...changed }, description };
}

function wholeRule(policy: Policy, rule: PolicyRule, index: number): Mutant[] {
  const effect = rule.effect === 'allow' ? 'deny' : 'allow';
  // A deny takes no paths.
  const inverted = policy.rules.with(index, { ...rule, effect, by: [] });
  return [
    mutant(policy, rule, 'drop', 'is gone', { rules: policy.rules.toSpliced(index, 1) }),
    mutant(policy, rule, 'invert', `is ${effect}`, { rules: inverted }),
  ];
}

function ruleChanges(policy: Policy, rule: PolicyRule): Changed<PolicyRule>[] {
  return [...actionChanges(policy, rule), ...pathChanges(policy, rule), ...changesOf(rule)];
}

function actionChanges({ actions }: Policy, rule: PolicyRule): Changed<PolicyRule>[] {
  return actions.map((action) => {
    const difference = { ...rule, actions: [action] };
    if (!rule.actions.includes(action)) {
      const part = { ...rule, actions: [...rule.actions, action] };
      return { kind: 'widen', what: `has "${action}" too`, part, difference };
    }
    const part = { ...rule, actions: rule.actions.filter((other) => other !== action) };
    return { kind: 'narrow', what: `lacks "${action}"`, part, difference };
  });
}

function pathChanges({ paths }: Policy, rule: PolicyRule): Changed<PolicyRule>[] {
  const changes: Changed<PolicyRule>[] = [];
  const { may, ...free } = rule;
  if (may) changes.push({ kind: 'widen', what: 'asks for nothing elsewhere', part: free, difference: free });
  if (rule.by.length === 0) return changes;
  const pathless = { ...rule, by: [] };
  changes.push({ kind: 'widen', what: 'needs no path', part: pathless, difference: pathless });
  for (const name of paths.keys()) {
    const difference = { ...rule, by: [name] };
    const has = rule.by.includes(name);
    const part = { ...rule, by: has ? rule.by.filter((other) => other !== name) : [...rule.by, name] };
    // Without its last path the rule would need none.
    if (part.by.length === 0) continue;
    if (has) changes.push({ kind: 'narrow', what: `does not grant by "${name}"`, part, difference });
    else changes.push({ kind: 'widen', what: `grants by "${name}" too`, part, difference });
  }
  return changes;
}
