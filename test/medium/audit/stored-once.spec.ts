import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decisionLines } from '#src/audit/audit-lines.js';
import { verifyChains } from '#src/audit/chain-verifier.js';
import { DecisionChains } from '#src/audit/decision-chains.js';
import { PostgresSink } from '#src/audit/postgres-sink.js';
import { Database } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { entriesAt } from '#test/support/decision-entries.js';
import { onDatabase } from '#test/support/raw-sql.js';

const now = Date.now();

// How these were seen to fail: without a look at what is there when PostgreSQL has such a place already, and with a look
// that takes any entry at the same place for the one that was to be written.
describe('decisions in PostgreSQL, of which it is not known whether they were stored', () => {
  let server: TestDatabase;
  let database: Database;
  let sink: PostgresSink;

  beforeAll(async () => {
    server = await createTestDatabase();
    database = await Database.open({ url: server.url, entities: [], poolMax: 4, deadlineMs: 5_000 });
    sink = new PostgresSink(database, 100);
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  const countOf = (office: string) =>
    onDatabase(server, async (client) => {
      const { rows } = await client.query<{ n: number }>('select count(*)::int n from decision where office = $1', [
        office,
      ]);
      return rows[0]?.n;
    });

  test('are stored once when they are given again, and the chain goes on', async () => {
    const chains = new DecisionChains();
    const first = entriesAt([now, now, now], ['again', 'again-2'], chains);
    await sink.write(first);
    await sink.write(first);
    await sink.write(entriesAt([now], ['again'], chains));
    expect([await countOf('again'), await countOf('again-2')]).toEqual([3, 1]);
    await onDatabase(server, async (client) => {
      const { fault } = await verifyChains(decisionLines(client), { heads: [], mayBeTrimmed: false });
      expect(fault).toBeUndefined();
    });
  });

  test('are stored once when they are given again while the first time is still under way', async () => {
    const entries = entriesAt(
      Array.from({ length: 250 }, () => now),
      ['twice'],
    );
    const others = [1, 2, 3].map(() => Database.open({ url: server.url, entities: [], poolMax: 2, deadlineMs: 5_000 }));
    const databases = await Promise.all(others);
    await Promise.all(databases.map((other) => new PostgresSink(other, 100).write(entries)));
    expect(await countOf('twice')).toBe(250);
    await Promise.all(databases.map((other) => other.close()));
  });

  test('are not taken for stored where something else is at their place', async () => {
    const entries = entriesAt([now], ['else']);
    await sink.write(entries.map((entry) => ({ ...entry, hash: 'f'.repeat(64) })));
    await expect(sink.write(entries)).rejects.toMatchObject({ code: '23505' });
    expect(await countOf('else')).toBe(1);
  });
});
