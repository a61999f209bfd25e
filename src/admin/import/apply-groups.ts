import { v7 as uuidv7 } from 'uuid';
import { problem, type ProblemError } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

type Table = 'client_group' | 'collaborator_group';
type GroupRecord = RecordOf<Table>;
interface Row {
  id: string;
  name: string;
  email: string | null;
}

/** The names of groups as they compare (rule 17): without case and accents, as PostgreSQL folds them. */
interface FoldedNames {
  folded: ReadonlyMap<string, string>;
  /** Folded names that are in use, by how many groups of the office and of this chunk. */
  holders: Map<string, Set<string>>;
}

/** Makes and updates groups of one kind, many in one statement (rules 16 to 18). */
export async function applyGroups(
  write: Write,
  table: Table,
  units: readonly Unit[],
  report: ChunkReport,
): Promise<void> {
  const records = units.map((unit) => unit.records as GroupRecord[]);
  const existing = await load(
    write,
    table,
    records.flatMap((own) => own[0]?.id ?? []),
  );
  const given = records.flat().flatMap(({ fields }) => fields.name ?? []);
  const names = await foldNames(write, table, [...given, ...[...existing.values()].map(({ name }) => name)]);
  const changed: Row[] = [];
  for (const own of records) {
    const id = own[0]?.id ?? '';
    const before = existing.get(id);
    let group = before;
    for (const { line, fields } of own) {
      const next = { id, email: null, ...group, ...fields };
      const refused = fault(write, next, group, names);
      if (refused) {
        report.refuse(line, refused);
        continue;
      }
      group = next as Row;
      report.accept(table);
    }
    if (!group || (before?.name === group.name && before.email === group.email)) continue;
    changed.push(group);
    record(write, table, before, group);
  }
  await store(write, table, changed);
}

/** Makes the client groups that a list names and the office does not have, under ids of their own. */
export async function applyGroupNames(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const records = units.flatMap((unit) => unit.records as RecordOf<'client_group_name'>[]);
  // Of several spellings, the group gets the one that comes first.
  const wanted = records.sort((a, b) => a.line - b.line).map(({ name }) => name);
  const { folded, holders } = await foldNames(write, 'client_group', wanted);
  const made: Row[] = [];
  for (const name of wanted) {
    const key = folded.get(name) ?? name;
    if (holders.get(key)?.size) continue;
    const group = { id: uuidv7(), name, email: null };
    holders.set(key, new Set([group.id]));
    made.push(group);
    record(write, 'client_group', undefined, group);
  }
  if (made.length > 0) report.count('client_group', made.length);
  await store(write, 'client_group', made);
}

function fault(
  write: Write,
  next: Partial<Row> & { id: string },
  before: Row | undefined,
  { folded, holders }: FoldedNames,
): ProblemError | undefined {
  const { id, name } = next;
  if (name === undefined) {
    return problem('invalid_request', {}, { errors: [{ path: 'name', message: 'a new group needs one' }] });
  }
  if (name === before?.name) return undefined;
  const key = folded.get(name) ?? name;
  const twins = holders.get(key) ?? new Set();
  const hasTwin = [...twins].some((twin) => twin !== id);
  if (hasTwin && write.office.settings.uniqueGroupNames) return problem('group_name_taken', { name });
  if (hasTwin) write.warn('group_name_twin', { name });
  if (before) holders.get(folded.get(before.name) ?? '')?.delete(id);
  holders.set(key, twins.add(id));
  return undefined;
}

function record(write: Write, table: Table, before: Row | undefined, after: Row): void {
  const fields = ({ name, email }: Row) => (table === 'client_group' ? { name, email } : { name });
  const action = before ? 'update' : 'create';
  write.recordEntity(`${table}:${after.id}`, action, before ? fields(before) : null, fields(after));
}

async function load(write: Write, table: Table, ids: readonly string[]): Promise<Map<string, Row>> {
  const email = table === 'client_group' ? 'email' : 'null::text';
  const found = await rows<Row>(
    write.em,
    `select id, name, ${email} email from ${table} where office = $1 and id = any ($2)`,
    [write.office.id, ids],
  );
  return new Map(found.map((row) => [row.id, row]));
}

async function foldNames(write: Write, table: Table, names: readonly string[]): Promise<FoldedNames> {
  const found = await rows<{ name: string; folded: string; ids: string[] | null }>(
    write.em,
    `select n.name, fold(n.name) folded,
            (select array_agg(g.id::text) from ${table} g where g.office = $1 and fold(g.name) = fold(n.name)) ids
       from unnest($2::text[]) n (name)`,
    [write.office.id, [...new Set(names)]],
  );
  return {
    folded: new Map(found.map(({ name, folded }) => [name, folded])),
    holders: new Map(found.flatMap(({ folded, ids }) => (ids ? [[folded, new Set(ids)] as const] : []))),
  };
}

async function store(write: Write, table: Table, changed: readonly Row[]): Promise<void> {
  if (changed.length === 0) return;
  const email =
    table === 'client_group' ? { column: ', email', value: ', g.email', set: ', email = excluded.email' } : {};
  const { column = '', value = '', set = '' } = email as { column?: string; value?: string; set?: string };
  await rows(
    write.em,
    `insert into ${table} (office, id, name, version${column})
     select $1, g.id, g.name, $3${value} from jsonb_to_recordset($2::jsonb) as g (id text, name text, email text)
         on conflict (office, id) do update set name = excluded.name, version = excluded.version${set}`,
    [write.office.id, JSON.stringify(changed), write.revision],
  );
}
