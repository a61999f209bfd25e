import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { keyOf } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
let before: number;

const ndjson = { 'content-type': 'application/x-ndjson' };
const line = '{"kind":"dossier","id":"d1","name":"D"}\n';

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('mia');
  await office.collaborator('sam', { profile: 'support' });
  before = await office.revision();
});
afterAll(async () => {
  // Nothing here has changed anything.
  expect(await office.revision()).toBe(before);
});

const path = (query = '') => `${office.at('import')}${query}`;

describe('an import is refused before anything of it is applied', () => {
  test('with 401 without a key', async () => {
    expect(verdict(await new Api(app.url).post(path(), line, ndjson))).toEqual([401, 'unauthenticated']);
  });

  test.each(['check', 'read', 'operate'])('with 403 to a key that may only %s', async (scope) => {
    const api = await keyOf(app, await OfficeClient.make(app), [scope]);
    const own = await keyOf(app, office, [scope]);
    before = await office.revision();
    expect(verdict(await own.post(path(), line, ndjson))).toEqual([403, 'insufficient_scope']);
    expect(verdict(await api.post(path(), line, ndjson))).toEqual([404, 'office_not_found']);
  });

  test.each(['mia', 'sam'])('with 403 to %s, who is no admin', async (collaborator) => {
    expect(verdict(await office.api.as(collaborator).post(path(), line, ndjson))).toEqual([403, 'forbidden']);
  });

  test('with 404 for an office that there is not, and for another one’s (rule 32)', async () => {
    const other = await keyOf(app, await OfficeClient.make(app), ['write']);
    const answers = [
      await office.api.post('/v1/offices/nowhere/import', line, ndjson),
      await other.post(path(), line, ndjson),
    ];
    expect(answers.map(verdict)).toEqual([
      [404, 'office_not_found'],
      [404, 'office_not_found'],
    ]);
  });

  test.each([
    ['application/json', '{}'],
    ['text/plain', line],
    ['application/x-ndjson; charset=utf-16', line],
    ['text/csv; charset=windows-1252', 'dossier;name'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'PK'],
  ])('with 415 as %s', async (type, body) => {
    expect(verdict(await office.api.post(path(), body, { 'content-type': type }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
  });

  test('with 400 for a list without its header, or in another encoding', async () => {
    const csv = { 'content-type': 'text/csv' };
    expect(verdict(await office.api.post(path(), 'd1;D\n', csv))).toEqual([400, 'csv_header']);
    const response = await fetch(`${app.url}${path()}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'accept-language': 'fr', ...csv },
      body: Buffer.from('dossier;name;code;enterpriseNumber;clientGroup;managers\r\nd1;\xC9t\xE9;;;;', 'latin1'),
    });
    expect(await response.json()).toMatchObject({
      status: 400,
      code: 'not_utf8',
      detail: expect.stringContaining('La ligne 2'),
    });
  });

  test('with 422 as a dry run, and 400 where that is misspelt', async () => {
    expect(verdict(await office.api.post(path('?dryRun=true'), line, ndjson))).toEqual([422, 'no_dry_run']);
    expect(verdict(await office.api.post(path('?dryRun=yes'), line, ndjson))).toEqual([400, 'invalid_request']);
  });

  test('with 422 with a key that came with other lines', async () => {
    const another = await OfficeClient.make(app);
    const headers = { ...ndjson, 'idempotency-key': 'once' };
    expect((await another.api.post(another.at('import'), line, headers)).status).toBe(200);
    const other = line.replace('"D"', '"E"');
    expect(verdict(await another.api.post(another.at('import'), other, headers))).toEqual([
      422,
      'idempotency_key_reused',
    ]);
    // Another address is another request too.
    const elsewhere = `${another.at('import')}?reason=x`;
    expect(verdict(await another.api.post(elsewhere, line, headers))).toEqual([422, 'idempotency_key_reused']);
  });

  test('with 422 where more lines are wrong than an answer lists', async () => {
    expect(verdict(await office.api.post(path(), '{}\n'.repeat(100_001), ndjson))).toEqual([
      422,
      'too_many_refused_lines',
    ]);
  });

  test('with 405 for another method', async () => {
    expect(verdict(await office.api.get(path()))).toEqual([405, 'method_not_allowed']);
  });
});
