import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { DecisionFolder } from '#test/support/decision-lines.js';
import { makeKey } from '#test/support/keys.js';
import { OfficeClient } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';

let database: TestDatabase;
let folder: DecisionFolder;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = new DecisionFolder();
});
afterEach(async () => {
  await database.drop();
  folder.remove();
});

const checks = Array.from({ length: 1_000 }, (_, n) => ({ collaborator: 'anne', dossier: n % 4 ? `none-${n}` : 'd' }));

/** Starts the service with these settings, asks, and stops it at once: what is in the log then was written at its end. */
async function askAndStop(environment: NodeJS.ProcessEnv): Promise<void> {
  const app: TestApp = await startApp({ database, environment: { DECISION_LOG_DIR: folder.path, ...environment } });
  const office = await OfficeClient.make(app);
  await office.collaborator('anne');
  await office.dossier('d', { managers: ['anne'] });
  const { key } = await makeKey(office, ['check']);
  const answer = await new Api(app.url, key).post(office.at('can-access', 'batch'), { checks });
  expect(answer.status).toBe(200);
  await app.close();
}

const rowsOf = () =>
  onDatabase(database, async (client) => {
    const { rows } = await client.query<{ allowed: boolean; n: number }>(
      'select allowed, count(*)::int n from decision group by 1 order by 1',
    );
    return rows;
  });

// How these were seen to fail: without the writing at the end.
describe('the settings of the decision log', () => {
  test('ndjson: everything is in the files when the service has stopped', async () => {
    await askAndStop({ DECISION_LOG: 'ndjson' });
    expect(folder.entries.map(({ resource, allowed }) => [resource, allowed])).toEqual(
      checks.map(({ dossier }) => [dossier, dossier === 'd']),
    );
  });

  test('postgres: everything is in the table when the service has stopped', async () => {
    await askAndStop({ DECISION_LOG: 'postgres' });
    expect(await rowsOf()).toEqual([
      { allowed: false, n: 750 },
      { allowed: true, n: 250 },
    ]);
  });

  test('off, which is the default, keeps nothing', async () => {
    await askAndStop({});
    expect(folder.files).toEqual([]);
    expect(await rowsOf()).toEqual([]);
  });

  test('denied keeps the refusals only', async () => {
    await askAndStop({ DECISION_LOG: 'postgres', DECISION_LOG_OF: 'denied' });
    expect(await rowsOf()).toEqual([{ allowed: false, n: 750 }]);
  });

  test('sampled keeps a share', async () => {
    await askAndStop({ DECISION_LOG: 'ndjson', DECISION_LOG_OF: 'sampled:0.2' });
    // 200 of 1,000 on average; seven standard deviations to each side.
    expect(folder.lines.length).toBeGreaterThan(110);
    expect(folder.lines.length).toBeLessThan(290);
  });
});
