import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, type Line } from '#test/support/importing.js';

const lines = Array.from({ length: 2_100 }, (_, n): Line => ({ kind: 'dossier', id: `d${n}`, name: `D ${n}` }));

describe('the tables that an import fills', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  /** How often the table of dossiers was counted because somebody said so. */
  async function counts(): Promise<number> {
    const text = `select analyze_count::int as count from pg_stat_user_tables where relname = 'dossier'`;
    return (await services.sql.owner<{ count: number }>(text))[0]?.count ?? Number.NaN;
  }

  test('are counted when they were empty, and not for an office that adds little to many', async () => {
    const before = await counts();
    await services.import(await services.office('first'), lines);
    expect(await counts()).toBe(before + 1);
    await services.sql.owner(`update pg_class set reltuples = 1e6 where oid = 'dossier'::regclass`);
    await services.import(await services.office('second'), lines);
    expect(await counts()).toBe(before + 1);
  });
});
