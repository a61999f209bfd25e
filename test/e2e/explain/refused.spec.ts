import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api, officePath } from '#test/support/api.js';
import type { Explained } from '#test/support/explained.js';
import { keyOf } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'bert']) await office.collaborator(id);
  await office.collaborator('mia', { firstName: 'Secretive', lastName: 'Name' });
  await office.collaborator('gone', { status: 'inactive' });
  await office.collaborator('walled', { profile: 'admin' });
  await office.dossier('d', { managers: ['mia', 'anne'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['mia'] });
  await office.relate({ object: 'dossier:d', relation: 'excluded', subject: 'collaborator:walled' });
});

const ask = (body: unknown, api: Api = office.api) => api.post<Explained>(office.at('explain'), body);
const as = (actor: string) => office.api.as(actor);

describe('explain', () => {
  test('is for the person themselves and for admins: about another it is 403, for whoever is inactive or unknown too', async () => {
    expect((await ask({ collaborator: 'anne', dossier: 'd' }, as('anne'))).status).toBe(200);
    expect((await ask({ collaborator: 'anne', dossier: 'd' }, as('boss'))).status).toBe(200);
    for (const collaborator of ['mia', 'nobody']) {
      expect(verdict(await ask({ collaborator, dossier: 'd' }, as('anne')))).toEqual([403, 'forbidden']);
    }
    expect(verdict(await ask({ collaborator: 'gone', dossier: 'd' }, as('gone')))).toEqual([403, 'forbidden']);
    expect(verdict(await ask({ collaborator: 'anne', dossier: 'd' }, as('nobody')))).toEqual([403, 'unknown_actor']);
  });

  // How it was seen to fail: with the look at `seesDossier` left out.
  test.each([
    ['rule 6: a person without a path', 'bert', 'bert', 'd'],
    ['an admin behind an ethical wall', 'walled', 'walled', 'd'],
    ['an admin behind an ethical wall, about a member', 'walled', 'anne', 'd'],
    ['rule 15: an admin, of a private dossier', 'boss', 'boss', 'secret'],
    ['rule 15: an admin, of its manager', 'boss', 'mia', 'secret'],
    ['rule 15: a person without a path, of a private dossier', 'anne', 'anne', 'secret'],
  ])('%s: answers as if there were no such dossier, and names nobody', async (_, actor, collaborator, dossier) => {
    const [there, none] = [
      await ask({ collaborator, dossier }, as(actor)),
      await ask({ collaborator, dossier: 'nothing' }, as(actor)),
    ];
    expect(there.body).toEqual(none.body);
    expect(there.body).toMatchObject({ allowed: false, rule: null, reason: 'not_found', ask: [], wouldGrant: [] });
    expect(JSON.stringify(there.body)).not.toMatch(/Secretive|mia|\bg\b/);
  });

  test('rule 32: what does not exist, another office’s too, is a deny that says nothing', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('theirs');
    await other.dossier('theirs', { managers: ['theirs'] });
    const none = await ask({ collaborator: 'nobody', dossier: 'nothing' });
    expect(none.body).toMatchObject({ allowed: false, rule: null, reason: 'not_found', paths: [], denials: [] });
    for (const question of [
      { collaborator: 'theirs', dossier: 'theirs' },
      { collaborator: 'anne', dossier: 'theirs' },
      { collaborator: 'theirs', dossier: 'd' },
      { collaborator: 'a b', dossier: '' },
      { collaborator: '__proto__', dossier: 'constructor' },
      { collaborator: 'system', dossier: 'd' },
    ]) {
      expect((await ask(question)).body).toEqual(none.body);
    }
  });

  test.each<[string, unknown]>([
    ['no collaborator', { dossier: 'd' }],
    ['no dossier', { collaborator: 'anne' }],
    ['a number', { collaborator: 'anne', dossier: 1 }],
    ['an unknown member', { collaborator: 'anne', dossier: 'd', office: 'x' }],
    ['an endless action', { collaborator: 'anne', dossier: 'd', action: 'a'.repeat(1_001) }],
    ['a malformed consistency', { collaborator: 'anne', dossier: 'd', consistency: { atLeast: 'x' } }],
    ['nothing', undefined],
  ])('%s is 400', async (_, body) => {
    expect((await ask(body)).status).toBe(400);
  });

  test('a revision that is there is met, one to come is 400, as in a check', async () => {
    const question = { collaborator: 'anne', dossier: 'd' };
    const { revision } = (await ask(question)).body;
    for (const consistency of [{ atLeast: revision }, { atLeast: '1' }, { maxStalenessMs: 60_000 }]) {
      expect((await ask({ ...question, consistency })).body).toMatchObject({ allowed: true, revision });
    }
    const later = { atLeast: String(Number(revision) + 1) };
    expect(verdict(await ask({ ...question, consistency: later }))).toEqual([400, 'unknown_revision']);
  });

  test('without a key it is 401, without the scope 403, of an unknown office and of another’s 404', async () => {
    const question = { collaborator: 'anne', dossier: 'd' };
    expect((await ask(question, new Api(app.url))).status).toBe(401);
    expect(verdict(await ask(question, await keyOf(app, office, ['read', 'write'])))).toEqual([
      403,
      'insufficient_scope',
    ]);
    expect((await ask(question, await keyOf(app, office, ['check']))).status).toBe(200);
    const elsewhere = await OfficeClient.make(app);
    const theirs = await keyOf(app, elsewhere, ['check']);
    for (const [api, path] of [
      [office.api, officePath('nowhere', 'explain')],
      [office.api, officePath('__proto__', 'explain')],
      [theirs, office.at('explain')],
    ] as const) {
      expect(verdict(await api.post(path, question))).toEqual([404, 'office_not_found']);
    }
  });
});
