import type { ConditionSections } from '#src/policy/bundle.js';
import {
  type Condition,
  type Conjunction,
  type Operator,
  type Reference,
  type Scalar,
  type SettledSection,
  settledSections,
  type Test,
} from '#src/policy/condition.js';
import type { SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';

/** A subject of a type that Cardea does not keep itself. */
export interface EntitySubject {
  readonly type: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly roles: readonly string[];
}

/** What is known before there is a resource. */
export interface CompileInput {
  readonly subject: SubjectFacts | EntitySubject;
  readonly settings: OfficeSettings;
  /** `action.properties` of the question. */
  readonly action?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** `undefined`: it hangs on a reference that cannot be resolved, so nobody can say. */
export type Settled = boolean | undefined;
export type Value = Scalar | readonly Scalar[];

/** Answers what is known, and keeps each list that it hands out, so that an ability holds one copy of it. */
export class Known {
  private readonly sections: Readonly<Record<SettledSection, unknown>>;
  private readonly resolved = new Map<string, Value | undefined>();

  constructor({ subject, settings, action, context }: CompileInput) {
    this.sections = { subject, office: settings, action, context };
  }

  /**
   * Whether all sections of a rule or path hold, the resource aside. A value that is absent meets nothing but
   * `exists: false`.
   */
  settle(conditions: ConditionSections): Settled {
    return settledSections.reduce<Settled>((settled, section) => {
      const condition = conditions[section];
      return condition ? and(settled, this.any(section, condition)) : settled;
    }, true);
  }

  /**
   * The value that a test compares with: one value, or a list for `in` and `notIn`.
   * @returns `undefined` where a reference cannot be resolved to a value of that form.
   */
  operand({ operator, operand }: Test): Value | undefined {
    if ('literal' in operand) return operand.literal;
    const value = this.resolve(operand.reference);
    if (typeof value === 'boolean' && isOrdering(operator)) return undefined;
    const wantsList = operator === 'in' || operator === 'notIn';
    return Array.isArray(value) === wantsList ? value : undefined;
  }

  private any(section: SettledSection, condition: Condition): Settled {
    return condition.reduce<Settled>((settled, tests) => or(settled, this.all(section, tests)), false);
  }

  private all(section: SettledSection, tests: Conjunction): Settled {
    return tests.reduce<Settled>((settled, test) => and(settled, this.test(section, test)), true);
  }

  private test(section: SettledSection, test: Test): Settled {
    const value = this.read(section, test.field);
    const present = value !== undefined && value !== null;
    const wanted = this.operand(test);
    if (test.operator === 'exists') return present === wanted;
    if (!present) return false;
    return wanted === undefined ? undefined : holds(test.operator, value, wanted);
  }

  private resolve({ section, path }: Reference): Value | undefined {
    const key = `${section}.${path}`;
    if (!this.resolved.has(key)) this.resolved.set(key, usable(this.read(section, path)));
    return this.resolved.get(key);
  }

  private read(section: SettledSection, path: string): unknown {
    const facts = this.sections[section];
    return path.includes('.') ? path.split('.').reduce(member, facts) : member(facts, path);
  }
}

/** Only an object's own members are facts. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function and(left: Settled, right: Settled): Settled {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

function or(left: Settled, right: Settled): Settled {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}

function holds(operator: Exclude<Operator, 'exists'>, value: unknown, wanted: Value): boolean {
  switch (operator) {
    case 'eq':
      return value === wanted;
    case 'ne':
      return value !== wanted;
    case 'in':
      return (wanted as readonly unknown[]).includes(value);
    case 'notIn':
      return !(wanted as readonly unknown[]).includes(value);
    case 'contains':
      return Array.isArray(value) && value.includes(wanted);
    case 'notContains':
      return !Array.isArray(value) || !value.includes(wanted);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return typeof value === typeof wanted && inOrder(operator, value as Scalar, wanted as Scalar);
  }
}

function isOrdering(operator: Operator): boolean {
  return operator === 'gt' || operator === 'gte' || operator === 'lt' || operator === 'lte';
}

function inOrder(operator: 'gt' | 'gte' | 'lt' | 'lte', value: Scalar, wanted: Scalar): boolean {
  if (operator === 'gt') return value > wanted;
  if (operator === 'gte') return value >= wanted;
  return operator === 'lt' ? value < wanted : value <= wanted;
}

/** A value that a condition may hold; a copy of a list, as its owner may change it later. */
function usable(value: unknown): Value | undefined {
  if (isScalar(value)) return value;
  return Array.isArray(value) && value.every(isScalar) ? [...value] : undefined;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && !Number.isNaN(value));
}
