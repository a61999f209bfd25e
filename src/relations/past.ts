import type { EntityManager } from '@mikro-orm/postgresql';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';

/** What someone asks about instead of now: a revision of the office, or an instant in ISO 8601. */
export type AsOf = { revision: number } | { instant: string };

/** A past moment of one office. */
export interface Moment {
  /** The last revision that belongs to it. */
  revision: number;
  /** ISO 8601 in UTC. What had an end before it counts for nothing, what ended since counts. */
  at: string;
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The moment that is asked about, as the trail knows it: a revision stands for the instant of its write, an instant for
 * the last write that had begun by then. A write that was acknowledged by then had begun, too.
 *
 * @throws `unknown_revision`, `before_the_trail`, `invalid_request` for an instant that has not passed
 */
export async function findMoment(em: EntityManager, office: string, asOf: AsOf): Promise<Moment> {
  const moment = 'revision' in asOf ? await ofRevision(em, office, asOf.revision) : await ofInstant(em, office, asOf);
  if (moment) return moment;
  const first = await firstRow<{ at: string }>(
    em,
    `select ${iso('at')} at from change where office = $1 order by revision, sequence limit 1`,
    [office],
  );
  throw problem('before_the_trail', { at: first?.at ?? '-' });
}

async function ofRevision(em: EntityManager, office: string, revision: number): Promise<Moment | undefined> {
  const reached = await firstRow(em, 'select 1 from office where id = $1 and revision >= $2', [office, revision]);
  if (!reached) throw problem('unknown_revision', { revision });
  const last = await firstRow<{ at: string }>(
    em,
    `select ${iso('at')} at from change where office = $1 and revision <= $2
      order by revision desc, sequence desc limit 1`,
    [office, revision],
  );
  return last && { revision, at: last.at };
}

async function ofInstant(
  em: EntityManager,
  office: string,
  { instant }: { instant: string },
): Promise<Moment | undefined> {
  // Later than the beginning of this transaction, a write could still come that belongs to it and is not seen here.
  if (await firstRow(em, 'select 1 where $1::timestamptz > now()', [instant])) {
    throw problem('invalid_request', {}, { errors: [{ path: 'asOf', message: 'a moment that has passed' }] });
  }
  const last = await firstRow<{ revision: string; at: string }>(
    em,
    `select revision, ${iso('$2::timestamptz')} at from change where office = $1 and at <= $2::timestamptz
      order by revision desc limit 1`,
    [office, instant],
  );
  return last && { revision: Number(last.revision), at: last.at };
}
