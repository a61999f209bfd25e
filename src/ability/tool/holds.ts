import type { ConditionSections, Resource } from '#src/policy/bundle.js';
import type { Conjunction } from '#src/policy/condition.js';
import { toConditions } from '#src/ability/conditions.js';
import { strictMatcher } from '#src/ability/conditions-matcher.js';
import type { Known, Settled } from '#src/ability/settle.js';

/** Whether one alternative of one section holds; `undefined` where it hangs on a reference that cannot be resolved. */
export function holds(section: keyof ConditionSections, tests: Conjunction, known: Known, resource: Resource): Settled {
  if (section !== 'resource') return known.settle({ [section]: [tests] });
  const conditions = toConditions(tests, known);
  if (conditions === 'unresolved') return undefined;
  if (conditions === 'always' || conditions === 'never') return conditions === 'always';
  return strictMatcher(conditions)(resource);
}
