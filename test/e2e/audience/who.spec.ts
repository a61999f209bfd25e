import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { Api, officePath } from '#test/support/api.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Audience {
  dossier: string;
  action: string;
  audience: {
    collaborator: string;
    name: string;
    paths: { kind: string; clientGroup?: string; collaboratorGroup?: string; expiresAt?: string | null }[];
  }[];
  revision: string;
  policy: string;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anne', { firstName: 'Anne', lastName: 'A' });
  await office.collaborator('bert', { firstName: 'Bert', lastName: 'B' });
  await office.collaborator('mia', { firstName: 'Mia', lastName: 'M' });
  await office.collaborator('sam', { profile: 'support', firstName: 'Sam', lastName: 'S' });
  await office.collaborator('gone', { status: 'inactive' });
  await office.collaboratorGroup('k', { members: ['anne', 'gone'] });
  await office.dossier('d', { managers: ['mia', 'anne'] });
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anne', 'sam', 'gone'], collaboratorGroups: ['k'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
});

const who = (id: string, query = '', as?: string) =>
  (as === undefined ? office.api : office.api.as(as)).get<Audience>(`${office.at('dossiers', id, 'audience')}${query}`);

const kinds = ({ body }: { body: Audience }) =>
  Object.fromEntries(body.audience.map(({ collaborator, paths }) => [collaborator, paths.map(({ kind }) => kind)]));

describe('the audience of a dossier', () => {
  test('rule 5: names everyone who may open it, with every independent path', async () => {
    const answer = await who('d');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ dossier: 'd', action: 'open', revision: String(await office.revision()) });
    expect(kinds(answer)).toEqual({
      anne: ['manager', 'client_group', 'client_group'],
      boss: ['admin'],
      mia: ['manager'],
      sam: ['client_group'],
    });
    const anne = answer.body.audience.find(({ collaborator }) => collaborator === 'anne');
    expect(anne).toMatchObject({ name: 'Anne A' });
    expect(anne?.paths).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'client_group', clientGroup: 'g' }),
        expect.objectContaining({ kind: 'client_group', clientGroup: 'g', collaboratorGroup: 'k' }),
      ]),
    );
  });

  test('another action has another audience, an unknown one has none', async () => {
    expect(Object.keys(kinds(await who('d', '?action=edit'))).sort()).toEqual(['anne', 'boss', 'mia']);
    expect(kinds(await who('d', '?action=assign_manager'))).toEqual({
      anne: ['manager'],
      boss: ['admin'],
      mia: ['manager'],
    });
    expect(kinds(await who('d', '?action=assign_client_group'))).toEqual({ boss: ['admin'] });
    expect(kinds(await who('d', '?action=no-action'))).toEqual({});
  });

  test('rule 15: of a private dossier it is its managers and guests', async () => {
    expect(kinds(await who('secret'))).toEqual({ mia: ['manager'] });
    expect(kinds(await who('secret', '', 'mia'))).toEqual({ mia: ['manager'] });
  });

  test('rule 14: of an inactive dossier the memberships are dormant: neither a way for members nor one for admins', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    await own.dossier('d');
    await own.clientGroup('g', { dossiers: ['d'], collaborators: ['anne', 'boss'] });
    const path = own.at('dossiers', 'd', 'audience');
    const active = { anne: ['client_group'], boss: ['admin', 'client_group'] };
    expect(kinds(await own.api.get<Audience>(path))).toEqual(active);
    await own.api.post(own.at('dossiers', 'd', 'deactivate'));
    expect(kinds(await own.api.get<Audience>(path))).toEqual({ boss: ['admin'] });
    await own.api.post(own.at('dossiers', 'd', 'activate'));
    expect(kinds(await own.api.get<Audience>(path))).toEqual(active);
  });

  test('leaves out whoever is excluded, and paths that have ended', async () => {
    const own = await OfficeClient.make(app);
    for (const id of ['anne', 'bert']) await own.collaborator(id);
    await own.dossier('d', { managers: ['anne'] });
    await own.relate(
      { object: 'dossier:d', relation: 'guest', subject: 'collaborator:bert', expiresAt: inHours(1) },
      { object: 'dossier:d', relation: 'excluded', subject: 'collaborator:boss' },
    );
    const path = own.at('dossiers', 'd', 'audience');
    const before = await own.api.get<Audience>(path);
    expect(kinds(before)).toEqual({ anne: ['manager'], bert: ['guest'] });
    await endTuples(app.database, own.id);
    expect(kinds(await own.api.get<Audience>(path))).toEqual({ anne: ['manager'] });
  });

  test('is for admins and for those who decide about its people: others get 403, and 404 where they cannot open it', async () => {
    for (const viewer of ['boss', 'mia', 'anne']) expect((await who('d', '', viewer)).status).toBe(200);
    expect(verdict(await who('d', '', 'sam'))).toEqual([403, 'forbidden']);
    expect(verdict(await who('d', '', 'bert'))).toEqual([404, 'not_found']);
    for (const viewer of ['boss', 'anne', 'sam', 'bert', 'gone']) {
      expect([viewer, verdict(await who('secret', '', viewer))]).toEqual([viewer, [404, 'not_found']]);
    }
  });

  test('what does not exist is 404, a wrong question 400, without a key 401', async () => {
    expect(verdict(await who('nowhere'))).toEqual([404, 'not_found']);
    for (const id of ['a%20b', 'constructor']) {
      expect(verdict(await office.api.get(`${office.at('dossiers')}/${id}/audience`))).toEqual([404, 'not_found']);
    }
    expect((await office.api.get(`${office.at('dossiers')}/%00/audience`)).status).toBe(400);
    expect(verdict(await office.api.get(officePath('nowhere', 'dossiers', 'd', 'audience')))).toEqual([
      404,
      'office_not_found',
    ]);
    expect(verdict(await who('d', '?actions=open'))).toEqual([400, 'invalid_request']);
    expect(verdict(await who('d', '?action=open&action=edit'))).toEqual([400, 'invalid_request']);
    expect((await new Api(app.url).get(office.at('dossiers', 'd', 'audience'))).status).toBe(401);
  });

  test('agrees with can-access about everyone and every action', async () => {
    const actions = ['open', 'edit', 'configure', 'validate', 'communicate', 'export', 'activate', 'deactivate'];
    for (const action of actions) {
      const { body } = await who('d', `?action=${action}`);
      const allowed = body.audience.map(({ collaborator }) => collaborator);
      for (const one of ['anne', 'bert', 'boss', 'gone', 'mia', 'sam']) {
        expect([one, action, await office.may(one, 'd', action)]).toEqual([one, action, allowed.includes(one)]);
      }
    }
  });
});
