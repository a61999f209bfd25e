import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { Database } from '#src/platform/database.js';
import type { PublicUrl } from '#src/platform/public-url.js';
import { relationEntities } from '#src/relations/entities.js';
import { SessionStore } from '#src/session/session-store.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { eventually } from '#test/support/eventually.js';
import { openSql, seedTwoOffices, type Sql } from '#test/support/sql.js';

let database: TestDatabase;
let service: Database;
let store: SessionStore;
let sql: Sql;
/** Another transaction, which the test holds open, and a third. */
let other: pg.Client;
let admin: Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await Database.open({ url: database.url, entities: relationEntities, poolMax: 4, deadlineMs: 30_000 });
  store = new SessionStore(service, { isSecure: false } as PublicUrl, { idleMinutes: 30, maxHours: 12 });
  [sql, admin] = [await openSql(database), await openSql(database)];
  await seedTwoOffices(sql);
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await sql.close();
  await admin.close();
  await service.close();
  await database.drop();
});

const begin = (subject: string) => store.begin({ person: { kind: 'person', subject }, idToken: null }, undefined);
const deactivate = (id: string) => `update collaborator set status = 'inactive' where office = 'a' and id = '${id}'`;
const waiting = async (count: number) => {
  const [found] = await sql.owner<{ n: number }>(
    `select count(*)::int n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return found?.n === count;
};

// How these were seen to fail: with the collaborators read without a lock.
describe('a sign-in beside a deactivation', () => {
  test('that is not committed yet waits for it, and begins no session', async () => {
    await other.query('begin');
    await other.query(deactivate('c-a'));
    const begun = begin('c-a');
    await eventually('the sign-in waits', () => waiting(1));
    await other.query('commit');
    expect(await begun).toBeNull();
    expect(await sql.owner('select 1 from session')).toEqual([]);
  });

  test('that comes while its session is being made is waited for, and the session ends', async () => {
    await sql.owner(`update collaborator set status = 'active'`);
    // Between the look at the person and the row of the session.
    await other.query('begin');
    await other.query('lock table session in share mode');
    const begun = begin('c-a');
    await eventually('the sign-in waits', () => waiting(1));
    const deactivated = admin.owner(deactivate('c-a'));
    await eventually('the deactivation waits', () => waiting(2));
    await other.query('commit');
    const token = await begun;
    await deactivated;
    expect(token).not.toBeNull();
    expect(await store.find(token ?? '', { renews: true })).toBeNull();
  });
});
