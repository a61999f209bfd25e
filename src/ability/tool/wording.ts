import type { Operand, Test } from '#src/policy/condition.js';

const words: Record<Test['operator'], string> = {
  eq: '=',
  ne: '≠',
  in: 'in',
  notIn: 'not in',
  contains: 'contains',
  notContains: 'does not contain',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  exists: 'exists =',
};

/** A test as one reads it: `status = active`, `managers contains ${subject.id}`. */
export function wordingOf({ field, operator, operand }: Test): string {
  return `${field} ${words[operator]} ${operandOf(operand)}`;
}

/** All tests of an alternative. */
export function wordingOfAll(tests: readonly Test[]): string {
  return tests.map(wordingOf).join(' and ');
}

function operandOf(operand: Operand): string {
  if ('reference' in operand) return `\${${operand.reference.section}.${operand.reference.path}}`;
  return Array.isArray(operand.literal) ? `[${operand.literal.join(', ')}]` : String(operand.literal);
}
