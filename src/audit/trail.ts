import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';

/** Who changed something, on whose behalf and why. */
export interface ChangeOrigin {
  /** `collaborator:c1`, or `system` for the office's own integration. */
  actor: string;
  /** How the actor came in: `key:k1` or `person`. */
  via: string;
  reason: string | null;
  requestId: string | null;
}

/** One changed key of one write. */
export interface ChangeEntry {
  /** `collaborator:C`, `collaborator_group:K`, `client_group:G`, `dossier:D`, `office`, `entity:T:E` or `api_key:A`. */
  key: string;
  /** What happened, in the words of the API: `create`, `update`, `delete`, `relationships`, … */
  action: string;
  before: unknown;
  after: unknown;
}

/** A row of the trail as it is read. */
export interface Change extends ChangeEntry, ChangeOrigin {
  revision: number;
  sequence: number;
  at: string;
}

/** Writes one row per changed key; the table refuses any later change of them. */
export async function appendChanges(
  em: EntityManager,
  office: string,
  revision: number,
  origin: ChangeOrigin,
  entries: readonly ChangeEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  // A column a parameter, an entry a line of it: JSON has no line end of its own, nor have keys. One large JSON document
  // would cost PostgreSQL several times as much to take apart.
  const column = (text: (entry: ChangeEntry) => string) => entries.map(text).join('\n');
  const json = (value: unknown) => (value === null || value === undefined ? '' : JSON.stringify(value));
  await rows(
    em,
    `insert into change (office, revision, sequence, key, action, actor, via, before, after, reason, request_id)
     select $1, $2, e.position, e.key, e.action, $4, $5, nullif(e.before, '')::jsonb, nullif(e.after, '')::jsonb, $6, $7
       from unnest(string_to_array($3, E'\\n'), string_to_array($8, E'\\n'), string_to_array($9, E'\\n'),
                   string_to_array($10, E'\\n')) with ordinality as e (key, action, before, after, position)`,
    [
      ...[office, revision, column(({ key }) => key), origin.actor, origin.via, origin.reason, origin.requestId],
      ...[column(({ action }) => action), column(({ before }) => json(before)), column(({ after }) => json(after))],
    ],
  );
}

/** A place in the trail: after this row. */
export interface TrailPosition {
  revision: number;
  sequence: number;
}

/** Which rows of the trail someone reads. */
export interface TrailFilter {
  /** Only the rows of this changed key. */
  key?: string | undefined;
  /** Keys that do not exist for the reader: their rows, and rows that tell of nothing else, are neither read nor counted. */
  hidden?: readonly string[];
}

// A group whose only news is a dossier that joined or left it tells of that dossier.
const filterSql = `($2::text is null or key = $2) and key <> all ($3)
  and (cardinality($3::text[]) = 0 or action <> 'relationships' or key not like 'client_group:%' or exists (
    select from jsonb_array_elements(coalesce(before->'relationships', '[]') || coalesce(after->'relationships', '[]')) r
     where split_part(r->>'tuple', '#', 1) <> all ($3)))`;

/** The rows after `position` in the order of revision, at most `limit`. */
export async function readTrail(
  em: EntityManager,
  office: string,
  position: TrailPosition,
  limit: number,
  { key, hidden = [] }: TrailFilter = {},
): Promise<Change[]> {
  const found = await rows<Omit<Change, 'revision'> & { revision: string; request_id: string | null }>(
    em,
    `select revision, sequence, key, action, actor, via, before, after, reason, request_id,
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') at
       from change
      where office = $1 and ${filterSql} and (revision, sequence) > ($4, $5)
      order by revision, sequence limit $6`,
    [office, key ?? null, hidden, position.revision, position.sequence, limit],
  );
  return found.map(({ request_id, ...row }) => ({ ...row, revision: Number(row.revision), requestId: request_id }));
}

/** How many rows the trail holds for the reader. */
export async function countTrail(
  em: EntityManager,
  office: string,
  { key, hidden = [] }: TrailFilter = {},
): Promise<number> {
  const [row] = await rows<{ n: string }>(em, `select count(*) n from change where office = $1 and ${filterSql}`, [
    office,
    key ?? null,
    hidden,
  ]);
  return Number(row?.n ?? 0);
}
