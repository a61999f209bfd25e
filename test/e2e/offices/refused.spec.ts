import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator, aSupporter } from '#test/factories/collaborators.js';
import { anOffice } from '#test/factories/offices.js';
import { anId } from '#test/factories/unique.js';
import { Api, officePath } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let platform: Api;
let office: OfficeClient;

beforeAll(async () => {
  platform = new Api(app.url, app.key);
  office = await OfficeClient.make(app);
  await office.collaborator('anna', aCollaborator());
  await office.collaborator('sam', aSupporter());
  await office.collaborator('gone', aCollaborator({ profile: 'admin', status: 'inactive' }));
});
describe('400', () => {
  test.each([
    ['a member that is not known', { ...anOffice(), colour: 'red' }],
    ['the id', { ...anOffice(), id: 'other' }],
    ['the revision', { ...anOffice(), revision: '99' }],
    ['the version', { ...anOffice(), version: 99 }],
    ['an unknown setting', { ...anOffice(), settings: { everyoneIsAdmin: true } }],
    ['a blank name', anOffice({ name: ' \u00A0 ' })],
    ['a name that is too long', anOffice({ name: 'é'.repeat(201) })],
    ['an unknown language', { ...anOffice(), language: 'it' }],
    ['two addresses in one', anOffice({ email: 'a@office.example,b@office.example' })],
    ['a policy set that is a path', anOffice({ policySet: '../secrets' })],
  ])('a save with %s is refused', async (_what, body) => {
    const id = anId('office');
    expect(verdict(await platform.put(officePath(id), body))).toEqual([400, 'invalid_request']);
    expect((await platform.get(officePath(id))).status).toBe(404);
  });

  test('rule 18: an office needs its e-mail', async () => {
    const refused = await platform.put<Problem>(officePath(anId('office')), { name: 'Sans adresse' });
    expect(verdict(refused)).toEqual([400, 'invalid_request']);
    expect(refused.body.errors).toEqual([expect.objectContaining({ path: 'email' })]);
    expect(verdict(await office.api.patch(office.at(), { email: null }, ifMatch('*')))).toEqual([
      400,
      'invalid_request',
    ]);
  });

  // A dry run that is misspelt would be a save.
  test.each(['?dryrun=true', '?dryRun=yes', '?dryRun=true&dryRun=true', '?dryRun=', '?colour=red'])(
    'a save with the query %s is refused and changes nothing',
    async (query) => {
      const id = anId('office');
      expect(verdict(await platform.put(officePath(id) + query, anOffice()))).toEqual([400, 'invalid_request']);
      expect((await platform.get(officePath(id))).status).toBe(404);
    },
  );

  test.each(['?reason=', `?reason=${'x'.repeat(1001)}`])('a reason cannot be %s', async (query) => {
    const answer = await platform.put(officePath(anId('office')) + query, anOffice());
    expect(verdict(answer)).toEqual([400, 'invalid_request']);
  });
});

describe('403', () => {
  const name = { name: 'Autre nom' };

  test.each(['anna', 'sam'])('%s, who is no admin, reads the office and cannot configure it', async (who) => {
    const seen = office.as(who);
    expect((await seen.api.get(office.at())).status).toBe(200);
    expect(verdict(await seen.api.patch(office.at(), name, ifMatch('*')))).toEqual([403, 'forbidden']);
    expect(verdict(await seen.api.put(office.at(), anOffice(), ifMatch('*')))).toEqual([403, 'forbidden']);
  });

  test('an inactive admin can do nothing and is told why, in their language', async () => {
    const gone = office.as('gone').api.with({ 'accept-language': 'nl' });
    const refused = await gone.patch<Problem>(office.at(), name, ifMatch('*'));
    expect(verdict(refused)).toEqual([403, 'forbidden']);
    expect(refused.body.detail).toBe('Deze medewerker is niet meer actief op het kantoor.');
    expect(refused.headers.get('content-language')).toBe('nl');
    expect(verdict(await gone.get(office.at()))).toEqual([403, 'forbidden']);
  });

  test('an actor who does not exist is refused on reads and writes', async () => {
    const nobody = office.as('nobody').api;
    expect(verdict(await nobody.get(office.at()))).toEqual([403, 'unknown_actor']);
    expect(verdict(await nobody.patch(office.at(), name, ifMatch('*')))).toEqual([403, 'unknown_actor']);
  });

  test('nobody makes an office on behalf of a collaborator: it leaves none behind', async () => {
    const id = anId('office');
    expect(verdict(await office.as('boss').api.put(officePath(id), anOffice()))).toEqual([403, 'unknown_actor']);
    expect((await platform.get(officePath(id))).status).toBe(404);
  });

  test('an admin configures the office', async () => {
    expect((await office.as('boss').api.patch(office.at(), name, ifMatch('*'))).status).toBe(200);
  });
});

describe('404', () => {
  test.each(['unknown', 'a b', '-', '__proto__', 'x'.repeat(129)])('an office "%s" does not exist', async (id) => {
    expect(verdict(await platform.get(officePath(id)))).toEqual([404, 'office_not_found']);
    expect(verdict(await platform.patch(officePath(id), { name: 'X' }, ifMatch('*')))).toEqual([
      404,
      'office_not_found',
    ]);
  });

  test('rule 32: a key of one office neither sees, changes nor makes another', async () => {
    const made = await office.api.post<{ key: string }>(office.at('api-keys'), {
      name: 'CI',
      scopes: ['read', 'write'],
    });
    const key = new Api(app.url, made.body.key);
    const other = await OfficeClient.make(app);
    expect((await key.get(office.at())).status).toBe(200);
    for (const path of [other.at(), officePath(anId('office'))]) {
      expect(verdict(await key.get(path))).toEqual([404, 'office_not_found']);
      expect(verdict(await key.put(path, anOffice()))).toEqual([404, 'office_not_found']);
      expect(verdict(await key.patch(path, { name: 'Mine' }, ifMatch('*')))).toEqual([404, 'office_not_found']);
    }
  });
});

describe('412 and 428', () => {
  test('rule 27: a save must say which version it is based on, and a stale one is told what changed', async () => {
    const mine = await OfficeClient.make(app, { name: 'Un' });
    const etag = await mine.etag();
    expect(verdict(await mine.api.patch(mine.at(), { name: 'Deux' }))).toEqual([428, 'if_match_required']);
    expect((await mine.as('boss').api.patch(mine.at(), { name: 'Deux' }, ifMatch(etag))).status).toBe(200);
    const stale = await mine.api.patch<Problem & { changes: unknown[] }>(mine.at(), { name: 'Trois' }, ifMatch(etag));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(stale.body.changes).toEqual([
      expect.objectContaining({
        action: 'update',
        actor: 'collaborator:boss',
        before: expect.objectContaining({ name: 'Un' }),
        after: expect.objectContaining({ name: 'Deux' }),
      }),
    ]);
    expect((await mine.api.get<{ name: string }>(mine.at())).body.name).toBe('Deux');
  });
});

describe('422', () => {
  test.each([
    ['client group', { settings: { defaultClientGroup: 'nothing' } }],
    ['policy set', { policySet: 'nothing' }],
  ])('a %s that does not exist is refused and nothing is written', async (_what, body) => {
    const before = await office.revision();
    expect(verdict(await office.api.patch(office.at(), body, ifMatch('*')))).toEqual([422, 'unknown_reference']);
    expect(verdict(await platform.put(officePath(anId('office')), { ...anOffice(), ...body }))).toEqual([
      422,
      'unknown_reference',
    ]);
    expect(await office.revision()).toBe(before);
  });
});

test('405: an office is never deleted', async () => {
  const refused = await office.api.delete(office.at());
  expect(verdict(refused)).toEqual([405, 'method_not_allowed']);
  expect(refused.headers.get('allow')).toContain('PATCH');
});
