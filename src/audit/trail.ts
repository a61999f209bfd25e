import type { EntityManager } from '@mikro-orm/postgresql';
import { allOf, numbered, rows, type SqlFragment } from '#src/platform/sql.js';

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

/** Which rows of the trail someone reads: those that all of it holds for. */
export interface TrailFilter {
  /** Only the rows of this changed key. */
  key?: string | undefined;
  /** Only what this actor did: `collaborator:c1`, or `system`. */
  actor?: string | undefined;
  /** Only what tells of this person. */
  about?: PersonInTrail | undefined;
  /** Only what somebody did, or what tells of them. */
  actorOrAbout?: PersonInTrail | undefined;
  /** From this instant on. */
  from?: string | undefined;
  /** Before this instant. */
  to?: string | undefined;
  /** Keys that do not exist for the reader: their rows, and rows that tell of nothing else, are neither read nor counted. */
  hidden?: readonly string[];
}

/** A collaborator, and the dossiers whose people they are or were among. */
export interface PersonInTrail {
  id: string;
  dossiers: readonly string[];
}

// A group whose only news is a dossier that joined or left it tells of that dossier.
const tellsOfMore = `(action <> 'relationships' or key not like 'client_group:%' or exists (
    select from jsonb_array_elements(coalesce(before->'relationships', '[]') || coalesce(after->'relationships', '[]')) r
     where split_part(r->>'tuple', '#', 1) <> all (?)))`;

function conditionsOf(office: string, filter: TrailFilter): SqlFragment {
  const { key, actor, about, actorOrAbout, from, to, hidden = [] } = filter;
  const conditions: SqlFragment[] = [{ sql: 'office = ?', params: [office] }];
  if (key !== undefined) conditions.push({ sql: 'key = ?', params: [key] });
  if (actor !== undefined) conditions.push({ sql: 'actor = ?', params: [actor] });
  if (about) conditions.push(tellsOf(about, office));
  if (actorOrAbout) {
    const told = tellsOf(actorOrAbout, office);
    conditions.push({ sql: `actor = ? or ${told.sql}`, params: [`collaborator:${actorOrAbout.id}`, ...told.params] });
  }
  if (from !== undefined) conditions.push({ sql: 'at >= ?', params: [from] });
  if (to !== undefined) conditions.push({ sql: 'at < ?', params: [to] });
  if (hidden.length > 0) conditions.push({ sql: `key <> all (?) and ${tellsOfMore}`, params: [hidden, hidden] });
  return allOf(conditions);
}

/** Memberships are told under the person's own key too; who a dossier's people are, under the dossier's only. */
function tellsOf({ id, dossiers }: PersonInTrail, office: string): SqlFragment {
  const named = '(people_in_tuples(office, before) || people_in_tuples(office, after)) @> array[?]';
  return {
    sql: `(key = ? or key = any (?) and ${named})`,
    params: [`collaborator:${id}`, dossiers.map((dossier) => `dossier:${dossier}`), `${office} ${id}`],
  };
}

/** The rows after `position`, at most `limit`: in the order of revision, or the latest first. */
export async function readTrail(
  em: EntityManager,
  office: string,
  position: TrailPosition,
  limit: number,
  filter: TrailFilter = {},
  order: 'oldest' | 'newest' = 'oldest',
): Promise<Change[]> {
  const where = conditionsOf(office, filter);
  const [after, direction] = order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  const found = await rows<Omit<Change, 'revision'> & { revision: string; request_id: string | null }>(
    em,
    numbered(`select revision, sequence, key, action, actor, via, before, after, reason, request_id,
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') at
       from change
      where ${where.sql} and (revision, sequence) ${after} (?, ?)
      order by revision ${direction}, sequence ${direction} limit ?`),
    [...where.params, position.revision, position.sequence, limit],
  );
  return found.map(({ request_id, ...row }) => ({ ...row, revision: Number(row.revision), requestId: request_id }));
}

/** How many rows the trail holds for the reader. */
export async function countTrail(em: EntityManager, office: string, filter: TrailFilter = {}): Promise<number> {
  const where = conditionsOf(office, filter);
  const [row] = await rows<{ n: string }>(
    em,
    numbered(`select count(*) n from change where ${where.sql}`),
    where.params,
  );
  return Number(row?.n ?? 0);
}
