import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { eventually } from '#test/support/eventually.js';
import { keyOf } from '#test/support/keys.js';
import { metric } from '#test/support/metric.js';
import { OfficeClient } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { reviewBook, reviewOf } from '#test/support/review.js';
import { theService } from '#test/support/service.js';

let database: TestDatabase;
let app: TestApp;
let office: OfficeClient;
let checks: Api;
let asked = 0;
/** A revision of the office when nobody had asked anything about it. */
let undecided: string;

/** Asks, and waits until the answer is in the log. */
async function ask(collaborator: string, dossier: string, action = 'open'): Promise<void> {
  await checks.post(office.at('can-access'), { collaborator, dossier, action });
  asked++;
  const written = () => metric(new Api(app.url, app.key), 'cardea_decision_log_entries_total{outcome="written"}');
  await eventually('the decision in the log', async () => (await written()) === asked);
}

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startApp({ database, environment: { DECISION_LOG: 'postgres' } });
  office = await OfficeClient.make(app);
  checks = await keyOf(app, office, ['check']);
  for (const id of ['anne', 'bob', 'eve']) await office.collaborator(id);
  for (const id of ['d', 'other']) await office.dossier(id, { managers: ['anne', 'bob'] });
  undecided = String(await office.revision());
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

/** What the second sheet says of the openings, by an instance with these settings. */
async function said(url: string, key: string, language = 'en', client = office, query = ''): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'accept-language': language };
  const book = await reviewBook(`${url}${client.at('access-review')}${query}`, headers);
  return book.worksheets[1]?.lastRow?.getCell(2).text ?? '';
}

// How these were seen to fail: with the first opening instead of the last, with any action, with refusals, with the sheet
// saying the same whatever is kept, and, as of a past moment, with openings and a first decision of whatever time.
describe('the last opening in an access review', () => {
  test('says that nothing is known yet', async () => {
    expect(await said(app.url, app.key)).toMatch(/^No decision has been logged yet/);
  });

  test('is the latest that was allowed, of this collaborator and this dossier, and nothing else', async () => {
    await ask('anne', 'd');
    await ask('anne', 'd');
    await ask('anne', 'd', 'edit');
    await ask('bob', 'd', 'communicate');
    await ask('eve', 'd');
    await office.api.patch(office.at('dossiers', 'd', 'managers'), { add: ['eve'] });
    const lines = await reviewOf(office.api, office.id);
    const opened = lines.filter((line) => line['Last opened'] !== '').map((line) => [line.Collaborator, line.Dossier]);
    expect(opened).toEqual([['anne', 'd']]);
    const { body } = await office.api.get<{ items: { at: string }[] }>(office.at('dossiers', 'd', 'accesses'));
    expect(body.items).toHaveLength(2);
    expect(lines.find((line) => line['Last opened'])?.['Last opened']).toBe(body.items[1]?.at);
  });

  test('as of a past moment is none that came after it', async () => {
    const opened = async (asOf: string) =>
      (await reviewOf(office.api, office.id, { asOf }))
        .filter((line) => line.Collaborator === 'bob' && line.Dossier === 'other')
        .map((line) => line['Last opened']);
    await ask('bob', 'other');
    const { body } = await office.api.get<{ items: { at: string }[] }>(office.at('dossiers', 'other', 'accesses'));
    const at = body.items[0]?.at ?? '';
    await ask('bob', 'other');
    // An opening counts from its own instant on, to the millisecond by which the log has it.
    expect(await opened(at)).toEqual([at]);
    expect(await opened(new Date(Date.parse(at) - 1).toISOString())).toEqual(['']);
    expect(await said(app.url, app.key, 'en', office, `?asOf=${undecided}`)).toMatch(
      /^No decision has been logged yet/,
    );
    expect(await said(app.url, app.key, 'en', office, `?asOf=${at}`)).toMatch(
      /^From all decisions of this service since/,
    );
  });

  test('says from which decisions it is: all, those that are left of all, a share, or none', async () => {
    const since = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
    expect(await said(app.url, app.key)).toMatch(
      new RegExp(`^From all decisions of this service since ${since}\\. Empty:`),
    );
    expect(await said(app.url, app.key, 'nl')).toMatch(/^Volgens alle beslissingen/);
    await onDatabase(database, (client) =>
      client.query(
        `insert into decision (office, instance, n, at, dropped, hash)
         select office, instance, 1000, at, 7, hash from decision where office = $1 limit 1`,
        [office.id],
      ),
    );
    expect(await said(app.url, app.key)).toMatch(/; 7 are missing\. Empty does not mean/);
    for (const [kept, text] of [
      ['sampled:0.015', /^From 1\.5 % of the decisions/],
      ['denied', /^Not known/],
    ] as const) {
      const other = await startApp({ database, environment: { DECISION_LOG: 'postgres', DECISION_LOG_OF: kept } });
      expect(await said(other.url, other.key)).toMatch(text);
      await other.close();
    }
    const { url, key } = theService();
    expect(await said(url, key, 'en', await OfficeClient.make(theService()))).toMatch(/^Not known/);
  });
});
