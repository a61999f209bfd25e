import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Migration } from '@mikro-orm/migrations';
import pg from 'pg';
import { migrations } from '#migrations/index.js';
import { assertSchemaIsCurrent, migrateDown, migrateUp, schemaStatus } from '#src/platform/migrate.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import { createEmptyDatabase, type TestDatabase } from '#test/support/database.js';

class AddNote extends Migration {
  override up(): void {
    this.addSql('create table note (text text)');
  }

  override down(): void {
    this.addSql('drop table note');
  }
}

class Fails extends Migration {
  override up(): void {
    this.addSql('create table half (text text)');
    this.addSql('select 1/0');
  }
}

const names = migrations.map(({ name }) => name);
const older = migrations.slice(0, -1);
const newer = [...migrations, { name: 'Migration29990101000000_note', class: AddNote }];

describe('migrations', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createEmptyDatabase();
  });

  afterEach(async () => {
    await database.drop();
  });

  /** Tables, columns, constraints, policies, functions, triggers and types, as PostgreSQL describes them. */
  async function schema(): Promise<{ table_name: string }[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ table_name: string }>(`
      select 'column', table_name, column_name, data_type || coalesce(column_default, '') || is_nullable
        from information_schema.columns where table_schema = 'public'
      union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace = 'public'::regnamespace
      union all select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
      union all select 'policy', tablename, policyname, qual from pg_policies where schemaname = 'public'
      union all select 'routine', proname, oid::regprocedure::text, prosrc from pg_proc where pronamespace = 'public'::regnamespace
      union all select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
      union all select 'type', typname, typtype::text, '' from pg_type where typnamespace = 'public'::regnamespace
      order by 1, 2, 3, 4`);
    await client.end();
    return rows;
  }

  test('an empty database comes up to date, goes all the way down, and comes up to the same again', async () => {
    expect(await migrateUp(database.url)).toEqual(names);
    const first = await schema();
    expect(await migrateUp(database.url)).toEqual([]);
    for (const name of names.toReversed()) expect(await migrateDown(database.url)).toEqual([name]);
    expect(await migrateDown(database.url)).toEqual([]);
    const left = await schema();
    expect(left.filter(({ table_name }) => !table_name.includes('schema_migration'))).toEqual([]);
    expect(await migrateUp(database.url)).toEqual(names);
    expect(await schema()).toEqual(first);
  });

  test('several processes that migrate at once apply each migration once', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrateUp(database.url)));
    expect(applied.flat()).toEqual(names);
  });

  test('a migration that fails leaves nothing of its run', async () => {
    const list = [...newer, { name: 'Migration29990101000001_fails', class: Fails }];
    await expect(migrateUp(database.url, list)).rejects.toThrow(/division by zero/);
    expect(await schemaStatus(database.url, list)).toMatchObject({ applied: [] });
  });

  test('the status tells what is applied, pending and newer, and changes nothing', async () => {
    expect(await schemaStatus(database.url)).toEqual({ applied: [], pending: names, unknown: [] });
    expect(await schema()).toEqual([]);
    await migrateUp(database.url, newer);
    expect(await schemaStatus(database.url)).toMatchObject({ pending: [], unknown: ['Migration29990101000000_note'] });
  });

  test('an empty or older database is refused with the command to run', async () => {
    await expect(assertSchemaIsCurrent(database.url)).rejects.toThrow(/older than this version.*`npm run migrate`/);
    await migrateUp(database.url, older);
    await expect(assertSchemaIsCurrent(database.url)).rejects.toThrow(/older than this version.*`npm run migrate`/);
    await migrateUp(database.url);
    await expect(assertSchemaIsCurrent(database.url)).resolves.toBeUndefined();
  });

  test('a newer database is refused with the command to run, and is not touched', async () => {
    await migrateUp(database.url, newer);
    const refusal = /newer than this version.*Migration29990101000000_note.*`npm run migrate -- down`/;
    await expect(assertSchemaIsCurrent(database.url)).rejects.toThrow(refusal);
    await expect(migrateUp(database.url)).rejects.toThrow(refusal);
    await expect(migrateDown(database.url)).rejects.toThrow(refusal);
    expect(await migrateDown(database.url, newer)).toEqual(['Migration29990101000000_note']);
    await expect(assertSchemaIsCurrent(database.url)).resolves.toBeUndefined();
  });

  test('a server that is not there is said to be away', async () => {
    await expect(assertSchemaIsCurrent('postgres://a:b@127.0.0.1:1/c')).rejects.toBeInstanceOf(UnavailableError);
  });
});
