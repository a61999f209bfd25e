import { isMap, isScalar, isSeq, type Node } from 'yaml';
import {
  type Attribute,
  comparable,
  findAttribute,
  knownWords,
  operatorsFor,
  type Scope,
  valueProblem,
} from './attributes.js';
import {
  both,
  type Condition,
  findClash,
  maxAlternatives,
  type Operand,
  type Operator,
  operators,
  type Reference,
  type Scalar,
  type SettledSection,
  settledSections,
} from './condition.js';
import type { Entry, YamlSource } from './yaml-source.js';

const opposites: Partial<Record<Operator, Operator>> = {
  eq: 'ne',
  ne: 'eq',
  in: 'notIn',
  notIn: 'in',
  contains: 'notContains',
  notContains: 'contains',
};

/**
 * Reads the condition of one section into its normal form. Everything that is wrong is reported to `source`; the
 * answer is then `undefined` and must not be used.
 */
export function parseCondition(source: YamlSource, at: Entry, scope: Scope): Condition | undefined {
  const before = source.problems.length;
  const condition = new ConditionParser(source, scope).mapping(at, false);
  if (source.problems.length > before) return undefined;
  if (condition.length > maxAlternatives) {
    return void source.report(at, `more than ${maxAlternatives} alternatives: split the rule`);
  }
  const clash = findClash(condition);
  if (clash) return void source.report(at, `"${clash.operator}" is asked twice of "${clash.field}"`);
  return condition;
}

/** Parts that could not be read are `[]`, as the whole is thrown away then. */
class ConditionParser {
  constructor(
    private readonly source: YamlSource,
    private readonly scope: Scope,
  ) {}

  mapping(at: Entry | Node, negated: boolean): Condition {
    const entries = this.source.mapping(at, 'a condition')?.entries ?? [];
    return this.join(
      entries.map((entry) => this.member(entry, negated)),
      negated ? 'any' : 'all',
    );
  }

  private member(entry: Entry, negated: boolean): Condition {
    if (entry.key === 'not') return this.mapping(entry, !negated);
    if (entry.key !== 'all' && entry.key !== 'any') return this.field(entry, negated);
    const parts = (this.source.list(entry, `"${entry.key}"`) ?? []).map((node) => this.mapping(node, negated));
    // De Morgan: not all = any not.
    return this.join(parts, (entry.key === 'all') === negated ? 'any' : 'all');
  }

  private join(parts: readonly Condition[], how: 'all' | 'any'): Condition {
    const [first = [], ...others] = parts;
    let joined = first;
    for (const part of others) {
      // Past the limit the rest only costs: `all` of many `any` grows as their product.
      if (joined.length > maxAlternatives) break;
      joined = how === 'any' ? [...joined, ...part] : both(joined, part);
    }
    return joined;
  }

  private field(entry: Entry, negated: boolean): Condition {
    const { section } = this.scope;
    const attribute = findAttribute(this.scope, entry.key);
    if (!attribute) {
      const words = Object.keys(knownWords(this.scope));
      const hint = words.length > 0 ? `: one of ${words.join(', ')}` : '';
      this.source.report(entry.keyNode, `unknown word "${entry.key}" of ${section}${hint}`);
      return [];
    }
    if (isSeq(entry.value)) return this.test(entry, attribute, 'in', entry, negated);
    if (!isMap(entry.value)) return this.test(entry, attribute, 'eq', entry, negated);
    const asked = this.source.mapping(entry, `"${entry.key}"`)?.entries ?? [];
    return this.join(
      asked.map((operator) => this.operator(entry, attribute, operator, negated)),
      negated ? 'any' : 'all',
    );
  }

  private operator(field: Entry, attribute: Attribute, entry: Entry, negated: boolean): Condition {
    const operator = operators.find((known) => known === entry.key);
    if (operator) return this.test(field, attribute, operator, entry, negated);
    this.source.report(entry.keyNode, `unknown operator "${entry.key}": one of ${operators.join(', ')}`);
    return [];
  }

  private test(field: Entry, attribute: Attribute, operator: Operator, at: Entry, negated: boolean): Condition {
    const fitting = operatorsFor(attribute);
    if (!fitting.includes(operator)) {
      const what = attribute.set ? 'a set' : attribute.kind;
      this.source.report(at, `"${field.key}" holds ${what}: ask with ${fitting.join(', ')}, not ${operator}`);
      return [];
    }
    if (operator === 'exists') return this.exists(field.key, at, negated);
    const asked = negated ? opposites[operator] : operator;
    if (!asked) {
      // A missing value is neither greater nor less: the opposite of one is not the other.
      this.source.report(at, `"${operator}" cannot be negated: write the comparison that is meant`);
      return [];
    }
    const operand = this.operand(at, attribute, operator);
    return operand ? [[{ field: field.key, operator: asked, operand }]] : [];
  }

  private exists(field: string, at: Entry, negated: boolean): Condition {
    const value = this.source.scalar(at, '"exists"');
    if (typeof value === 'boolean') {
      return [[{ field, operator: 'exists', operand: { literal: value !== negated } }]];
    }
    if (value !== undefined) this.source.report(at, '"exists" must be true or false');
    return [];
  }

  private operand(at: Entry, attribute: Attribute, operator: Operator): Operand | undefined {
    const wantsList = operator === 'in' || operator === 'notIn';
    if (isScalar(at.value) && typeof at.value.value === 'string' && at.value.value.includes('${')) {
      return this.reference(at, at.value.value, attribute, wantsList);
    }
    if (!wantsList) {
      const literal = this.literal(at, attribute, operator);
      return literal === undefined ? undefined : { literal };
    }
    const nodes = this.source.list(at, `the value of "${operator}"`) ?? [];
    const literals = nodes.map((node) => this.literal(node, attribute, operator));
    if (literals.length === 0 || literals.includes(undefined)) return undefined;
    return { literal: literals as Scalar[] };
  }

  private literal(at: Entry | Node, attribute: Attribute, operator: Operator): Scalar | undefined {
    const value = this.source.scalar(at, 'a value');
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.includes('${')) {
      return void this.source.report(at, 'a reference stands for a whole list, not for one of its members');
    }
    const ordering = operator === 'gt' || operator === 'gte' || operator === 'lt' || operator === 'lte';
    const problem =
      ordering && typeof value === 'boolean' ? 'must be a number or a text' : valueProblem(attribute, value);
    return problem ? void this.source.report(at, problem) : value;
  }

  private reference(at: Entry, text: string, attribute: Attribute, wantsList: boolean): Operand | undefined {
    const parsed = parseReference(text);
    if (!parsed) {
      const sections = settledSections.map((section) => `\${${section}.…}`).join(', ');
      return void this.source.report(at, `"${text}" is no reference: it must be one of ${sections}, alone`);
    }
    const target = findAttribute({ ...this.scope, section: parsed.section }, parsed.path);
    if (!target) return void this.source.report(at, `unknown reference "${text}"`);
    if (target.kind !== 'any' && target.set !== wantsList) {
      const [is, needed] = target.set ? ['a set', 'one value'] : ['one value', 'a list'];
      return void this.source.report(at, `"${text}" is ${is}; ${needed} is needed here`);
    }
    if (!comparable(attribute, target)) {
      return void this.source.report(at, `"${text}" holds ${target.kind}, which is never ${attribute.kind}`);
    }
    return { reference: parsed };
  }
}

function parseReference(text: string): Reference | undefined {
  const match = /^\$\{([a-z]+)\.([A-Za-z0-9_.-]+)\}$/.exec(text);
  const section = settledSections.find((name) => name === match?.[1]);
  return section && match?.[2] ? { section: section satisfies SettledSection, path: match[2] } : undefined;
}
