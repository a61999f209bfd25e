import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, type Sql } from '#test/support/sql.js';

const size = 8_000;
/** Ten times what it takes; a join of all rows with all takes four times as much for twice as many. */
const patienceMs = 5_000;

describe('the facts of a batch, about an office that PostgreSQL has not counted yet', () => {
  let own: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    own = await createTestDatabase();
    sql = await openSql(own);
    await sql.owner(`set statement_timeout = ${patienceMs}`);
    for (const office of ['counted', 'new']) {
      await fill(office);
      if (office === 'counted') await sql.owner('analyze');
    }
  });
  afterAll(async () => {
    await sql.close();
    await own.drop();
  });

  async function fill(office: string): Promise<void> {
    await sql.owner(`
      insert into office (id, name, email) values ('${office}', 'O', 'o@office.example');
      insert into collaborator (office, id, email, profile, language, version)
        select '${office}', 'c' || n, 'c' || n || '@office.example', 'collaborator', 'fr', 1
          from generate_series(1, ${size}) n;
      insert into client_group (office, id, name, version) values ('${office}', 'g', 'G', 1);
      insert into dossier (office, id, name, version) select '${office}', 'd' || n, 'D', 1 from generate_series(1, ${size}) n;
      insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
        select '${office}', 'dossier', 'd' || n, 'client_group', 'client_group', 'g', 'test', 1
          from generate_series(1, ${size}) n
        union all
        select '${office}', 'client_group', 'g', 'collaborator', 'collaborator', 'c' || n, 'test', 1
          from generate_series(1, ${size}) n;`);
  }

  /** Pages of PostgreSQL's that a statement looks at. */
  async function pages(text: string): Promise<number> {
    const [row] = await sql.owner<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) ${text}`,
    );
    const plan = row?.['QUERY PLAN'][0].Plan ?? {};
    return (plan['Shared Hit Blocks'] ?? Number.NaN) + (plan['Shared Read Blocks'] ?? Number.NaN);
  }

  // Seen to fail with a join of all rows, which ran out of time, and where PostgreSQL counts the rows of each office: it
  // then looked at 72,000 pages for 2,000 dossiers. Contacts: with all dossiers named in one condition, out of time.
  test.each([
    ['dossiers', `select dossier_facts('new', array_agg('d' || n)) from generate_series(1, ${size}) n`],
    [
      'contacts',
      `select count(*) from dossier_contact('new', (select array_agg('d' || n) from generate_series(1, ${size}) n))`,
    ],
    ['people', `select subject_facts('new', array_agg('c' || n)) from generate_series(1, ${size}) n`],
  ])('cost as much for each of many %s as for one', async (_, text) => {
    // Up to 16 each, whatever the size but for the depth of the indexes.
    expect(await pages(text)).toBeLessThan(size * 20);
  });
});
