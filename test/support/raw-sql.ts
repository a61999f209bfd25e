import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestDatabase } from './database.js';

/** Runs `work` on a connection of its own to a test's database, past row-level security. */
export async function onDatabase<T>(database: TestDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Lets the tuples of an office that have an end reach it now, or at the instant given, so that a test need not wait for
 * the clock. It is noted as a change, for what was read before the end was moved is right to believe in the old one.
 */
export async function endTuples(database: TestDatabase, office: string, instant?: string): Promise<void> {
  const text = `
    with ended as (
      update relationship set expires_at = coalesce($2::timestamptz, now() - interval '1 second')
       where office = $1 and expires_at > now()
      returning object_type || ':' || object_id object, subject_type || ':' || subject_id subject),
    next as (update office set revision = revision + 1 where id = $1 returning revision)
    insert into change (office, revision, sequence, key, action, actor, via)
    select $1, next.revision, row_number() over (), k.key, 'relationships', 'system', 'test'
      from next, (select object as key from ended union select subject from ended) k`;
  await onDatabase(database, (client) => client.query(text, [office, instant]));
}

/**
 * Starts the requests while the office's row is held, and lets it go once each of them waits for it: they meet at the
 * same moment, however fast the machine is.
 */
export async function meeting<T>(
  database: TestDatabase,
  office: string,
  requests: readonly (() => Promise<T>)[],
): Promise<T[]> {
  return onDatabase(database, async (client) => {
    await client.query('begin');
    await client.query('select 1 from office where id = $1 for update', [office]);
    const started = Promise.all(requests.map((request) => request()));
    started.catch(() => undefined);
    // Whoever waits for this transaction, or for one that waits for it; others use the database too.
    const waiting = `with recursive waiter(pid) as (
        select pg_backend_pid()
        union
        select a.pid from waiter join pg_stat_activity a on waiter.pid = any (pg_blocking_pids(a.pid)))
      select count(*)::int - 1 n from waiter`;
    // Bounded by the test's own time. A transaction sees one picture of the activity until it asks for a new one.
    while ((await client.query<{ n: number }>(waiting)).rows[0]?.n !== requests.length) {
      await client.query('select pg_stat_clear_snapshot()');
      await sleep(5);
    }
    await client.query('commit');
    return started;
  });
}
