import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { answerOf, askAbout, idQuestions, nameOf } from '#test/support/id-questions.js';
import { keyOf, makeKey } from '#test/support/keys.js';
import { OfficeClient } from '#test/support/office-client.js';
import { describedRoutes, fillPath, type Route } from '#test/support/routes.js';
import { theService } from '#test/support/service.js';

const app = theService();
let own: OfficeClient;
let other: OfficeClient;
/** Keys of the own office with every scope: as its integration, and for its admin. */
let keys: Api[];
let routes: Route[];

beforeAll(async () => {
  [own, other] = [await OfficeClient.make(app), await OfficeClient.make(app)];
  for (const [office, id] of [
    [own, 'own'],
    [other, 'theirs'],
  ] as const) {
    await office.collaborator(id);
    await office.collaboratorGroup(id, { members: [id] });
    await office.dossier(id, { enterpriseNumber: id === 'own' ? null : '0123.456.749', managers: [id] });
    await office.clientGroup(id, { dossiers: [id], collaborators: [id], collaboratorGroups: [id] });
    await office.dossier('draft', { status: 'draft' });
    await makeKey(office, ['read'], { id });
    await office.api.put(office.at('communication-templates', id), { name: 'X', subject: 'X', body: 'X' });
  }
  const api = await keyOf(app, own, ['check', 'read', 'write', 'operate']);
  keys = [api, api.as('boss')];
  // What needs no key says nothing of any office.
  routes = (await describedRoutes(api)).filter(({ path, scopes }) => path.includes('{office}') && scopes.length > 0);
});
// How these were seen to fail: with keys let into other offices, and with a person's dossier looked up before the person.
describe('rule 32: offices are isolated', () => {
  test('every operation of the API document is asked', () => {
    expect(routes.length).toBeGreaterThan(45);
    expect(routes.map(nameOf).filter((name) => !(name in idQuestions))).toEqual([]);
  });

  test('for every operation, another office answers byte for byte like one that does not exist', async () => {
    const nobody = other.id.replace(/./g, 'x');
    for (const route of routes) {
      for (const api of keys) {
        const ask = (office: string, id: string) =>
          answerOf(
            api,
            route,
            fillPath(route.path, (name) => (name === 'office' ? office : id)),
            {},
          );
        const [theirs, none] = [await ask(other.id, 'theirs'), await ask(nobody, 'theirs')];
        expect({ ...route, ...theirs }).toEqual({ ...route, ...none });
        // AuthZEN's errors have a message and no code.
        const told = route.path.includes('/access/v1/') ? 'There is no such office.' : 'office_not_found';
        expect(theirs).toMatchObject({ status: 404, body: expect.stringContaining(told) });
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
      for (const question of idQuestions[nameOf(route)] ?? []) {
        for (const api of keys) {
          const ask = (id: string) => askAbout(api, own.id, route, question, () => id);
          const [theirs, none] = [await ask('theirs'), await ask('nobody')];
          const alike = { ...theirs, body: theirs.body.replaceAll('theirs', 'nobody') };
          expect({ route, question: String(question.body), ...alike }).toEqual({
            route,
            question: String(question.body),
            ...none,
          });
          // Nothing else is what the question was refused or answered for.
          expect({ route, status: theirs.status, invalid: theirs.body.includes('invalid_request') }).toEqual({
            route,
            status: theirs.status,
            invalid: false,
          });
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(120);
  });

  test('no list of one office counts, finds or names anything of another', async () => {
    const lists = routes.filter(
      ({ method, path }) => method === 'get' && !path.replace('{office}', '').includes('{') && !path.includes('xlsx'),
    );
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
    const tricks = {
      'x-office': other.id,
      'cardea-office': other.id,
      'x-original-url': other.at(),
      'x-rewrite-url': other.at(),
    };
    const answer = await api.get<{ id: string }>(`${own.at()}?office=${other.id}`, tricks);
    expect(answer.body.id).toBe(own.id);
    const patched = await api.patch(own.at(), { office: other.id }, { 'if-match': '*' });
    expect(patched.status).toBe(400);
  });

  test('a collaborator of another office is no actor here', async () => {
    const api = await keyOf(app, own, ['read']);
    const [theirs, none] = await Promise.all(
      ['theirs', 'nobody'].map((actor) => answerOf(api.as(actor), { method: 'get' }, own.at(), undefined)),
    );
    expect(theirs?.body.replaceAll('theirs', 'nobody')).toBe(none?.body);
    expect(theirs?.status).not.toBe(200);
  });
});
