import type { ConditionSections, Policy, PolicyRule } from '#src/policy/bundle.js';
import { settledSections } from '#src/policy/condition.js';
import { asked, type Way } from './implication.js';

/** More ways than this are not compared: what lint then misses costs nothing but a warning. */
const maxWays = 2_000;

/** Every way in which a rule can hold: one alternative of each of its sections, and of each section of one path. */
export function waysOf(policy: Policy, rule: PolicyRule): readonly Way[] {
  if (rule.by.length === 0) return waysThrough(policy, rule, {});
  return rule.by.flatMap((name) => waysThrough(policy, rule, policy.paths.get(name) ?? {}));
}

/** The ways of a rule through one path; `{}` is no path. */
export function waysThrough(policy: Policy, rule: ConditionSections, path: ConditionSections): readonly Way[] {
  let ways: Way[] = [[]];
  for (const part of [rule, path]) {
    for (const section of [...settledSections, 'resource'] as const) {
      const condition = part[section];
      if (!condition) continue;
      const alternatives = condition.map((tests) => tests.map((test) => asked(policy, section, test)));
      ways = ways.flatMap((way) => alternatives.map((tests) => [...way, ...tests]));
      // Nothing is known then: a way without tests implies nothing, and is compatible with everything.
      if (ways.length > maxWays) return [[]];
    }
  }
  return ways;
}
