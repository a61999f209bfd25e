import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { eventually } from '#test/support/eventually.js';
import { keyOf } from '#test/support/keys.js';
import { metric } from '#test/support/metric.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: { at: string; collaborator: string; purpose: string | null; action: string }[];
  nextCursor: string | null;
  total: number;
  dropped: number;
}

let app: TestApp;
let office: OfficeClient;
let checks: Api;
let asked = 0;

/** Asks, and waits until the answer is in the log. */
async function ask(collaborator: string, dossier: string, purpose?: string, action = 'open'): Promise<void> {
  const headers = { ...(purpose !== undefined && { 'cardea-purpose': purpose }) };
  await checks.post(office.at('can-access'), { collaborator, dossier, action }, headers);
  asked++;
  const written = () => metric(new Api(app.url, app.key), 'cardea_decision_log_entries_total{outcome="written"}');
  await eventually('the decision in the log', async () => (await written()) === asked);
}

const read = (dossier: string, query = '', client = office, headers = {}) =>
  client.api.get<Page>(`${client.at('dossiers', dossier, 'accesses')}?${query}`, headers);

beforeAll(async () => {
  app = await startApp({ environment: { DECISION_LOG: 'postgres' } });
  office = await OfficeClient.make(app);
  checks = await keyOf(app, office, ['check']);
  for (const id of ['anne', 'bob']) await office.collaborator(id);
  for (const id of ['d', 'other']) await office.dossier(id, { managers: ['anne', 'bob'] });
  await office.dossier('secret', { private: true, managers: ['anne'] });
  await ask('anne', 'd', 'VAT return');
  await ask('boss', 'd', '=HYPERLINK("http://evil.example";"x")');
  await ask('bob', 'd');
  await ask('anne', 'd', 'letter', 'communicate');
  await ask('nobody', 'd', 'curiosity');
  await ask('anne', 'other', 'VAT return');
  await ask('anne', 'secret', 'merger');
});
afterAll(() => app.close());

// How these were seen to fail: without the look at the dossier, and without the guard.
describe('who opened a dossier', () => {
  test('is told to admins in the order of time, with why, and nothing of refusals and of other dossiers', async () => {
    for (const client of [office, office.as('boss')]) {
      const { status, body } = await read('d', '', client);
      expect([status, body.total, body.dropped, body.nextCursor]).toEqual([200, 3, 0, null]);
      expect(body.items.map(({ collaborator, purpose }) => [collaborator, purpose])).toEqual([
        ['anne', 'VAT return'],
        ['boss', '=HYPERLINK("http://evil.example";"x")'],
        ['bob', null],
      ]);
      expect(body.items.map(({ at }) => at)).toEqual(body.items.map(({ at }) => at).sort());
    }
    const { body } = await read('d', 'action=communicate');
    expect(body.items.map(({ collaborator, purpose }) => [collaborator, purpose])).toEqual([['anne', 'letter']]);
  });

  test('is told from one instant on and before another', async () => {
    const [first, second, third] = (await read('d')).body.items.map(({ at }) => at);
    const between = async (query: string) => (await read('d', query)).body.items.map(({ at }) => at);
    expect(await between(`from=${second}`)).toEqual([second, third]);
    expect(await between(`to=${second}`)).toEqual([first]);
    expect(await between(`from=${second}&to=${third}`)).toEqual([second]);
    expect(verdict(await read('d', 'from=yesterday'))).toEqual([400, 'invalid_request']);
    expect(verdict(await read('d', 'until=2026-01-01T00:00:00Z'))).toEqual([400, 'invalid_request']);
  });

  test('comes in pages, whose cursors are good for this dossier and these bounds only', async () => {
    const all = (await read('d')).body.items;
    const found: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: Page } = await read('d', `limit=1${cursor && `&cursor=${cursor}`}`);
      expect(body.total).toBe(3);
      found.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(found).toEqual(all);
    const next = (await read('d', 'limit=1')).body.nextCursor;
    for (const [dossier, query] of [
      ['other', ''],
      ['d', '&to=2999-01-01T00:00:00Z'],
      ['d', '&action=communicate'],
    ] as const) {
      expect(verdict(await read(dossier, `limit=1&cursor=${next}${query}`))).toEqual([400, 'invalid_cursor']);
    }
  });

  test('is told to nobody else, and a dossier that they may not open answers like one that does not exist', async () => {
    expect(verdict(await read('d', '', office.as('anne')))).toEqual([403, 'forbidden']);
    const missing = await read('nothing', '', office.as('boss'));
    for (const format of ['json', 'csv']) {
      const hidden = await read('secret', `format=${format}`, office.as('boss'));
      expect([hidden.status, { ...(hidden.body as object), detail: '', requestId: '' }]).toEqual([
        404,
        { ...(missing.body as object), detail: '', requestId: '' },
      ]);
    }
    // The office's own system sees everything.
    expect((await read('secret')).body.total).toBe(1);
    const stranger = await OfficeClient.make(app);
    expect(verdict(await read('d', '', stranger))).toEqual([404, 'not_found']);
  });

  test.each([
    ['format=csv', {}],
    ['', { accept: 'text/csv' }],
  ])('is a file as well (%s), in which no cell is a formula', async (query, headers) => {
    const answer = await read('d', query, office, headers);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain('accesses.csv');
    const lines = (answer.body as unknown as string).replace('\ufeff', '').split('\r\n');
    expect(lines[0]).toContain('"at";"collaborator"');
    expect(lines).toHaveLength(1 + 3 + 1);
    expect(lines[1]).toContain('"anne";"open";');
    expect(lines[2]).toContain(`"'=HYPERLINK(""http://evil.example"";""x"")"`);
  });

  test('is told with how many decisions of the office are missing in that time', async () => {
    await onDatabase(app.database, (client) =>
      client.query(
        `insert into decision (office, instance, n, at, dropped, hash) values ($1, gen_random_uuid(), 1, now(), 5, sha256(''))`,
        [office.id],
      ),
    );
    expect((await read('d')).body.dropped).toBe(5);
    expect((await read('d', 'to=2026-01-01T00:00:00Z')).body.dropped).toBe(0);
    expect((await read('d', 'format=csv')).body).toContain(
      '"5 decisions of the office in this time were not recorded"',
    );
  });
});

test('a service that does not keep every access says so, after it has looked at who asks', async () => {
  const silent = await OfficeClient.make(theService());
  await silent.collaborator('anne');
  await silent.dossier('d', { managers: ['anne'] });
  expect(verdict(await read('d', '', silent))).toEqual([409, 'accesses_not_recorded']);
  expect(verdict(await read('d', 'format=csv', silent))).toEqual([409, 'accesses_not_recorded']);
  expect(verdict(await read('d', '', silent.as('anne')))).toEqual([403, 'forbidden']);
  const partial = await startApp({ environment: { DECISION_LOG: 'postgres', DECISION_LOG_OF: 'denied' } });
  const office = await OfficeClient.make(partial);
  await office.dossier('d');
  expect(verdict(await read('d', '', office))).toEqual([409, 'accesses_not_recorded']);
  await partial.close();
});
