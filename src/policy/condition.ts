export const operators = [
  'eq',
  'ne',
  'in',
  'notIn',
  'contains',
  'notContains',
  'gt',
  'gte',
  'lt',
  'lte',
  'exists',
] as const;
export type Operator = (typeof operators)[number];

/** The sections that are known before there is a resource, and so are settled when an ability is compiled. */
export const settledSections = ['subject', 'office', 'action', 'context'] as const;
export type SettledSection = (typeof settledSections)[number];

export type Scalar = string | number | boolean;

/** A value that is taken from the question or its facts, `${subject.id}` for example. */
export interface Reference {
  readonly section: SettledSection;
  /** Dotted where it goes into open properties. */
  readonly path: string;
}

export type Operand = { readonly literal: Scalar | readonly Scalar[] } | { readonly reference: Reference };

/** One question about one field. */
export interface Test {
  readonly field: string;
  readonly operator: Operator;
  readonly operand: Operand;
}

/**
 * A condition in disjunctive normal form: it holds when all tests of at least one alternative hold. `all`, `any` and
 * `not` of the file are gone: plain CASL conditions have no "or" and no "not", and each alternative becomes one rule.
 */
export type Condition = readonly Conjunction[];
export type Conjunction = readonly Test[];

const alwaysTrue: Condition = [[]];

/** More alternatives than this in one condition are refused: each one is a rule that every decision may walk. */
export const maxAlternatives = 16;

/** Both conditions hold; `undefined` is no condition, which always does. */
export function both(left: Condition | undefined, right: Condition | undefined): Condition {
  if (!left) return right ?? alwaysTrue;
  if (!right) return left;
  return left.flatMap((a) => right.map((b) => [...a, ...b]));
}

// Several tests of these on one field have one meaning together; two of the others cannot be one CASL condition.
const mergeable: ReadonlySet<Operator> = new Set(['eq', 'ne', 'in', 'notIn', 'contains', 'exists']);

/** The first test that asks what another one of the same alternative asks, with an operator that cannot be merged. */
export function findClash(condition: Condition): Test | undefined {
  for (const tests of condition) {
    const seen = new Set<string>();
    for (const test of tests) {
      if (mergeable.has(test.operator)) continue;
      const key = `${test.operator} ${test.field}`;
      if (seen.has(key)) return test;
      seen.add(key);
    }
  }
  return undefined;
}
