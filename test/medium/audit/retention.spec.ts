import { copyFileSync, utimesSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { linesOf, decisionLines } from '#src/audit/audit-lines.js';
import { verifyChains } from '#src/audit/chain-verifier.js';
import { DecisionChains } from '#src/audit/decision-chains.js';
import { NdjsonSink } from '#src/audit/ndjson-sink.js';
import { PostgresSink } from '#src/audit/postgres-sink.js';
import { Retention } from '#src/audit/retention.js';
import { Database } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { entriesAt } from '#test/support/decision-entries.js';
import { DecisionFolder } from '#test/support/decision-lines.js';
import { onDatabase } from '#test/support/raw-sql.js';

// How these were seen to fail: with one number of days for all offices, with months dropped by the number of the service, and
// with files that go out of their order.
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

  test('are kept for each office for as long as it says, and a month as long as any office keeps something of it', async () => {
    await onDatabase(server, (client) =>
      client.query(`insert into office (id, name, email, decision_log_days)
        values ('long', 'L', 'l@o.example', 300), ('short', 'S', 's@o.example', 10), ('usual', 'U', 'u@o.example', null)`),
    );
    const sink = new PostgresSink(database, 100);
    const chains = new DecisionChains();
    for (const office of ['long', 'short', 'usual']) {
      await sink.write(entriesAt([400, 250, 50, 5].map(daysAgo), [office], chains));
    }
    await sink.upkeep();
    await onDatabase(server, async (client) => {
      const { rows } = await client.query<{ office: string; n: number[] }>(
        `select office, array_agg(n::int order by n) n from decision
          where office in ('long', 'short', 'usual') group by office order by office`,
      );
      expect(rows).toEqual([
        { office: 'long', n: [2, 3, 4] },
        { office: 'short', n: [4] },
        { office: 'usual', n: [3, 4] },
      ]);
    });
    // What is left is in order, once it is known that beginnings may be missing.
    await onDatabase(server, async (client) => {
      const options = { heads: [], mayBeTrimmed: true };
      const { fault, trimmed } = await verifyChains(decisionLines(client), options);
      expect(fault).toBeUndefined();
      expect(trimmed.filter((chain) => /long|short|usual/.test(chain))).toHaveLength(3);
    });
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

const forDays = (days: number, own?: Record<string, number>) => () =>
  Promise.resolve(new Retention(days, new Map(Object.entries(own ?? {}))));

test('files of decisions are deleted when their last line is too old, and no other file is', async () => {
  const folder = new DecisionFolder();
  const sinks = [1, 2].map(() => new NdjsonSink({ folder: folder.path, fileBytes: 2 ** 20, retention: forDays(100) }));
  for (const sink of sinks) {
    await sink.write(entriesAt([Date.now()]));
    await sink.close();
  }
  const keeper = new NdjsonSink({ folder: folder.path, fileBytes: 1, retention: forDays(100) });
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

test('a file of decisions stays as long as one of its offices keeps it, and with it all that follows it', async () => {
  const folder = new DecisionFolder();
  const retention = forDays(100, { long: 300, short: 10 });
  const sink = new NdjsonSink({ folder: folder.path, fileBytes: 1, retention });
  const chains = new DecisionChains();
  // One file each: of short; of usual and long; of short; of usual.
  const files = [['short'], ['usual', 'long'], ['short'], ['usual']];
  for (const offices of files)
    await sink.write(
      entriesAt(
        offices.map(() => Date.now()),
        offices,
        chains,
      ),
    );
  await sink.close();
  const age = (days: number) =>
    folder.files.forEach((file) => utimesSync(file, new Date(daysAgo(days)), new Date(daysAgo(days))));
  const all = folder.files;
  age(5);
  await sink.upkeep();
  expect(folder.files).toEqual(all);
  age(200);
  await sink.upkeep();
  // The last two are old enough, and would leave a gap in the chains of what comes after them.
  expect(folder.files).toEqual(all.slice(1));
  const { fault } = await verifyChains(linesOf(folder.files), { heads: [], mayBeTrimmed: true });
  expect(fault).toBeUndefined();
  // It is looked at again: the office may have changed its mind.
  await new NdjsonSink({ folder: folder.path, fileBytes: 1, retention: forDays(100) }).upkeep();
  expect(folder.files).toEqual([]);
  folder.remove();
});
