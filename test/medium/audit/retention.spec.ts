import { copyFileSync, utimesSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NdjsonSink } from '#src/audit/ndjson-sink.js';
import { PostgresSink } from '#src/audit/postgres-sink.js';
import { Database } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { entriesAt } from '#test/support/decision-entries.js';
import { DecisionFolder } from '#test/support/decision-lines.js';
import { onDatabase } from '#test/support/raw-sql.js';

const dayMs = 86_400_000;
const daysAgo = (days: number) => Date.now() - days * dayMs;

describe('decisions in PostgreSQL', () => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await createTestDatabase();
    database = await Database.open({ url: server.url, entities: [], poolMax: 4, deadlineMs: 10_000 });
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  test('are kept for as many days as was said, in partitions that go as a whole', async () => {
    const sink = new PostgresSink(database, 100);
    const entries = entriesAt([400, 200, 101, 99, 1, 0].map(daysAgo));
    await sink.write(entries);
    // The answer to the first may have been lost on its way: it is given again, and written once.
    await sink.write(entries);
    await Promise.all([sink.upkeep(), new PostgresSink(database, 100).upkeep()]);
    await onDatabase(server, async (client) => {
      const { rows } = await client.query('select n::int from decision order by n');
      expect(rows).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }]);
      const { rows: partitions } = await client.query<{ n: number }>(
        `select count(*)::int n from pg_inherits where inhparent = 'decision'::regclass
           and inhrelid::regclass::text < 'decision_' || to_char(now() - interval '100 days', 'YYYY_MM')`,
      );
      expect(partitions).toEqual([{ n: 0 }]);
    });
    // A month that was dropped is made again for whoever needs it.
    await expect(sink.write(entriesAt([daysAgo(400)]))).rejects.toThrow();
    await sink.write(entriesAt([daysAgo(400)]));
  });

  test('are written by several processes at once, also where each needs a partition that is not there', async () => {
    const sinks = Array.from({ length: 4 }, () => new PostgresSink(database, 5_000));
    await Promise.all(sinks.map((sink) => sink.write(entriesAt([daysAgo(2_000), daysAgo(1_900)], ['many']))));
    await onDatabase(server, async (client) => {
      const { rows } = await client.query(`select count(*)::int n from decision where office = 'many'`);
      expect(rows).toEqual([{ n: 8 }]);
    });
  });
});

test('files of decisions are deleted when their last line is too old, and no other file is', async () => {
  const folder = new DecisionFolder();
  const sinks = [1, 2].map(() => new NdjsonSink({ folder: folder.path, fileBytes: 2 ** 20, retentionDays: 100 }));
  for (const sink of sinks) {
    await sink.write(entriesAt([Date.now()]));
    await sink.close();
  }
  const keeper = new NdjsonSink({ folder: folder.path, fileBytes: 1, retentionDays: 100 });
  const [old = '', recent = ''] = folder.files;
  copyFileSync(old, `${old}.copy`);
  const [past, near] = [new Date(daysAgo(101)), new Date(daysAgo(99))];
  utimesSync(old, past, past);
  utimesSync(`${old}.copy`, past, past);
  utimesSync(recent, near, near);
  await keeper.upkeep();
  expect(folder.files).toEqual([`${old}.copy`, recent]);
  folder.remove();
});
