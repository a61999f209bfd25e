import type { Conjunction, Scalar, Test } from '#src/policy/condition.js';
import type { Conditions, FieldOperators } from './conditions-matcher.js';
import type { Known, Value } from './settle.js';

/**
 * What is left of an alternative once its references are resolved: conditions on the resource, or that it holds
 * `always`, or `never`, or that nobody can say, because a reference is `unresolved`.
 */
export type Remaining = Conditions | 'always' | 'never' | 'unresolved';

type Asked = { -readonly [O in keyof FieldOperators]: unknown };

/** Turns the tests of one alternative into CASL conditions. They are standard Mongo, so that plain CASL takes them. */
export function toConditions(tests: Conjunction, known: Known): Remaining {
  const fields = new Map<string, Asked>();
  let possible = true;
  for (const test of tests) {
    const value = known.operand(test);
    if (value === undefined) return 'unresolved';
    const asked = fields.get(test.field) ?? {};
    fields.set(test.field, asked);
    possible = add(asked, translate(test, value)) && possible;
  }
  return possible ? combine(fields) : 'never';
}

/**
 * `ne` and `notIn` become `$nin`, which compares whole values; `notContains` becomes `$ne`, which looks into sets: so
 * the strict matcher can tell them apart. `null` is how facts say "none", and Mongo's `$lt` takes it for small.
 */
function translate({ operator }: Test, value: Value): Asked {
  switch (operator) {
    case 'eq':
      return { $eq: value };
    case 'ne':
      return { $nin: [value] };
    case 'in':
      return { $in: value };
    case 'notIn':
      return { $nin: value };
    case 'contains':
      return { $all: [value] };
    case 'notContains':
      return { $ne: value };
    case 'gt':
      return { $gt: value };
    case 'gte':
      return { $gte: value };
    case 'lt':
      return { $exists: true, $nin: [null], $lt: value };
    case 'lte':
      return { $exists: true, $nin: [null], $lte: value };
    case 'exists':
      return value === true ? { $exists: true, $nin: [null] } : { $eq: null };
  }
}

/** @returns `false` when no value can meet both. */
function add(asked: Asked, more: Asked): boolean {
  if (more.$eq !== undefined && asked.$eq !== undefined && more.$eq !== asked.$eq) return false;
  const merged = { ...asked, ...more };
  if (asked.$in && more.$in) merged.$in = list(asked.$in).filter((member) => list(more.$in).includes(member));
  if (asked.$nin && more.$nin) merged.$nin = [...new Set([...list(asked.$nin), ...list(more.$nin)])];
  if (asked.$all && more.$all) merged.$all = [...new Set([...list(asked.$all), ...list(more.$all)])];
  Object.assign(asked, merged);
  return true;
}

function combine(fields: ReadonlyMap<string, Asked>): Remaining {
  const conditions: Record<string, Conditions[string]> = {};
  for (const [field, asked] of fields) {
    if (asked.$in && list(asked.$in).length === 0) return 'never';
    if (asked.$nin && list(asked.$nin).length === 0) delete asked.$nin;
    const operators = Object.keys(asked);
    const only = operators.length === 1 ? asked.$eq : undefined;
    if (operators.length > 0) conditions[field] = only === undefined || only === null ? asked : only;
  }
  // An empty object would say the same, but by accident: it is never written.
  return Object.keys(conditions).length > 0 ? conditions : 'always';
}

function list(value: unknown): readonly (Scalar | null)[] {
  return value as readonly (Scalar | null)[];
}
