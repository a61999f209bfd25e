import { type Attribute, findAttribute, type Section } from '#src/policy/attributes.js';
import type { Policy } from '#src/policy/bundle.js';
import type { Scalar, Test } from '#src/policy/condition.js';

/** A test, with the section that it asks and what is known about the field. */
export interface Asked extends Test {
  readonly section: Section;
  readonly attribute: Attribute | undefined;
}

/** What must hold together for a rule to hold in one of its ways. */
export type Way = readonly Asked[];

/** Adds to a test what the policy's type knows about its field. */
export function asked({ type, subjects }: Policy, section: Section, test: Test): Asked {
  return { ...test, section, attribute: findAttribute({ type, section, subjects }, test.field) };
}

/** `true` where all of one way is asked by another: whenever `way` holds, `wider` does. Sound, not complete. */
export function impliesWay(way: Way, wider: Way): boolean {
  return wider.every((test) => way.some((given) => implies(given, test)));
}

/** `true` where no facts can meet all tests. Sound, not complete. */
export function isImpossible(way: Way): boolean {
  return way.some((test, index) => {
    if (valuesOf(test)?.size === 0) return true;
    return way.slice(index + 1).some((other) => excludes(test, other) || excludes(other, test));
  });
}

function isSameField(left: Asked, right: Asked): boolean {
  return left.section === right.section && left.field === right.field;
}

function implies(given: Asked, wanted: Asked): boolean {
  if (!isSameField(given, wanted)) return false;
  if (isSameQuestion(given, wanted)) return true;
  if (wanted.operator === 'exists') return literal(wanted) === true && asksForPresence(given);
  const values = valuesOf(given);
  const allowed = valuesOf(wanted);
  if (values && allowed) return [...values].every((value) => allowed.has(value));
  const refused = refusedBy(wanted);
  if (values && refused) return [...values].every((value) => !refused.has(value));
  const refusedAlready = refusedBy(given);
  return !!refused && !!refusedAlready && [...refused].every((value) => refusedAlready.has(value));
}

function excludes(left: Asked, right: Asked): boolean {
  if (!isSameField(left, right)) return false;
  if (opposites[left.operator] === right.operator && sameOperand(left, right)) return true;
  if (left.operator === 'exists' && right.operator === 'exists') return literal(left) !== literal(right);
  if (right.operator === 'exists') return literal(right) === false && asksForPresence(left);
  const values = valuesOf(left);
  if (!values) return false;
  const allowed = valuesOf(right);
  if (allowed) return [...values].every((value) => !allowed.has(value));
  const refused = refusedBy(right);
  return !!refused && [...values].every((value) => refused.has(value));
}

/** A test that what is absent does not meet. Of a resource, what is absent is other than any value. */
function asksForPresence({ section, operator, operand }: Asked): boolean {
  if (operator === 'exists') return literal({ operator, operand }) === true;
  return section !== 'resource' || !['ne', 'notIn', 'notContains'].includes(operator);
}

const opposites: Partial<Record<Test['operator'], Test['operator']>> = {
  eq: 'ne',
  in: 'notIn',
  contains: 'notContains',
};

function isSameQuestion(left: Asked, right: Asked): boolean {
  return left.operator === right.operator && sameOperand(left, right);
}

function sameOperand(left: Test, right: Test): boolean {
  return JSON.stringify(left.operand) === JSON.stringify(right.operand);
}

/** The only values that meet a test, where they can be listed. */
function valuesOf({ operator, operand, attribute }: Asked): ReadonlySet<Scalar> | undefined {
  if (!('literal' in operand)) return undefined;
  const listed = new Set<Scalar>([operand.literal].flat());
  if (operator === 'eq' || operator === 'in') return listed;
  const isNegative = operator === 'ne' || operator === 'notIn';
  const all = attribute?.kind === 'boolean' ? [true, false] : attribute?.values;
  // What may be absent meets a negative test of the resource with none of the values.
  if (!isNegative || !all || attribute?.optional) return undefined;
  return new Set<Scalar>(all.filter((value) => !listed.has(value)));
}

/** The values that a negative test refuses. */
function refusedBy({ operator, operand }: Asked): ReadonlySet<Scalar> | undefined {
  if ((operator !== 'ne' && operator !== 'notIn') || !('literal' in operand)) return undefined;
  return new Set<Scalar>([operand.literal].flat());
}

function literal({ operand }: Pick<Test, 'operator' | 'operand'>): unknown {
  return 'literal' in operand ? operand.literal : undefined;
}
