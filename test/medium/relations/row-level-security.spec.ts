import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applicationRole } from '#src/platform/database-connections.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, refusal, seedTwoOffices, sqlState, type Sql } from '#test/support/sql.js';

/** Tables that hold no office's data, each with why. */
const platformTables: Record<string, string> = {
  platform_key: 'keys of the platform itself, for the owner only',
  platform_secret: 'what signs cursors, for the owner only',
  platform_revision: 'a number that says when keys of the platform change',
  session: 'people at browsers, for functions that know the hash of a token',
  schema_migration: 'which migrations have run',
  policy_text: 'policies, which are the same for many offices and shown to everyone who may read',
};

/** Statements that add one more row to a table; those of the two offices differ in nothing but the office. */
const anotherRow: Record<string, string> = {
  office: `insert into office (id, name, email) values ($1 || '-2', 'New', 'new@office.example')`,
  collaborator: `insert into collaborator (office, id, email, profile, language, version) values ($1, 'new', 'new@office.example', 'admin', 'fr', 1)`,
  collaborator_group: `insert into collaborator_group (office, id, name, version) values ($1, 'new', 'New', 1)`,
  client_group: `insert into client_group (office, id, name, version) values ($1, 'new', 'New', 1)`,
  dossier: `insert into dossier (office, id, name, version) values ($1, 'new', 'New', 1)`,
  entity: `insert into entity (office, type, id, version) values ($1, 'record', gen_random_uuid(), 1)`,
  relationship: `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
    values ($1, 'dossier', 'd1', 'manager', 'collaborator', 'c1', 'test', 1)`,
  change: `insert into change (office, revision, sequence, key, action, actor, via) values ($1, 1, 1, 'office', 'x', 'x', 'x')`,
  decision: `insert into decision (office, instance, n, at, dropped, hash)
    values ($1, gen_random_uuid(), 1, '2026-01-31T12:00:00Z', 1, sha256('x'))`,
  api_key: `insert into api_key (office, id, name, hash, scopes, created_by) values ($1, 'new', 'New', sha256('x'), '{read}', 'x')`,
  idempotency: `insert into idempotency (office, principal, key, fingerprint, status) values ($1, 'key:k1', 'x', 'x', 200)`,
  communication: `insert into communication (office, id, subject, body, created_by, revision) values ($1, 'm1', 'x', 'x', 'x', 1)`,
  communication_message: `insert into communication_message (office, communication, dossier, recipient, sender, reply_to, subject, body, answerable, message_id)
    values ($1, 'm1', 'd1', 'a@b.be', 'a@b.be', 'a@b.be', 'x', 'x', 'system', '<1@b.be>')`,
  communication_template: `insert into communication_template (office, id, name, subject, body, version) values ($1, 't1', 'x', 'x', 'x', 1)`,
};

/** Tables that the service only reads: it may not even try to write a row of another office. */
const readOnlyTables = ['decision'];

// How these were seen to fail: with `disable row level security` on one table, a policy without `with check`, a table
// more, and a grant on platform_secret, each made in the database before the test.
describe('row-level security', () => {
  let database: TestDatabase;
  let sql: Sql;
  let tables: { name: string; officeColumn: string | null; hasSecurity: boolean; owner: string }[];

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = await openSql(database);
    await seedTwoOffices(sql);
    tables = await sql.owner(`
      select c.relname as name, c.relrowsecurity as "hasSecurity", pg_get_userbyid(c.relowner) as owner,
             (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                 and a.attname = case when c.relname = 'office' then 'id' else 'office' end) as "officeColumn"
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`);
    await sql.owner(
      `create table decision_2026_01 partition of decision for values from ('2026-01-01Z') to ('2026-02-01Z')`,
    );
    for (const office of ['a', 'b']) {
      for (const text of Object.values(anotherRow)) await sql.owner(text, [office]);
    }
  });

  afterAll(async () => {
    await sql.close();
    await database.drop();
  });

  const tenantTables = () =>
    tables.filter(({ name }) => !(name in platformTables)) as { name: string; officeColumn: string }[];

  test('is on for every table but those of the platform, and every row has an office', () => {
    expect(
      tables.filter(
        ({ name, hasSecurity, officeColumn }) => !(name in platformTables) && !(hasSecurity && officeColumn),
      ),
    ).toEqual([]);
    // The lists of this file know every table: a new one needs a row here, or a reason above.
    expect(tables.map(({ name }) => name)).toEqual([...Object.keys(anotherRow), ...Object.keys(platformTables)].sort());
  });

  test('binds the role of the service, which owns nothing and cannot lift it', async () => {
    const [role] = await sql.owner(
      'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles where rolname = $1',
      [applicationRole],
    );
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolcanlogin: false,
    });
    expect(tables.filter(({ owner }) => owner === applicationRole)).toEqual([]);
    for (const { name } of tenantTables()) {
      const lifted = sql.service('a', `alter table ${name} disable row level security`);
      expect({ name, ...(await refusal(lifted)) }).toMatchObject({ name, code: sqlState.privilege });
    }
  });

  test.each([null, '', 'nowhere', '%', 'a,b'])('shows nothing of any office where the office is %j', async (office) => {
    for (const { name } of tenantTables()) {
      expect({ name, rows: await sql.service(office, `select count(*)::int n from ${name}`) }).toEqual({
        name,
        rows: [{ n: 0 }],
      });
    }
  });

  test('shows the rows of one office only', async () => {
    for (const { name, officeColumn } of tenantTables()) {
      const [all] = await sql.owner<{ n: number }>(`select count(*)::int n from ${name} where ${officeColumn} = 'a'`);
      expect(all?.n).toBeGreaterThan(0);
      const seen = await sql.service(
        'a',
        `select count(*)::int n, count(*) filter (where ${officeColumn} = 'b')::int foreign_rows from ${name}`,
      );
      expect({ name, seen }).toEqual({ name, seen: [{ n: all?.n, foreign_rows: 0 }] });
    }
  });

  test('lets one office write no row of another', async () => {
    for (const [name, text] of Object.entries(anotherRow)) {
      expect({ name, ...(await refusal(sql.service('a', text, ['b']))) }).toMatchObject({
        name,
        code: sqlState.privilege,
        message: expect.stringContaining(readOnlyTables.includes(name) ? 'permission denied' : 'row-level security'),
      });
    }
  });

  test('lets the service read no partition past the table that it belongs to', async () => {
    expect(await refusal(sql.service('a', 'select * from decision_2026_01'))).toMatchObject({
      code: sqlState.privilege,
    });
  });

  test('lets one office change, move and delete no row of another', async () => {
    const refused = (error: { code?: string }) => error.code ?? 'accepted';
    for (const { name, officeColumn } of tenantTables()) {
      const sight = `from ${name} t where ${officeColumn} = 'b'`;
      const before = await sql.owner(`select t ${sight}`);
      for (const text of [
        `update ${name} set ${officeColumn} = ${officeColumn} where ${officeColumn} = 'b'`,
        `update ${name} set ${officeColumn} = 'a' where ${officeColumn} = 'b'`,
        `delete from ${name} where ${officeColumn} = 'b'`,
      ]) {
        // Either it touches no row, or the role has no such privilege at all.
        const outcome = await sql
          .service('a', `with touched as (${text} returning 1) select count(*)::int n from touched`)
          .catch(refused);
        expect([[{ n: 0 }], sqlState.privilege]).toContainEqual(outcome);
      }
      expect(await sql.owner(`select t ${sight}`)).toEqual(before);
    }
  });

  test('lets one office move no row of its own to another', async () => {
    for (const { name, officeColumn } of tenantTables()) {
      const moved = sql.service('a', `update ${name} set ${officeColumn} = 'b' where ${officeColumn} = 'a'`);
      expect({ name, ...(await refusal(moved)) }).toMatchObject({ name, code: sqlState.privilege });
    }
  });

  test.each(['platform_key', 'platform_secret', 'schema_migration', 'session'])(
    'the service can neither read nor write %s',
    async (name) => {
      const [column] = await sql.owner<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum = 1`,
        [name],
      );
      const moved = `update ${name} set ${column?.name} = ${column?.name}`;
      for (const text of [`select * from ${name}`, `delete from ${name}`, moved]) {
        expect(await refusal(sql.service('a', text))).toMatchObject({ code: sqlState.privilege });
      }
    },
  );

  test('the service can make no table, function or view in which it could keep what it saw', async () => {
    for (const text of [
      'create table copy (t text)',
      'create view copy as select 1',
      `create function copy() returns int language sql as 'select 1'`,
    ]) {
      expect(await refusal(sql.service('a', text))).toMatchObject({ code: sqlState.privilege });
    }
  });

  test('no function works with the rights of its owner but those that take the hash of a secret, and what a trigger runs', async () => {
    const found = await sql.owner<{ proname: string }>(
      `select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
    );
    expect(found.map(({ proname }) => proname)).toEqual([
      'end_session',
      'end_sessions_of_collaborator',
      'find_api_key',
      'session_offices',
      'use_session',
    ]);
  });
});
