import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, type Sql } from '#test/support/sql.js';

interface Key {
  table: string;
  name: string;
  kind: 'primary' | 'unique' | 'foreign';
  /** The columns in their order; an expression is null. */
  columns: (string | null)[];
  /** For a foreign key: the table and columns that it leads to. */
  target: string | null;
  targetColumns: string[] | null;
}

/** Keys that need not lead with an office, each with why. */
const exceptions: Record<string, string> = {
  platform_key_pkey: 'a key of the platform belongs to no office',
  platform_key_hash_key: 'a key of the platform belongs to no office',
  platform_secret_pkey: 'a secret of the platform belongs to no office',
  platform_revision_pkey: 'the revision of the platform belongs to no office',
  policy_text_pkey: 'policies are no office’s data',
  session_pkey: 'a session belongs to a person, who may be in several offices',
  schema_migration_pkey: 'migrations are the whole database’s',
};

// How this was seen to fail: with `create unique index on api_key (hash)` and with a foreign key on `dossier (id)`.
describe('every key of the schema', () => {
  let database: TestDatabase;
  let sql: Sql;
  let keys: Key[];

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = await openSql(database);
    const names = (table: string, numbers: string) =>
      `(select json_agg(a.attname order by k.position) from unnest(${numbers}) with ordinality k (number, position)
          left join pg_attribute a on a.attrelid = ${table} and a.attnum = k.number and k.number > 0)`;
    keys = await sql.owner<Key>(`
      select i.indrelid::regclass::text as table, c.relname as name, case when i.indisprimary then 'primary' else 'unique' end kind,
             ${names('i.indrelid', 'i.indkey::int2[]')} as columns, null as target, null as "targetColumns"
        from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace = 'public'::regnamespace and (i.indisunique or i.indisprimary)
      union all
      select f.conrelid::regclass::text, f.conname, 'foreign', ${names('f.conrelid', 'f.conkey')},
             f.confrelid::regclass::text, ${names('f.confrelid', 'f.confkey')}
        from pg_constraint f where f.connamespace = 'public'::regnamespace and f.contype = 'f'
      order by 1, 2`);
  });

  afterAll(async () => {
    await sql.close();
    await database.drop();
  });

  const leadsWithOffice = (table: string | null, columns: (string | null)[] | null) =>
    columns?.[0] === (table === 'office' ? 'id' : 'office');

  test('leads with the office, so that the schema can be distributed by it', () => {
    expect(keys.length).toBeGreaterThan(25);
    const others = keys.filter(({ name, table, columns }) => !leadsWithOffice(table, columns) && !(name in exceptions));
    expect(others).toEqual([]);
  });

  test('that is foreign leads to the office’s own rows', () => {
    const foreign = keys.filter(({ kind }) => kind === 'foreign');
    expect(foreign.length).toBeGreaterThan(10);
    expect(foreign.filter(({ target, targetColumns }) => !leadsWithOffice(target, targetColumns))).toEqual([]);
  });

  test('that is an exception still exists', () => {
    const known = new Set(keys.map(({ name }) => name));
    expect(Object.keys(exceptions).filter((name) => !known.has(name))).toEqual([]);
  });

  test('is there: no table is without a primary key', async () => {
    const without = await sql.owner(`
      select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary)`);
    expect(without).toEqual([]);
  });

  test('with columns of an office is never left half empty: no foreign key has a nullable office', async () => {
    const nullable = await sql.owner(`
      select table_name from information_schema.columns
       where table_schema = 'public' and column_name = 'office' and is_nullable = 'YES'
         and table_name in (select table_name from information_schema.tables where table_type = 'BASE TABLE')`);
    expect(nullable).toEqual([]);
  });
});
