import { allOf, type SqlFragment } from '#src/platform/sql.js';
import { dossierSqlFields } from '#src/relations/dossier-sql.js';
import { parseEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { Guard } from './guard.js';
import { noGroup, type DossierFilter } from './monitor.schema.js';

const tupleWith = (relation: string) =>
  dossierSqlFields[relation as keyof typeof dossierSqlFields] as { exists: string };

/** Rule 24 as SQL: AND between the fields, OR within one. */
export function filterSql(guard: Guard, filter: DossierFilter): SqlFragment {
  const conditions: SqlFragment[] = [];
  if (filter.clientGroup.length > 0) conditions.push(groupSql(guard, filter.clientGroup));
  if (filter.manager.length > 0) conditions.push(held('managers', filter.manager));
  if (filter.status.length > 0) conditions.push({ sql: 'd.status = any(?)', params: [filter.status] });
  if (filter.label.length > 0) conditions.push({ sql: 'd.labels && ?::text[]', params: [filter.label] });
  if (filter.mine) conditions.push(held('managers', [guard.actor.subject.id]));
  if (filter.q?.trim()) conditions.push(textSql(filter.q.trim()));
  return allOf(conditions);
}

function held(field: string, ids: readonly string[]): SqlFragment {
  return { sql: `exists (${tupleWith(field).exists})`, params: [ids] };
}

/** Whoever may not see groups finds no dossier by one: the filter would tell what the list does not. */
function groupSql(guard: Guard, wanted: readonly string[]): SqlFragment {
  if (!guard.seesGroupNames()) return { sql: 'false', params: [] };
  const groups = wanted.filter((group) => group !== noGroup);
  const conditions = [held('clientGroup', groups)];
  if (wanted.includes(noGroup))
    conditions.push({ sql: `not exists (${dossierSqlFields.clientGroup.present})`, params: [] });
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' or '),
    params: conditions.flatMap(({ params }) => params),
  };
}

/** Name, code or enterprise number, ignoring case and accents; a number in any way of writing it, whole or in part. */
function textSql(text: string): SqlFragment {
  // Not LIKE: folding can turn a character of the text into one that LIKE takes for a pattern.
  const holds = 'strpos(d.search, fold(?)) > 0';
  const digits = digitsOf(text);
  if (digits === undefined) return { sql: holds, params: [text] };
  return { sql: `${holds} or strpos(d.search, ?) > 0`, params: [text, digits] };
}

function digitsOf(text: string): string | undefined {
  const whole = parseEnterpriseNumber(text);
  if (whole !== undefined) return whole;
  return /^(?:BE)?[\d. ]{3,}$/i.test(text) ? text.replaceAll(/\D/g, '') || undefined : undefined;
}
