import { problem, type ProblemError } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { tuple, type TupleInput } from '#src/relations/tuples.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { ListedPeople, RecordOf } from './record.js';
import type { ChunkReport } from './report.js';
import type { DossierUnit } from './settle-dossier.js';

type DossierRecord = RecordOf<'dossier' | 'relationship'>;

/** Who and what the names of a list stand for. */
interface ListedNames {
  /** Ids of the groups that have the name: exactly written, and ignoring case and accents. */
  groups: ReadonlyMap<string, { exact: string[]; folded: string[] }>;
  /** By address, in lower case. */
  managers: ReadonlyMap<string, string>;
}

/**
 * The units of a chunk with their tuples, those of a list by the names in it. What names nobody is refused here, and
 * its line with it.
 */
export async function readUnits(write: Write, units: readonly Unit[], report: ChunkReport): Promise<DossierUnit[]> {
  const records = units.map((unit) => unit.records as DossierRecord[]);
  const listed = records.flat().flatMap((record) => ('listed' in record && record.listed ? [record.listed] : []));
  const names = await findNames(write, listed);
  return records.map((own) => toUnit(own, names, report));
}

function toUnit(records: readonly DossierRecord[], names: ListedNames, report: ChunkReport): DossierUnit {
  const fields: DossierUnit['fields'][number][] = [];
  const tuples: DossierUnit['tuples'][number][] = [];
  for (const record of records) {
    const { line } = record;
    if (record.kind === 'relationship') {
      tuples.push({ line, tuple: record.tuple });
      continue;
    }
    const own = record.listed ? listedTuples(record.id, record.listed, names) : [];
    if (!Array.isArray(own)) {
      report.refuse(line, own);
      continue;
    }
    fields.push({ line, given: record.fields, isListed: record.listed !== undefined });
    tuples.push(...own.map((tuple) => ({ line, tuple })));
  }
  return { id: idOf(records[0]), fields, tuples };
}

function idOf(record: DossierRecord | undefined): string {
  if (!record) return '';
  return record.kind === 'dossier' ? record.id : record.tuple.objectId;
}

function listedTuples(
  id: string,
  { clientGroup, managers }: ListedPeople,
  names: ListedNames,
): TupleInput[] | ProblemError {
  const tuples: TupleInput[] = [];
  if (clientGroup !== undefined) {
    const { exact = [], folded = [] } = names.groups.get(clientGroup) ?? {};
    // Several groups may have one name (rule 17): one of them is meant only where it is written just so.
    const [group, another] = exact.length === 1 ? exact : folded;
    if (group === undefined) return problem('unknown_reference', { type: 'client_group', id: clientGroup });
    if (another !== undefined) return problem('ambiguous_name', { name: clientGroup });
    tuples.push(tuple.dossierInClientGroup(id, group));
  }
  for (const email of managers) {
    const manager = names.managers.get(email.toLowerCase());
    if (manager === undefined) return problem('unknown_reference', { type: 'collaborator', id: email });
    tuples.push(tuple.dossierHas(id, 'manager', manager));
  }
  return tuples;
}

async function findNames(write: Write, listed: readonly ListedPeople[]): Promise<ListedNames> {
  const groupNames = [...new Set(listed.flatMap(({ clientGroup }) => clientGroup ?? []))];
  const emails = [...new Set(listed.flatMap(({ managers }) => managers.map((email) => email.toLowerCase())))];
  const groups = await rowsFor<{ name: string; exact: string[] | null; folded: string[] | null }>(
    write,
    `select n.name, array_agg(g.id::text) filter (where g.name = n.name) exact, array_agg(g.id::text) folded
       from unnest($2::text[]) n (name) join client_group g on g.office = $1 and fold(g.name) = fold(n.name)
      group by n.name`,
    groupNames,
  );
  const managers = await rowsFor<{ id: string; email: string }>(
    write,
    'select id, lower(email) email from collaborator where office = $1 and lower(email) = any ($2)',
    emails,
  );
  return {
    groups: new Map(groups.map(({ name, exact, folded }) => [name, { exact: exact ?? [], folded: folded ?? [] }])),
    managers: new Map(managers.map(({ id, email }) => [email, id])),
  };
}

async function rowsFor<T>(write: Write, sql: string, values: readonly string[]): Promise<T[]> {
  return values.length === 0 ? [] : rows<T>(write.em, sql, [write.office.id, values]);
}
