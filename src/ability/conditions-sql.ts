import type { Ability, AbilityRule } from './ability.js';
import { type ConditionOperator, type FieldTest, parseConditions } from './conditions-matcher.js';

/**
 * Where a field is in the database. The caller writes the fragments; values never go into them.
 * - `column`: one value a row, NULL where the fact is `null`.
 * - `array`: a PostgreSQL array that is never NULL, for a set.
 * - `exists`: a subquery on the row with one `?`, which gets an array of values: there is a row when the field is, or
 *   holds, one of them. `present` is the same without a value: there is a row when the field is anything at all. `ids`
 *   selects, for one `?`, the ids of those rows (of all rows, and some more do no harm) from an index.
 */
export type SqlField = { readonly column: string } | { readonly array: string } | ExistsField;

interface ExistsField {
  readonly exists: string;
  readonly present?: string;
  readonly ids?: string;
}

export type SqlFields = Readonly<Record<string, SqlField>>;

/** A condition for WHERE, in PostgreSQL's SQL with `?` for each of `params` in order. Lists are one array parameter. */
export interface SqlFragment {
  readonly sql: string;
  readonly params: readonly unknown[];
}

const always: SqlFragment = { sql: 'true', params: [] };
const never: SqlFragment = { sql: 'false', params: [] };

/**
 * The rows on which an ability allows an action: the same as asking `decide` about each of them.
 *
 * SQL has three truths, and NULL must count as "no" in an allow as in a deny. Tests that a missing value meets (`$ne`,
 * `$nin`) are therefore written to be true for NULL; others may be NULL, but only below AND and OR, and what is denied
 * is asked with IS NOT TRUE.
 * @throws Error when `fields` lacks a field that a rule asks about, or cannot answer what it asks.
 */
export function toSql(ability: Ability, action: string, fields: SqlFields): SqlFragment {
  const about = ability.rules.filter((rule) => rule.action.includes(action));
  const allowing = about.filter((rule) => !rule.inverted);
  const allowed = anyOf(allowing, fields);
  const denied = anyOf(
    about.filter((rule) => rule.inverted),
    fields,
  );
  if (allowed === never || denied === always) return never;
  const parts = allowed === always ? [] : [...named(allowing, fields), allowed];
  if (denied !== never) parts.push({ sql: `(${denied.sql}) is not true`, params: denied.params });
  return parts.length === 0 ? always : join(parts, 'and');
}

/**
 * What each allowed row meets besides: it is among the rows that the rules name, by a test of each. It decides nothing;
 * without it PostgreSQL looks at every row, for no index serves an OR of conditions on other tables.
 *
 * @returns nothing where a rule is about rows that it does not name, as an admin's are
 */
function named(rules: readonly AbilityRule[], fields: SqlFields): SqlFragment[] {
  const id = fields.id;
  const lists = rules.map(({ conditions }) => parseConditions(conditions).map((test) => idsSql(test, fields)));
  const named = lists.map((tests) => tests.find((ids) => ids !== undefined));
  const parts = named.filter((ids) => ids !== undefined);
  if (!id || !('column' in id) || parts.length < rules.length) return [];
  const all = distinct(parts);
  const sql = `${id.column} = any(array(${all.map((part) => part.sql).join(' union all ')}))`;
  return [{ sql, params: all.flatMap(({ params }) => params) }];
}

function idsSql({ field: name, operator, value }: FieldTest, fields: SqlFields): SqlFragment | undefined {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field || !('ids' in field) || field.ids === undefined) return undefined;
  if (operator === '$eq' && value !== null) return sql(field.ids, [value]);
  if (operator !== '$in' && operator !== '$all') return undefined;
  const values = value as readonly unknown[];
  // Whoever holds all of them holds the first. Of no value at all, every row has all, and no row any.
  if (operator === '$all') return values.length > 0 ? sql(field.ids, values.slice(0, 1)) : undefined;
  return values.includes(null) ? undefined : sql(field.ids, values);
}

function anyOf(rules: readonly AbilityRule[], fields: SqlFields): SqlFragment {
  if (rules.length === 0) return never;
  // A rule without conditions is about every row, whatever the others say.
  if (rules.some(({ conditions }) => conditions === undefined)) return always;
  const parts = rules.map(({ conditions }) =>
    join(
      parseConditions(conditions).map((test) => testSql(test, fields)),
      'and',
    ),
  );
  return join(distinct(parts), 'or');
}

/** Several paths of several rules often come down to the same condition. */
function distinct(parts: readonly SqlFragment[]): SqlFragment[] {
  return [...new Map(parts.map((part) => [JSON.stringify([part.sql, part.params]), part])).values()];
}

function join(parts: readonly SqlFragment[], word: 'and' | 'or'): SqlFragment {
  const [first, ...others] = parts;
  if (first && others.length === 0) return first;
  return { sql: `(${parts.map(({ sql }) => sql).join(` ${word} `)})`, params: parts.flatMap(({ params }) => params) };
}

function testSql(test: FieldTest, fields: SqlFields): SqlFragment {
  const field = Object.hasOwn(fields, test.field) ? fields[test.field] : undefined;
  if (!field) throw new Error(`there is no SQL for the field "${test.field}"`);
  const fragment =
    'column' in field
      ? columnSql(field.column, test)
      : 'array' in field
        ? arraySql(field.array, test)
        : existsSql(field, test);
  if (!fragment) throw new Error(`"${test.operator}" cannot be asked of "${test.field}" in SQL`);
  return fragment;
}

const comparisons: Partial<Record<ConditionOperator, string>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

function columnSql(column: string, { operator, value }: FieldTest): SqlFragment | undefined {
  if (operator === '$eq') return value === null ? sql(`${column} is null`) : sql(`${column} = ?`, value);
  if (operator === '$in') return sql(`${column} = any(?)`, value);
  if (operator === '$nin') return notIn(value as readonly unknown[], `${column} is not null`, `${column} = any(?)`);
  if (operator === '$exists') return sql(`${column} is ${value === true ? 'not null' : 'null'}`);
  const comparison = comparisons[operator];
  return comparison ? sql(`${column} ${comparison} ?`, value) : undefined;
}

function arraySql(array: string, { operator, value }: FieldTest): SqlFragment | undefined {
  if (operator === '$all') return sql(`${array} @> ?`, value);
  if (operator === '$ne') return sql(`(${array} @> ?) is not true`, [value]);
  return undefined;
}

function existsSql(field: ExistsField, test: FieldTest): SqlFragment | undefined {
  const { operator, value } = test;
  const one = `exists (${field.exists})`;
  const some = field.present === undefined ? undefined : `exists (${field.present})`;
  if (operator === '$all') {
    return join(
      (value as readonly unknown[]).map((member) => sql(one, [member])),
      'and',
    );
  }
  if (operator === '$in') return sql(one, value);
  if (operator === '$ne') return sql(`not ${one}`, [value]);
  if (operator === '$eq' && value !== null) return sql(one, [value]);
  if (operator === '$nin' && !(value as readonly unknown[]).includes(null)) return sql(`not ${one}`, value);
  if (some === undefined) return undefined;
  if (operator === '$nin') return notIn(value as readonly unknown[], some, one);
  if (operator === '$eq') return sql(`not ${some}`);
  return operator === '$exists' ? sql(value === true ? some : `not ${some}`) : undefined;
}

/** A row whose value is NULL is not in any list, unless the list names `null`. */
function notIn(list: readonly unknown[], present: string, one: string): SqlFragment {
  const values = list.filter((member) => member !== null);
  const parts = values.length > 0 ? [sql(`(${one}) is not true`, values)] : [];
  return join(values.length < list.length ? [sql(present), ...parts] : parts, 'and');
}

function sql(text: string, ...params: readonly unknown[]): SqlFragment {
  return { sql: text, params };
}
