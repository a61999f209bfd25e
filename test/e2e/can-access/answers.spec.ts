import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api, officePath } from '#test/support/api.js';
import { OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Decision {
  allowed: boolean;
  rule: string | null;
  reason: string;
  revision: string;
  policy: string;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'bert', 'mia']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  await office.collaborator('gone', { status: 'inactive' });
  await office.dossier('d', { managers: ['mia', 'gone'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.clientGroup('g', { dossiers: ['d', 'secret'], collaborators: ['anne', 'sam'] });
  await office.relate({ object: 'dossier:d', relation: 'excluded', subject: 'collaborator:bert' });
});

/** Asks twice: ahead of the framework, and with a header by which the framework answers. Both must say the same. */
async function ask(body: object, headers: Record<string, string> = {}) {
  const post = (type: string) =>
    office.api.post<Decision & Problem>(office.at('can-access'), JSON.stringify(body), {
      'x-request-id': 'same',
      ...headers,
      'content-type': type,
    });
  const answer = await post('application/json');
  const byFramework = await post('application/json; charset=UTF-8');
  expect([byFramework.status, byFramework.body]).toEqual([answer.status, answer.body]);
  return answer;
}

describe('can-access', () => {
  test.each([
    ['anne', 'd', undefined, true, 'collaborator-on-active'],
    ['anne', 'd', 'edit', true, 'collaborator-on-active'],
    ['anne', 'd', 'assign_manager', false, null],
    ['mia', 'd', 'assign_manager', true, 'manager-assigns-manager'],
    ['sam', 'd', 'validate', true, 'support-on-active'],
    ['sam', 'd', 'export', false, null],
    ['boss', 'd', 'assign_client_group', true, 'admin-on-active'],
    ['bert', 'd', undefined, false, null],
    ['gone', 'd', undefined, false, 'inactive-collaborator'],
    ['anne', 'secret', undefined, false, null],
    ['boss', 'secret', undefined, false, null],
    ['mia', 'secret', undefined, true, 'collaborator-on-active'],
  ])('rules 7 and 15: may %s %s %s? %s, by the rule %s', async (collaborator, dossier, action, allowed, rule) => {
    const { status, body } = await ask({ collaborator, dossier, ...(action !== undefined && { action }) });
    expect([status, body.allowed, body.rule]).toEqual([200, allowed, rule]);
    expect(body.revision).toBe(String(await office.revision()));
    expect(body.policy).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the reason is in the language of the caller, and says nothing where no rule speaks', async () => {
    const said = async (language: string) =>
      (await ask({ collaborator: 'anne', dossier: 'd' }, { 'accept-language': language })).body.reason;
    expect([await said('en'), await said('nl-BE,fr;q=0.5'), await said('xx')]).toEqual([
      'Collaborators work on the active dossiers that are assigned to them.',
      'Medewerkers werken aan de actieve dossiers die aan hen zijn toegewezen.',
      expect.any(String),
    ]);
    const denied = await ask({ collaborator: 'anne', dossier: 'secret' });
    expect(denied.body).toMatchObject({ allowed: false, rule: null, reason: 'not_found' });
  });

  test.each([
    ['an unknown dossier', { collaborator: 'anne', dossier: 'nothing' }],
    ['an unknown collaborator', { collaborator: 'nobody', dossier: 'd' }],
    ['an unknown action', { collaborator: 'boss', dossier: 'd', action: 'delete' }],
    ['the action "*"', { collaborator: 'boss', dossier: 'd', action: '*' }],
    ['the action "manage", which CASL takes for any', { collaborator: 'boss', dossier: 'd', action: 'manage' }],
    ['an id of no form', { collaborator: 'a b', dossier: '%' }],
    ['empty ids', { collaborator: '', dossier: '', action: '' }],
    ['the names of JavaScript', { collaborator: '__proto__', dossier: 'constructor', action: 'toString' }],
    ['another case', { collaborator: 'Anne', dossier: 'd' }],
    ['a dossier that is named like a collaborator', { collaborator: 'anne', dossier: 'anne' }],
    ['the office’s own system', { collaborator: 'system', dossier: 'd' }],
  ])('rule 32: %s is a deny without a rule, as for a private dossier', async (_, question) => {
    const { body, status } = await ask(question);
    const secret = await ask({ collaborator: 'anne', dossier: 'secret' });
    expect(status).toBe(200);
    expect(body).toEqual(secret.body);
  });

  test.each<[string, unknown]>([
    ['no collaborator', { dossier: 'd' }],
    ['no dossier', { collaborator: 'anne' }],
    ['a number', { collaborator: 'anne', dossier: 1 }],
    ['a list', { collaborator: ['anne'], dossier: 'd' }],
    ['an unknown member', { collaborator: 'anne', dossier: 'd', office: 'x' }],
    ['a profile of its own', { collaborator: 'anne', dossier: 'd', profile: 'admin' }],
    ['an endless id', { collaborator: 'a'.repeat(1_001), dossier: 'd' }],
    ['a NUL', { collaborator: 'a\0', dossier: 'd' }],
    ['null', null],
    ['nothing', undefined],
  ])('%s is 400', async (_, body) => {
    expect((await office.api.post(office.at('can-access'), body)).status).toBe(400);
  });

  test('without a key it is 401, with one that may only read 403, of an unknown office 404', async () => {
    const question = { collaborator: 'anne', dossier: 'd' };
    expect((await new Api(app.url).post(office.at('can-access'), question)).status).toBe(401);
    const key = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'Reads', scopes: ['read'] });
    const reading = new Api(app.url, key.body.key);
    for (const path of ['can-access', 'can-access/batch', 'can-access/filter']) {
      expect(verdict(await reading.post(`${office.at()}/${path}`, question))).toEqual([403, 'insufficient_scope']);
    }
    expect(verdict(await office.api.post(officePath('nowhere', 'can-access'), question))).toEqual([
      404,
      'office_not_found',
    ]);
  });

  test('a revision that is there is met, one to come is 400', async () => {
    const question = { collaborator: 'anne', dossier: 'd' };
    const revision = String(await office.revision());
    for (const consistency of [
      { atLeast: revision },
      { atLeast: '1' },
      { maxStalenessMs: 0 },
      { maxStalenessMs: 1000 },
    ]) {
      expect((await ask({ ...question, consistency })).body).toMatchObject({ allowed: true });
    }
    for (const atLeast of [String(Number(revision) + 1), '99999999999999', 'x', '-1', '1e9', '0x1', ' 1', '', 'NaN']) {
      expect([atLeast, (await ask({ ...question, consistency: { atLeast } })).status]).toEqual([atLeast, 400]);
    }
    for (const consistency of [{}, { maxStalenessMs: -1 }, { atLeast: 1 }, { maxStalenessMs: 1, atLeast: '1' }]) {
      expect((await ask({ ...question, consistency })).status).toBe(400);
    }
  });

  test('whoever acts for a collaborator asks about that collaborator, and as an admin about everyone', async () => {
    const as = (actor: string, path: string, body: object) => office.api.as(actor).post(`${office.at()}/${path}`, body);
    const questions: [string, (collaborator: string) => object][] = [
      ['can-access', (collaborator) => ({ collaborator, dossier: 'd' })],
      ['can-access/batch', (collaborator) => ({ checks: [{ collaborator, dossier: 'd' }] })],
      ['can-access/filter', (collaborator) => ({ collaborator, dossiers: ['d'] })],
    ];
    for (const [path, body] of questions) {
      // Asked without an actor first, so that the service knows key and facts when it is asked with one.
      expect((await office.api.post(`${office.at()}/${path}`, body('mia'))).status).toBe(200);
      for (const actor of ['anne', 'sam']) {
        expect((await as(actor, path, body(actor))).status).toBe(200);
        expect([path, verdict(await as(actor, path, body('mia')))]).toEqual([path, [403, 'forbidden']]);
      }
      expect((await as('boss', path, body('mia'))).status).toBe(200);
      expect(verdict(await as('gone', path, body('gone')))).toEqual([403, 'forbidden']);
      expect(verdict(await as('nobody', path, body('anne')))).toEqual([403, 'unknown_actor']);
    }
  });
});

describe('the batch and the filter', () => {
  test('answer in the order of the questions, all of one revision, as each question would be answered alone', async () => {
    const checks = [
      { collaborator: 'anne', dossier: 'd' },
      { collaborator: 'anne', dossier: 'secret' },
      { collaborator: 'mia', dossier: 'secret', action: 'edit' },
      { collaborator: 'nobody', dossier: 'd' },
      { collaborator: 'anne', dossier: 'd' },
      { collaborator: 'gone', dossier: 'd' },
    ];
    type Batch = { results: { allowed: boolean; rule: string | null }[]; revision: string };
    const batch = await office.api.post<Batch>(office.at('can-access', 'batch'), { checks });
    const alone = await Promise.all(checks.map(async (check) => (await ask(check)).body));
    expect(batch.body.results).toEqual(alone.map(({ allowed, rule }) => ({ allowed, rule })));
    expect(batch.body.revision).toBe(alone[0]?.revision);
  });

  test('the filter gives back those that are allowed, in the order and as often as they were asked', async () => {
    const dossiers = ['secret', 'd', 'nothing', 'd', ''];
    const filter = (collaborator: string, action?: string) =>
      office.api.post(office.at('can-access', 'filter'), { collaborator, dossiers, ...(action && { action }) });
    expect((await filter('mia')).body).toMatchObject({ dossiers: ['secret', 'd', 'd'] });
    expect((await filter('anne', 'edit')).body).toMatchObject({ dossiers: ['d', 'd'] });
    expect((await filter('sam', 'edit')).body).toMatchObject({ dossiers: [] });
    expect((await filter('nobody')).body).toMatchObject({ dossiers: [] });
  });

  test('nothing asked is nothing answered; 10,000 are answered, and one more is 400', async () => {
    const batch = (n: number) =>
      office.api.post<{ results: unknown[] }>(office.at('can-access', 'batch'), {
        checks: Array.from({ length: n }, (_, i) => ({ collaborator: 'anne', dossier: i % 2 ? 'd' : `d${i}` })),
      });
    expect((await batch(0)).body.results).toEqual([]);
    const most = await batch(10_000);
    expect(most.body.results.filter((one) => (one as { allowed: boolean }).allowed)).toHaveLength(5_000);
    expect((await batch(10_001)).status).toBe(400);
    const ids = Array.from({ length: 10_001 }, (_, i) => `d${i}`);
    const filter = await office.api.post(office.at('can-access', 'filter'), { collaborator: 'anne', dossiers: ids });
    expect(filter.status).toBe(400);
    for (const body of [
      {},
      { checks: [{}] },
      { checks: [{ collaborator: 'anne', dossier: 'd', x: 1 }] },
      { checks: {} },
    ]) {
      expect((await office.api.post(office.at('can-access', 'batch'), body)).status).toBe(400);
    }
  });
});

describe('an admin who asks about others', () => {
  test('rule 15: learns nothing of a private dossier: not from a check, a batch, a filter, a list or an explanation', async () => {
    const boss = office.api.as('boss');
    const question = (dossier: string) => ({ collaborator: 'mia', dossier });
    for (const dossier of ['secret', 'nothing']) {
      const check = await boss.post<Decision>(office.at('can-access'), question(dossier));
      expect(check.body).toMatchObject({ allowed: false, rule: null, reason: 'not_found' });
      const explained = await boss.post(office.at('explain'), question(dossier));
      expect(explained.body).toMatchObject({ allowed: false, rule: null, paths: [], ask: [], denials: [] });
    }
    const checks = ['secret', 'd', 'nothing'].map(question);
    const batch = await boss.post<{ results: Decision[] }>(office.at('can-access', 'batch'), { checks });
    expect(batch.body.results.map(({ allowed }) => allowed)).toEqual([false, true, false]);
    const filter = { collaborator: 'mia', dossiers: ['secret', 'd'] };
    expect((await boss.post(office.at('can-access', 'filter'), filter)).body).toMatchObject({ dossiers: ['d'] });
    const list = await boss.get(office.at('collaborators', 'mia', 'dossiers'));
    expect(list.body).toMatchObject({ items: [{ id: 'd' }], total: 1 });
  });

  test('the person themselves and the office as a whole are told', async () => {
    for (const api of [office.api, office.api.as('mia')]) {
      const check = await api.post(office.at('can-access'), { collaborator: 'mia', dossier: 'secret' });
      expect(check.body).toMatchObject({ allowed: true, rule: 'collaborator-on-active' });
      const list = await api.get(office.at('collaborators', 'mia', 'dossiers'));
      expect(list.body).toMatchObject({ items: [{ id: 'd' }, { id: 'secret' }], total: 2 });
    }
  });
});
