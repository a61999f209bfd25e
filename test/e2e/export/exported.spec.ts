import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { comparable, type Line } from '#test/support/importing.js';
import { keyOf } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

const ndjson = { 'content-type': 'application/x-ndjson' };

beforeAll(async () => {
  office = await OfficeClient.make(app, { name: 'Fiduciaire', language: 'nl' });
  await office.collaborator('mia');
  await office.dossier('d1', { managers: ['mia', 'boss'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.clientGroup('g1', { email: 'g1@o.example', dossiers: ['d1'], collaborators: ['mia'] });
  await office.collaboratorGroup('k1', { members: ['mia'] });
});
const linesOf = (text: unknown) =>
  String(text)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('an export', () => {
  test('made into another office by an import is the same office, line for line', async () => {
    const exported = await office.api.get<string>(office.at('export'));
    expect(exported.status).toBe(200);
    expect(exported.headers.get('content-type')).toBe('application/x-ndjson');
    const copy = await OfficeClient.make(app);
    const imported = await copy.api.post<string>(copy.at('import'), exported.body, ndjson);
    expect(linesOf(imported.body).at(-1)).toMatchObject({ done: true, refused: [] });
    const again = await copy.api.get<string>(copy.at('export'));
    expect(comparable(linesOf(again.body))).toEqual(comparable(linesOf(exported.body)));
  });

  test('leaves out for an admin the private dossiers that they may not see, with their tuples (rule 15)', async () => {
    const all = await office.api.get<string>(office.at('export'));
    const seen = await office.api.as('boss').get<string>(office.at('export'));
    expect(all.body).toContain('secret');
    expect(seen.body).not.toContain('secret');
    const others = linesOf(all.body).filter((line) => !JSON.stringify(line).includes('secret'));
    expect(linesOf(seen.body)).toEqual(others);
  });

  test('is for those who may: 401, 403, 404', async () => {
    const other = await keyOf(app, await OfficeClient.make(app), ['read']);
    const checks = await keyOf(app, office, ['check', 'write']);
    const answers = [
      await new Api(app.url).get(office.at('export')),
      await checks.get(office.at('export')),
      await office.api.as('mia').get(office.at('export')),
      await other.get(office.at('export')),
      await office.api.get('/v1/offices/nowhere/export'),
    ];
    expect(answers.map(verdict)).toEqual([
      [401, 'unauthenticated'],
      [403, 'insufficient_scope'],
      [403, 'forbidden'],
      [404, 'office_not_found'],
      [404, 'office_not_found'],
    ]);
  });

  test('gives its place back to the next one, whether it was read to its end or not', async () => {
    for (let n = 0; n < 6; n++) {
      const abort = new AbortController();
      const headers = { authorization: `Bearer ${app.key}` };
      const response = await fetch(`${app.url}${office.at('export')}`, { headers, signal: abort.signal });
      expect(response.status).toBe(200);
      if (n % 2 === 0) await response.text();
      else abort.abort();
    }
  });
});
