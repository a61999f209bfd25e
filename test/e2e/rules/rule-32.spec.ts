import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator } from '#test/factories/collaborators.js';
import { aDossier } from '#test/factories/dossiers.js';
import { anOffice } from '#test/factories/offices.js';
import { inHours } from '#test/factories/relationships.js';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { keyOf, makeKey } from '#test/support/keys.js';
import { OfficeClient } from '#test/support/office-client.js';
import { describedRoutes, fillPath, type Route } from '#test/support/routes.js';

/** Names an id of one kind: of the other office in one request, of nobody in the other. */
type Ids = (kind: 'collaborator' | 'collaborator_group' | 'client_group' | 'dossier' | 'api_key' | 'entity') => string;

/** What is sent where an operation is asked about things: ids in the path, the query and the body. */
interface Question {
  id?: (ids: Ids) => string;
  query?: (ids: Ids) => string;
  body?: (ids: Ids) => unknown;
}

const people = (ids: Ids) => ({ add: [ids('collaborator')], remove: [] });
const collaborator = { id: (ids: Ids) => ids('collaborator') };
const collaboratorGroup = { id: (ids: Ids) => ids('collaborator_group') };
const clientGroup = { id: (ids: Ids) => ids('client_group') };
const dossier = { id: (ids: Ids) => ids('dossier') };
const fixed = { collaborator: aCollaborator(), dossier: aDossier() };

/**
 * Questions about things of the other office, for every operation of an office. A new operation fails the test until it
 * has its own here; `[]` is for those that name nothing but the office.
 */
const questions: Record<string, Question[]> = {
  'post /can-access': [{ body: (ids) => ({ collaborator: ids('collaborator'), dossier: ids('dossier') }) }],
  'post /can-access/batch': [{ body: (ids) => ({ checks: [{ collaborator: ids('collaborator'), dossier: 'own' }, { collaborator: 'own', dossier: ids('dossier') }] }) }],
  'post /can-access/filter': [
    { body: (ids) => ({ collaborator: ids('collaborator'), dossiers: ['own'] }) },
    { body: (ids) => ({ collaborator: 'own', dossiers: [ids('dossier'), 'own'] }) },
  ],
  'get /dossiers/{dossier}/audience': [dossier],
  'put ': [{ body: (ids) => anOfficeBody({ defaultClientGroup: ids('client_group') }) }],
  'get ': [],
  'patch ': [{ body: (ids) => ({ settings: { defaultClientGroup: ids('client_group') } }) }],
  'get /collaborators': [],
  'get /collaborators/{id}': [collaborator],
  'put /collaborators/{id}': [{ ...collaborator, body: () => fixed.collaborator }],
  'patch /collaborators/{id}': [{ ...collaborator, body: () => ({ firstName: 'X' }) }],
  'patch /collaborators/{id}/client-groups': [
    { ...collaborator, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: (ids) => ({ add: [ids('client_group')] }) },
    { id: () => 'own', body: (ids) => ({ remove: [ids('client_group')] }) },
  ],
  'patch /collaborators/{id}/collaborator-groups': [
    { ...collaborator, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: (ids) => ({ add: [ids('collaborator_group')] }) },
  ],
  'post /collaborators/{id}/deactivate': [
    { ...collaborator, body: () => ({}) },
    { id: () => 'own', body: (ids) => ({ handOverTo: ids('collaborator') }) },
  ],
  'post /collaborator-groups': [
    { body: (ids) => ({ name: 'X', members: [ids('collaborator')] }) },
    { body: (ids) => ({ id: ids('collaborator_group'), name: 'X' }) },
  ],
  'get /collaborator-groups': [],
  'put /collaborator-groups/{id}': [{ ...collaboratorGroup, body: () => ({ name: 'X', members: ['own'] }) }],
  'get /collaborator-groups/{id}': [collaboratorGroup],
  'patch /collaborator-groups/{id}': [
    { ...collaboratorGroup, body: () => ({ name: 'X' }) },
    { id: () => 'own', body: (ids) => ({ members: people(ids) }) },
  ],
  'delete /collaborator-groups/{id}': [collaboratorGroup],
  'post /client-groups': [
    { body: (ids) => ({ name: 'X', dossiers: [ids('dossier')] }) },
    { body: (ids) => ({ name: 'X', collaborators: [ids('collaborator')] }) },
    { body: (ids) => ({ name: 'X', collaboratorGroups: [ids('collaborator_group')] }) },
    { body: (ids) => ({ id: ids('client_group'), name: 'X' }) },
  ],
  'get /client-groups': [],
  'put /client-groups/{id}': [{ ...clientGroup, body: () => ({ name: 'X' }) }],
  'get /client-groups/{id}': [clientGroup],
  'patch /client-groups/{id}': [
    { ...clientGroup, body: () => ({ name: 'X' }) },
    { id: () => 'own', body: (ids) => ({ dossiers: { add: [ids('dossier')] } }) },
    { id: () => 'own', body: (ids) => ({ dossiers: { remove: [ids('dossier')] } }) },
    { id: () => 'own', body: (ids) => ({ collaborators: people(ids) }) },
    { id: () => 'own', body: (ids) => ({ collaboratorGroups: { add: [ids('collaborator_group')] } }) },
  ],
  'delete /client-groups/{id}': [clientGroup, { id: () => 'own', query: (ids) => `moveDossiersTo=${ids('client_group')}` }],
  'get /dossiers': [{ query: (ids) => `clientGroup=${ids('client_group')}` }, { query: (ids) => `manager=${ids('collaborator')}` }],
  'get /dossiers/export.xlsx': [],
  'post /dossiers/bulk': [
    { body: (ids) => ({ select: { ids: [ids('dossier'), 'own'] }, set: { labels: ['x'] } }) },
    { body: (ids) => ({ select: { ids: ['own'] }, set: { clientGroup: ids('client_group') } }) },
    { body: (ids) => ({ select: { ids: ['own'] }, set: { managers: [ids('collaborator')] } }) },
    { body: (ids) => ({ select: { filter: { clientGroup: [ids('client_group')] } }, set: { labels: ['x'] } }) },
  ],
  'get /dossiers/{id}': [dossier],
  'put /dossiers/{id}': [
    { ...dossier, body: () => fixed.dossier },
    { id: () => 'new', body: (ids) => ({ ...fixed.dossier, clientGroup: ids('client_group') }) },
    { id: () => 'new', body: (ids) => ({ ...fixed.dossier, managers: [ids('collaborator')] }) },
    // The number of a dossier of the other office is free here.
    { id: () => 'new', body: () => ({ ...fixed.dossier, enterpriseNumber: '0123.456.749' }) },
  ],
  'patch /dossiers/{id}': [{ ...dossier, body: () => ({ name: 'X' }) }],
  'get /dossiers/{id}/contact': [dossier],
  'post /dossiers/{id}/activate': [
    { ...dossier, body: () => ({}) },
    { id: () => 'draft', body: (ids) => ({ clientGroup: ids('client_group') }) },
    { id: () => 'draft', body: (ids) => ({ managers: [ids('collaborator')] }) },
  ],
  'post /dossiers/{id}/deactivate': [{ ...dossier, body: () => ({}) }],
  'put /dossiers/{id}/client-group': [
    { ...dossier, body: () => ({ clientGroup: 'own' }) },
    { id: () => 'own', body: (ids) => ({ clientGroup: ids('client_group') }) },
  ],
  'patch /dossiers/{id}/managers': [
    { ...dossier, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: people },
    { id: () => 'own', body: (ids) => ({ primary: ids('collaborator') }) },
  ],
  'patch /dossiers/{id}/guests': [{ ...dossier, body: () => ({ add: ['own'] }) }, { id: () => 'own', body: people }],
  'patch /dossiers/{id}/exclusions': [{ ...dossier, body: () => ({ add: ['own'] }) }, { id: () => 'own', body: people }],
  'post /dossiers/{id}/break-glass': [{ ...dossier, body: () => ({ reason: 'x', expiresAt: inHours(1).replace(/\d\dT/, '01T') }) }],
  'get /relationships': [
    { query: (ids) => `object=dossier:${ids('dossier')}` },
    { query: (ids) => `subject=collaborator:${ids('collaborator')}` },
  ],
  'post /relationships': [
    { body: (ids) => ({ write: [{ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: 'collaborator:own' }] }) },
    { body: (ids) => ({ write: [{ object: 'dossier:own', relation: 'manager', subject: `collaborator:${ids('collaborator')}` }] }) },
    { body: (ids) => ({ delete: [{ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` }] }) },
    { body: (ids) => ({ require: [{ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` }] }) },
    { body: (ids) => ({ forbid: [{ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` }] }) },
  ],
  'get /changes': [{ query: (ids) => `key=dossier:${ids('dossier')}` }],
  'post /api-keys': [{ body: (ids) => ({ id: ids('api_key'), name: 'X', scopes: ['read'] }) }],
  'get /api-keys': [],
  'delete /api-keys/{id}': [{ id: (ids) => ids('api_key') }],
  'post /communications': [
    { body: (ids) => ({ select: { ids: [ids('dossier')] }, subject: 'x', body: 'x' }) },
    { body: (ids) => ({ select: { filter: { clientGroup: [ids('client_group')] } }, subject: 'x', body: 'x' }) },
  ],
};

function anOfficeBody(settings: Record<string, unknown>) {
  return { name: 'X', email: 'x@office.example', settings };
}

let app: TestApp;
let own: OfficeClient;
let other: OfficeClient;
/** Keys of the own office with every scope: as its integration, and for its admin. */
let keys: Api[];
let routes: Route[];

beforeAll(async () => {
  app = await startApp();
  [own, other] = [await OfficeClient.make(app), await OfficeClient.make(app)];
  for (const [office, id] of [[own, 'own'], [other, 'theirs']] as const) {
    await office.collaborator(id);
    await office.collaboratorGroup(id, { members: [id] });
    await office.dossier(id, { enterpriseNumber: id === 'own' ? null : '0123.456.749', managers: [id] });
    await office.clientGroup(id, { dossiers: [id], collaborators: [id], collaboratorGroups: [id] });
    await office.dossier('draft', { status: 'draft' });
    await makeKey(office, ['read'], { id });
  }
  const api = await keyOf(app, own, ['check', 'read', 'write', 'operate']);
  keys = [api, api.as('boss')];
  routes = (await describedRoutes(api)).filter(({ path }) => path.includes('{office}'));
});
afterAll(() => app.close());

/** Everything of an answer but what is of the one request. */
async function answerOf(api: Api, route: Pick<Route, 'method'>, url: string, body: unknown) {
  const headers = { 'if-match': '*', 'x-request-id': 'the-same' };
  const send = { get: () => api.get(url, headers), delete: () => api.delete(url, headers) };
  const sent = route.method in send ? send[route.method as 'get'] : () => api[route.method as 'post'](url, body, headers);
  const { status, body: answered, headers: received } = await sent();
  const { date: _date, ...rest } = Object.fromEntries(received);
  return { status, headers: rest, body: JSON.stringify(answered) };
}

describe('rule 32: offices are isolated', () => {
  test('every operation of the API document is asked', () => {
    expect(routes.length).toBeGreaterThan(45);
    const asked = routes.map(({ method, path }) => `${method} ${path.replace(/^.*\{office\}/, '')}`);
    expect(asked.filter((name) => !(name in questions))).toEqual([]);
  });

  test('for every operation, another office answers byte for byte like one that does not exist', async () => {
    const nobody = other.id.replace(/./g, 'x');
    for (const route of routes) {
      for (const api of keys) {
        const ask = (office: string, id: string) =>
          answerOf(api, route, fillPath(route.path, (name) => (name === 'office' ? office : id)), {});
        const [theirs, none] = [await ask(other.id, 'theirs'), await ask(nobody, 'theirs')];
        expect({ ...route, ...theirs }).toEqual({ ...route, ...none });
        expect(theirs).toMatchObject({ status: 404, body: expect.stringContaining('office_not_found') });
        // An id of a wrong form, in another case or with a blank is one that does not exist.
        for (const odd of [other.id.toUpperCase(), `${other.id} `, `${other.id}/x`, '..', 'a b']) {
          expect((await ask(odd, 'theirs')).status).toBe(404);
        }
      }
    }
  });

  test('for every operation, an id of another office answers like one that does not exist', async () => {
    let asked = 0;
    for (const route of routes) {
      for (const question of questions[`${route.method} ${route.path.replace(/^.*\{office\}/, '')}`] ?? []) {
        for (const api of keys) {
          const ask = (id: string) => {
            const ids: Ids = () => id;
            const path = fillPath(route.path, (name) => (name === 'office' ? own.id : (question.id?.(ids) ?? id)));
            const query = [question.query?.(ids), route.method !== 'get' && route.scopes.includes('write') && 'dryRun=true'];
            return answerOf(api, route, `${path}?${query.filter(Boolean).join('&')}`, question.body?.(ids));
          };
          const [theirs, none] = [await ask('theirs'), await ask('nobody')];
          const alike = { ...theirs, body: theirs.body.replaceAll('theirs', 'nobody') };
          expect({ route, question: String(question.body), ...alike }).toEqual({ route, question: String(question.body), ...none });
          // Nothing else is what the question was refused or answered for.
          expect({ route, status: theirs.status, invalid: theirs.body.includes('invalid_request') }).toEqual({ route, status: theirs.status, invalid: false });
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(120);
  });

  test('no list of one office counts, finds or names anything of another', async () => {
    const lists = routes.filter(({ method, path }) => method === 'get' && !path.replace('{office}', '').includes('{') && !path.includes('xlsx'));
    for (const { path } of lists) {
      for (const api of keys) {
        const { body } = await api.get(`${fillPath(path, () => own.id)}`);
        expect(JSON.stringify(body)).not.toContain('theirs');
      }
    }
    expect(lists.length).toBeGreaterThan(6);
  });

  test('a key of one office cannot be made to work in another: not by header, query or body', async () => {
    const api = keys[0] as Api;
    const tricks = { 'x-office': other.id, 'cardea-office': other.id, 'x-original-url': other.at(), 'x-rewrite-url': other.at() };
    const answer = await api.get<{ id: string }>(`${own.at()}?office=${other.id}`, tricks);
    expect(answer.body.id).toBe(own.id);
    const patched = await api.patch(own.at(), { office: other.id }, { 'if-match': '*' });
    expect(patched.status).toBe(400);
  });

  test('a collaborator of another office is no actor here', async () => {
    const api = await keyOf(app, own, ['read']);
    const [theirs, none] = await Promise.all(['theirs', 'nobody'].map((actor) => answerOf(api.as(actor), { method: 'get' }, own.at(), undefined)));
    expect(theirs?.body.replaceAll('theirs', 'nobody')).toBe(none?.body);
    expect(theirs?.status).not.toBe(200);
  });
});
