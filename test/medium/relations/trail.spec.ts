import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, refusal, seedTwoOffices, sqlState, type Sql } from '#test/support/sql.js';

// How these were seen to fail: with the triggers dropped, and with `grant all on change to cardea_app`.
describe('PostgreSQL keeps the audit trail as it was written (rule 31)', () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = await openSql(database);
    await seedTwoOffices(sql);
    await sql.owner(
      `insert into change (office, revision, sequence, key, action, actor, via, after)
       values ('a', 1, 1, 'office', 'create', 'system', 'key:k1', '{"name": "Fiduciaire"}')`,
    );
  });

  afterAll(async () => {
    expect(await sql.owner('select key, action, after from change')).toEqual([
      { key: 'office', action: 'create', after: { name: 'Fiduciaire' } },
    ]);
    await sql.close();
    await database.drop();
  });

  const attempts = [
    ['an update', `update change set actor = 'someone else'`],
    ['an update that changes nothing', `update change set actor = actor`],
    ['a delete', `delete from change`],
    ['a truncate', `truncate change`],
    ['a truncate of all offices with what depends on them', `truncate office cascade`],
    [
      'an insert that overwrites on conflict',
      `insert into change (office, revision, sequence, key, action, actor, via)
       values ('a', 1, 1, 'office', 'create', 'x', 'x') on conflict (office, revision, sequence) do update set actor = 'x'`,
    ],
    ['a merge', `merge into change c using (select 1) s on c.office = 'a' when matched then delete`],
  ] as const;

  test.each(attempts)('and refuses the owner of the tables %s', async (_what, text) => {
    expect(await refusal(sql.owner(text))).toMatchObject({
      code: sqlState.history,
      message: expect.stringContaining('the audit trail cannot be changed'),
    });
  });

  test.each(attempts)('and refuses the service %s', async (_what, text) => {
    expect(await refusal(sql.service('a', text))).toMatchObject({ code: sqlState.privilege });
  });

  test.each([
    ['disable the triggers', 'alter table change disable trigger all'],
    ['drop the table', 'drop table change'],
    [
      'replace what the triggers do',
      `create or replace function refuse_to_rewrite_history() returns trigger language plpgsql as 'begin return null; end'`,
    ],
    ['switch triggers off for its session', `set session_replication_role = replica`],
  ])('and does not let the service %s', async (_what, text) => {
    expect(await refusal(sql.service('a', text))).toMatchObject({ code: sqlState.privilege });
  });

  test('and refuses a row of an office that does not exist', async () => {
    const inserted = sql.owner(
      `insert into change (office, revision, sequence, key, action, actor, via) values ('nowhere', 1, 1, 'office', 'x', 'x', 'x')`,
    );
    expect(await refusal(inserted)).toMatchObject({ code: sqlState.foreignKey });
  });

  test('and refuses a second row in the place of the first', async () => {
    const inserted = sql.owner(
      `insert into change (office, revision, sequence, key, action, actor, via) values ('a', 1, 1, 'office', 'x', 'x', 'x')`,
    );
    expect(await refusal(inserted)).toMatchObject({ code: sqlState.unique });
  });

  test('and refuses to delete an office that has one', async () => {
    expect(await refusal(sql.owner(`delete from office where id = 'a'`))).toMatchObject({ code: sqlState.foreignKey });
  });
});
