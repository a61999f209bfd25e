import { problem, type ProblemError } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Collaborator } from '#src/relations/entities.js';
import type { Language } from '#src/relations/vocabulary.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { CollaboratorLineFields, RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

type Fields = Pick<Collaborator, 'email' | 'firstName' | 'lastName' | 'profile' | 'language' | 'status'>;
interface Row extends Fields {
  id: string;
}

/** Makes and updates the people of an office, many in one statement (rules 20, 21 and 23). */
export async function applyCollaborators(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const records = units.map((unit) => unit.records as RecordOf<'collaborator'>[]);
  const existing = await load(
    write,
    records.flatMap((own) => own[0]?.id ?? []),
  );
  const holders = await holdersOf(write, records.flat());
  const language = await languageOf(write);
  const changed: Row[] = [];
  for (const own of records) {
    const id = own[0]?.id ?? '';
    const before = existing.get(id);
    let fields = before;
    for (const { line, fields: given } of own) {
      const next = merge(fields, given, language);
      const refused = fault(id, next, holders);
      if (refused) {
        report.refuse(line, refused);
        continue;
      }
      if (fields?.email) holders.delete(fields.email.toLowerCase());
      holders.set((next as Fields).email.toLowerCase(), id);
      fields = next as Fields;
      report.accept('collaborator');
    }
    if (!fields || JSON.stringify(fields) === JSON.stringify(before)) continue;
    changed.push({ id, ...fields });
    write.recordEntity(`collaborator:${id}`, before ? 'update' : 'create', before ? { ...before } : null, {
      ...fields,
    });
  }
  await store(write, changed);
}

function merge(fields: Fields | undefined, given: CollaboratorLineFields, language: Language): Partial<Fields> {
  const fresh = { firstName: '', lastName: '', profile: 'collaborator', language, status: 'active' } as const;
  const { email, firstName, lastName, profile, ...rest } = { ...(fields ?? fresh), ...given } as Fields;
  return { email, firstName, lastName, profile, language: rest.language, status: rest.status };
}

function fault(id: string, { email }: Partial<Fields>, holders: ReadonlyMap<string, string>): ProblemError | undefined {
  if (email === undefined) {
    return problem('invalid_request', {}, { errors: [{ path: 'email', message: 'a new collaborator needs one' }] });
  }
  const holder = holders.get(email.toLowerCase());
  return holder === undefined || holder === id ? undefined : problem('email_taken', { email });
}

async function load(write: Write, ids: readonly string[]): Promise<Map<string, Fields>> {
  const found = await rows<Row>(
    write.em,
    `select id, email, first_name "firstName", last_name "lastName", profile, language, status
       from collaborator where office = $1 and id = any ($2)`,
    [write.office.id, ids],
  );
  return new Map(found.map(({ id, ...fields }) => [id, fields]));
}

/** Rule 23: who has the addresses that these lines give, in lower case. */
async function holdersOf(write: Write, records: readonly RecordOf<'collaborator'>[]): Promise<Map<string, string>> {
  const found = await rows<{ id: string; email: string }>(
    write.em,
    'select id, lower(email) email from collaborator where office = $1 and lower(email) = any ($2)',
    [write.office.id, records.flatMap(({ fields }) => fields.email?.toLowerCase() ?? [])],
  );
  return new Map(found.map(({ id, email }) => [email, id]));
}

async function languageOf(write: Write): Promise<Language> {
  const sql = 'select language from office where id = $1';
  return (await firstRow<{ language: Language }>(write.em, sql, [write.office.id]))?.language ?? 'fr';
}

async function store(write: Write, changed: readonly Row[]): Promise<void> {
  if (changed.length === 0) return;
  await rows(
    write.em,
    `insert into collaborator (office, id, email, first_name, last_name, profile, language, status, version)
     select $1, c.id, c.email, c."firstName", c."lastName", c.profile, c.language, c.status, $3
       from jsonb_to_recordset($2::jsonb) as c (id text, email text, "firstName" text, "lastName" text, profile text,
            language text, status text)
         on conflict (office, id) do update set email = excluded.email, first_name = excluded.first_name,
            last_name = excluded.last_name, profile = excluded.profile, language = excluded.language,
            status = excluded.status, version = excluded.version`,
    [write.office.id, JSON.stringify(changed), write.revision],
  );
}
