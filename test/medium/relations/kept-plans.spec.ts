import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, seedTwoOffices } from '#test/support/sql.js';

interface ForeignKey {
  table: string;
  columns: string[];
}

interface Plan {
  'Node Type': string;
  Plans?: Plan[];
}

/** Of every foreign key, the table that it leads to, and by which columns. */
const foreignKeys = `
  select distinct confrelid::regclass::text "table",
         array(select attname::text from unnest(confkey) with ordinality k (n, place)
                 join pg_attribute on attrelid = confrelid and attnum = n order by place) columns
    from pg_constraint where contype = 'f' and conparentid = 0 order by 1, 2`;

/** How many times the transaction has read a table from end to end, and how many times it has used an index of it. */
const readings = `
  select relname "table", seq_scan::int whole, idx_scan::int by_index from pg_stat_xact_user_tables
   where relname in ('dossier', 'client_group', 'collaborator') order by 1`;

const insertTuple = `
  insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
  values ('a', ?, ?, ?, ?, ?, 'test', 1)`;

/** The nodes of a plan, from the top. */
const nodesOf = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodesOf)];

// PostgreSQL keeps the plan of a foreign key's check for as long as the connection lives. Made while the table had a few
// rows, it would read the whole table for each row that is written, however many there are by then.
// Seen to fail without `enable_seqscan=off` on the connections.
describe('on tables that are nearly empty, and counted', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    const sql = await openSql(own);
    await seedTwoOffices(sql);
    await sql.owner('analyze');
    await sql.close();
    database = await Database.open({ url: own.url, entities: [], poolMax: 2, deadlineMs: 5_000 });
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  /** The plan of what a foreign key asks when a row is written. */
  async function planOf(em: EntityManager, { table, columns }: ForeignKey): Promise<string[]> {
    const key = columns.map((column) => `${column} = 'a'`).join(' and ');
    const [row] = await em.execute<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
      `explain (format json) select 1 from only ${table} x where ${key} for key share of x`,
    );
    return row ? nodesOf(row['QUERY PLAN'][0].Plan) : [];
  }

  test('every foreign key finds its row by an index', async () => {
    await database.inOffice('a', async (em) => {
      const keys = await em.execute<ForeignKey[]>(foreignKeys);
      expect(keys.map(({ table }) => table)).toEqual(
        expect.arrayContaining(['office', 'collaborator', 'collaborator_group', 'client_group', 'dossier']),
      );
      for (const key of keys) {
        const scans = (await planOf(em, key)).filter((node) => node.endsWith('Scan'));
        expect([key.table, scans]).toEqual([key.table, ['Index Scan']]);
      }
    });
  });

  test('tuples are written without reading any table from end to end', async () => {
    await database.inOffice('a', async (em) => {
      for (const tuple of [
        ['dossier', 'd1', 'client_group', 'client_group', 'g1'],
        ['dossier', 'd1', 'manager', 'collaborator', 'c1'],
        ['client_group', 'g1', 'collaborator', 'collaborator', 'c1'],
      ]) {
        await em.execute(insertTuple, tuple);
      }
      const found = await em.execute<{ table: string; whole: number; by_index: number }[]>(readings);
      expect(found.map(({ table, whole }) => [table, whole])).toEqual([
        ['client_group', 0],
        ['collaborator', 0],
        ['dossier', 0],
      ]);
      for (const { by_index: byIndex } of found) expect(byIndex).toBeGreaterThan(0);
    });
  });
});
