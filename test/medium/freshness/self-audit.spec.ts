import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AccessCache } from '#src/ability/access-cache.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { eventually } from '#test/support/eventually.js';
import { LogLines } from '#test/support/log-lines.js';
import { metric } from '#test/support/metric.js';
import { OfficeClient } from '#test/support/office-client.js';

/** One cached answer in so many is computed again. */
const sampleEvery = 1_000;

let app: TestApp;
let log: LogLines;
let office: OfficeClient;

beforeEach(async () => {
  log = new LogLines();
  app = await startApp({ environment: { LOG_LEVEL: 'error' }, log });
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'mia']) await office.collaborator(id);
  await office.dossier('d', { managers: ['mia'] });
});
afterEach(() => app.close());

const audits = (outcome: string) => metric(office.api, `cardea_cache_audits_total{outcome="${outcome}"}`);
const ready = () => office.api.get<{ checks: Record<string, string> }>('/health/ready');

/** Asks until one answer has been computed again, some at once. */
async function untilAudited(collaborator: string, outcome: string): Promise<void> {
  const before = await audits(outcome);
  for (let asked = 0; asked <= sampleEvery; asked += 50) {
    await Promise.all(Array.from({ length: 50 }, () => office.may(collaborator, 'd')));
  }
  await eventually(`an audit that ends with "${outcome}"`, async () => (await audits(outcome)) > before);
}

/** Puts a dossier that anne manages in place of what the process knows of it: as valid as the true one. */
async function forgeEntry(): Promise<void> {
  const { state } = await app.get(AccessCache).current(office.id, undefined);
  const entry = state.dossiers.get('d');
  if (!entry?.facts) throw new Error('the dossier is not cached');
  state.dossiers.set('d', { ...entry, dependsOn: entry.dependsOn, facts: { ...entry.facts, managers: ['anne'] } });
}

// How these were seen to fail: without the comparison, and without the drop.
describe('the audit of cached answers', () => {
  test('finds a wrong one: counts it, drops what the process knows of the office, tells the log and readiness', async () => {
    expect([await office.may('anne', 'd'), await office.may('mia', 'd')]).toEqual([false, true]);
    expect((await ready()).status).toBe(200);
    await forgeEntry();
    // What the audit is for: nothing else can see that this is wrong.
    expect(await office.may('anne', 'd')).toBe(true);
    await untilAudited('anne', 'different');
    expect([await office.may('anne', 'd'), await office.may('mia', 'd')]).toEqual([false, true]);
    const { status, body } = await ready();
    expect([status, body.checks]).toEqual([503, { database: 'ok', cache: 'failed', policies: 'ok' }]);
    expect(log.text).toMatch(/a cached answer was wrong at revision \d+.*anne/);
  });

  test('finds right ones right, and leaves the service ready', async () => {
    expect(await office.may('mia', 'd')).toBe(true);
    await untilAudited('mia', 'same');
    expect([await audits('different'), (await ready()).status]).toEqual([0, 200]);
  });
});
