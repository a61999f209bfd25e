import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrations } from '#migrations/index.js';
import { assertSchemaIsCurrent, migrateDown, migrateUp } from '#src/platform/migrate.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, seedTwoOffices, type Sql } from '#test/support/sql.js';

const names = migrations.map(({ name }) => name);
/** The access functions and the row-level security: what can go down without taking facts with it. */
const withoutFacts = names.slice(2);

describe('migrations on a database with data', () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = await openSql(database);
    await seed();
  });

  afterAll(async () => {
    await sql.close();
    await database.drop();
  });

  async function seed(): Promise<void> {
    await seedTwoOffices(sql);
    await sql.owner(
      `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, is_primary, created_by, revision)
       values ('a', 'dossier', 'd1', 'manager', 'collaborator', 'c1', true, 'test', 1)`,
    );
    await sql.owner(
      `insert into change (office, revision, sequence, key, action, actor, via) values ('a', 1, 1, 'office', 'x', 'x', 'x')`,
    );
    await sql.owner(`update office set default_client_group = 'g1' where id = 'a'`);
  }

  const facts = async () => [
    await sql.owner('select * from relationship'),
    await sql.owner('select * from dossier order by office, id'),
    // Its hash is made of the rest, and comes and goes with a migration.
    await sql.owner(`select to_jsonb(c) - 'hash' as change from change c`),
  ];

  test('that hold no facts go down and up again and keep every row', async () => {
    const before = await facts();
    for (const name of withoutFacts.toReversed()) expect(await migrateDown(database.url)).toEqual([name]);
    expect(await facts()).toEqual(before);
    expect(await migrateUp(database.url)).toEqual(withoutFacts);
    expect(await facts()).toEqual(before);
    await expect(assertSchemaIsCurrent(database.url)).resolves.toBeUndefined();
    // The wall is up again: a service without an office sees nothing of what is there.
    expect(await sql.service(null, 'select * from dossier')).toEqual([]);
  });

  test('go all the way down with rows in every table, and up again to a schema that takes them', async () => {
    for (const name of names.toReversed()) expect(await migrateDown(database.url)).toEqual([name]);
    const [left] = await sql.owner<{ dossier: string | null; change: string | null }>(
      `select to_regclass('dossier') dossier, to_regclass('change') change`,
    );
    expect(left).toEqual({ dossier: null, change: null });
    expect(await migrateUp(database.url)).toEqual(names);
    await seed();
    expect((await facts()).map((rows) => rows.length)).toEqual([1, 6, 1]);
  });
});
