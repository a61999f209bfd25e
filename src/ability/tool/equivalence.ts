import type { Policy, PolicyRule } from '#src/policy/bundle.js';
import { covers, knownRule, type KnownRule, meets } from '#src/policy/lint/reach.js';

/**
 * Whether no answer can hang on a difference between two rules: it can never hold; or it denies what no rule allows; or
 * it allows what a rule before it allows anyway, by the same path. `true` is certain.
 *
 * @param policy with the paths that the difference names
 * @param known the rules of the policy
 * @param index of the rule that differs
 */
export function makesNoDifference(
  policy: Policy,
  known: readonly KnownRule[],
  index: number,
  difference: PolicyRule,
): boolean {
  const lost = knownRule(policy, difference);
  if (lost.ways.length === 0) return true;
  if (difference.effect === 'deny') return !known.some((other) => meets(lost, other));
  const before = known.slice(0, index).filter(({ rule }) => rule.effect === 'allow');
  const paths = difference.by.length === 0 ? [null] : difference.by;
  return difference.actions.every((action) =>
    paths.every((path) => before.some((other) => coversThrough(policy, other, difference, path, action))),
  );
}

function coversThrough(policy: Policy, other: KnownRule, rule: PolicyRule, path: string | null, action: string) {
  if (path === null) return other.rule.by.length === 0 && covers(other, knownRule(policy, rule), action);
  if (!other.rule.by.includes(path)) return false;
  const through = (one: PolicyRule) => knownRule(policy, { ...one, by: [path] });
  return covers(through(other.rule), through(rule), action);
}
