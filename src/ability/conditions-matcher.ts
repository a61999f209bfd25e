import { isSafePath } from '#src/policy/attributes.js';
import type { Scalar } from '#src/policy/condition.js';

/** CASL conditions as `compile` writes them: a value (equality), or standard Mongo operators, for each field. */
export type Conditions = Readonly<Record<string, Scalar | FieldOperators>>;
export type FieldOperators = { readonly [O in ConditionOperator]?: unknown };

export const conditionOperators = [
  '$eq',
  '$ne',
  '$in',
  '$nin',
  '$all',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$exists',
] as const;
export type ConditionOperator = (typeof conditionOperators)[number];

/** One operator of one field, with its value checked. */
export interface FieldTest {
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly value: unknown;
}

export type Matcher = (resource: object) => boolean;

/** What the rules of one ability share. Not longer: a list may change between abilities. */
export class SharedMatchers {
  /** The set of each list. */
  readonly sets = new Map<readonly unknown[], ReadonlySet<unknown>>();
  /** By field, operator and value: the same person is looked for as manager by many rules. */
  readonly tests = new Map<string, Matcher>();
}

type ValueTest = (value: unknown) => boolean;

/** Most comparisons with one value are the same for everyone, such as that a dossier is active. */
const maxConstants = 10_000;
const constants = new Map<string, Matcher>();

/**
 * Takes conditions apart.
 * @throws TypeError for everything that plain CASL would take silently for something else: an empty object (it matches
 * all), an unknown operator (it is compared as a value), `undefined` or `null` as a value (it matches what is missing),
 * and values that an operator cannot mean. So a damaged rule is an error and never a decision.
 */
export function parseConditions(conditions: unknown): FieldTest[] {
  if (!isPlainObject(conditions)) throw new TypeError('conditions must be an object');
  const tests = Object.entries(conditions).flatMap(([field, asked]) => parseField(field, asked));
  if (tests.length === 0) throw new TypeError('empty conditions would match everything');
  return tests;
}

/**
 * The matcher that CASL is given. It agrees with CASL's own on well-formed facts and is stricter on others: a list is
 * never equal to a value, values of different types are never in order, and only own members are followed on a dotted
 * path. `$in` and `$nin` look into a set, so a thousand groups cost what one costs.
 * @throws TypeError like {@link parseConditions}
 */
export function strictMatcher(conditions: unknown, shared = new SharedMatchers()): Matcher {
  const matchers = parseConditions(conditions).map((test) => sharedMatcher(test, shared));
  const [first, second, third] = matchers as [Matcher, Matcher?, Matcher?];
  // Nearly all rules have one to three tests: no loop for them.
  if (!second) return first;
  if (!third) return (resource) => first(resource) && second(resource);
  if (matchers.length === 3) return (resource) => first(resource) && second(resource) && third(resource);
  return (resource) => matchers.every((matches) => matches(resource));
}

function parseField(field: string, asked: unknown): FieldTest[] {
  if (!isSafePath(field)) throw new TypeError(`"${field}" is no attribute`);
  if (isScalar(asked)) return [{ field, operator: '$eq', value: asked }];
  if (!isPlainObject(asked)) throw new TypeError(`"${field}" must be a value or operators`);
  const tests = Object.entries(asked).map(([name, value]) => {
    const operator = conditionOperators.find((known) => known === name);
    if (!operator) throw new TypeError(`unknown operator "${name}" of "${field}"`);
    if (!isMeant(operator, value)) throw new TypeError(`"${name}" of "${field}" has a value of a wrong type`);
    return { field, operator, value };
  });
  if (tests.length === 0) throw new TypeError(`"${field}" asks nothing`);
  return tests;
}

function isMeant(operator: ConditionOperator, value: unknown): boolean {
  switch (operator) {
    case '$eq':
      return value === null || isScalar(value);
    case '$in':
    case '$all':
      return isFilled(value) && value.every(isScalar);
    case '$nin':
      return isFilled(value) && value.every((member) => member === null || isScalar(member));
    case '$exists':
      return typeof value === 'boolean';
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return typeof value === 'string' || typeof value === 'number';
    case '$ne':
      return isScalar(value);
  }
}

/** Matchers are most of what an ability keeps, so each is made once. */
function sharedMatcher(test: FieldTest, shared: SharedMatchers): Matcher {
  const { field, operator, value } = test;
  const isList = Array.isArray(value);
  // JSON spells some numbers alike; and long lists are shared as sets.
  if ((isList && value.length > 1) || typeof (isList ? value[0] : value) === 'number')
    return fieldMatcher(test, shared);
  const known = operator === '$eq' ? constants : shared.tests;
  const key = JSON.stringify([field, operator, value]);
  const made = known.get(key) ?? fieldMatcher(test, shared);
  if (known.size >= maxConstants) known.clear();
  known.set(key, made);
  return made;
}

function fieldMatcher({ field, operator, value }: FieldTest, { sets }: SharedMatchers): Matcher {
  const test = valueTest(operator, value, sets);
  if (field.includes('.')) {
    const names = field.split('.');
    return (resource) => test(follow(resource, names));
  }
  return (resource) => test((resource as Record<string, unknown>)[field]);
}

function valueTest(operator: ConditionOperator, wanted: unknown, sets: SharedMatchers['sets']): ValueTest {
  switch (operator) {
    case '$eq':
      return wanted === null ? (value) => value === null || value === undefined : (value) => value === wanted;
    case '$ne':
      // The negation of `$all: [x]`: looks into a set, and matches where there is none.
      return (value) => (Array.isArray(value) ? !value.includes(wanted) : value !== wanted);
    case '$in': {
      const set = setOf(wanted as readonly unknown[], sets);
      return (value) => set.has(value);
    }
    case '$nin': {
      const set = setOf(wanted as readonly unknown[], sets);
      return (value) => !set.has(value);
    }
    case '$all': {
      const members = wanted as readonly unknown[];
      if (members.length === 1) return (value) => Array.isArray(value) && value.includes(members[0]);
      return (value) => Array.isArray(value) && members.every((member) => value.includes(member));
    }
    case '$exists':
      return (value) => (value !== undefined) === wanted;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return orderTest(operator, wanted as string | number);
  }
}

function orderTest(operator: '$gt' | '$gte' | '$lt' | '$lte', wanted: string | number): ValueTest {
  const type = typeof wanted;
  const inOrder = {
    $gt: (value: string | number) => value > wanted,
    $gte: (value: string | number) => value >= wanted,
    $lt: (value: string | number) => value < wanted,
    $lte: (value: string | number) => value <= wanted,
  }[operator];
  return (value) => typeof value === type && inOrder(value as string | number);
}

function setOf(list: readonly unknown[], sets: SharedMatchers['sets']): ReadonlySet<unknown> {
  let set = sets.get(list);
  if (!set) sets.set(list, (set = new Set(list)));
  return set;
}

function follow(resource: object, names: readonly string[]): unknown {
  let value: unknown = resource;
  for (const name of names) {
    if (!isPlainObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
