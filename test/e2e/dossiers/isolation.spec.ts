import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { Api, officePath, type ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
let other: OfficeClient;

/** In the other office: dossier `theirs-d`, group `theirs-g`, collaborator `theirs-c`. */
beforeAll(async () => {
  [office, other] = [await OfficeClient.make(app), await OfficeClient.make(app)];
  await other.collaborator('theirs-c');
  await other.dossier('theirs-d', { managers: ['theirs-c'] });
  await other.clientGroup('theirs-g', { dossiers: ['theirs-d'], collaborators: ['theirs-c'] });
  await office.collaborator('anne');
  await office.dossier('d', { managers: ['anne'] });
  await office.clientGroup('g');
});

/** Compares the answers about an id of the other office with those about one that is nowhere, but for the ids themselves. */
async function expectAlike(
  ask: (id: string) => Promise<ApiResponse>,
  { theirs, nowhere }: { theirs: string; nowhere: string },
): Promise<[status: number, code: string]> {
  const [there, missing] = [await ask(theirs), await ask(nowhere)];
  const plain = ({ status, body }: ApiResponse, id: string) => {
    const rest = { ...(body as object), requestId: '', revision: '' };
    return [status, JSON.stringify(rest).replaceAll(id, '*')];
  };
  expect(plain(there, theirs)).toEqual(plain(missing, nowhere));
  return [there.status, (there.body as Problem).code];
}

describe('an id of another office', () => {
  test.each(['system', 'boss', 'anne'])(
    'rule 32: of a dossier is no id at all, by any endpoint, to %s',
    async (actor) => {
      const api = actor === 'system' ? office.api : office.api.as(actor);
      const path = (id: string, ...parts: string[]) => office.at('dossiers', id, ...parts);
      const asks: ((id: string) => Promise<ApiResponse>)[] = [
        (id) => api.get(path(id)),
        (id) => api.get(path(id, 'contact')),
        (id) => api.get(path(id, 'audience')),
        (id) => api.patch(path(id), { name: 'X' }, ifMatch('*')),
        (id) => api.post(path(id, 'activate'), {}),
        (id) => api.post(path(id, 'deactivate'), {}),
        (id) => api.put(path(id, 'client-group'), { clientGroup: 'g' }),
        (id) => api.patch(path(id, 'managers'), { add: ['anne'] }),
        (id) => api.patch(path(id, 'guests'), { add: ['anne'] }),
        (id) => api.patch(path(id, 'exclusions'), { add: ['anne'] }),
        (id) => api.post(path(id, 'break-glass'), { reason: 'R', expiresAt: inHours(1) }),
        (id) => api.get(`${office.at('dossiers', 'export.xlsx')}?ids=${id}`),
      ];
      for (const ask of asks) {
        const [status] = await expectAlike(ask, { theirs: 'theirs-d', nowhere: 'nowhere-d' });
        expect([400, 403, 404]).toContain(status);
      }
      const others: ((id: string) => Promise<ApiResponse>)[] = [
        (id) => api.post(office.at('dossiers', 'bulk'), { select: { ids: [id] }, set: { labels: ['x'] } }),
        (id) => api.get(`${office.at('dossiers')}?q=${id}`),
        (id) => api.post(office.at('can-access'), { collaborator: 'anne', dossier: id }),
        (id) => api.post(office.at('can-access', 'filter'), { collaborator: 'anne', dossiers: [id] }),
        (id) => api.post(office.at('can-access', 'batch'), { checks: [{ collaborator: 'anne', dossier: id }] }),
        (id) =>
          api.post(office.at('communications') + '?dryRun=true', { select: { ids: [id] }, subject: 'S', body: 'B' }),
        (id) => api.post(office.at('client-groups') + '?dryRun=true', { name: 'N', dossiers: [id] }),
      ];
      for (const ask of others) await expectAlike(ask, { theirs: 'theirs-d', nowhere: 'nowhere-d' });
    },
  );

  test('rule 32: of a group or a collaborator is no id at all, wherever a dossier names one', async () => {
    const { api } = office;
    const path = (...parts: string[]) => office.at('dossiers', ...parts);
    const groups: ((id: string) => Promise<ApiResponse>)[] = [
      (id) => api.put(path('d', 'client-group'), { clientGroup: id }),
      (id) => api.put(path('n'), { name: 'N', status: 'active', clientGroup: id }),
      (id) => api.post(path('bulk'), { select: { ids: ['d'] }, set: { clientGroup: id } }),
      (id) => api.get(`${path()}?clientGroup=${id}`),
    ];
    for (const ask of groups) await expectAlike(ask, { theirs: 'theirs-g', nowhere: 'nowhere-g' });
    const people: ((id: string) => Promise<ApiResponse>)[] = [
      (id) => api.patch(path('d', 'managers'), { add: [id] }),
      (id) => api.patch(path('d', 'managers'), { remove: [id] }),
      (id) => api.patch(path('d', 'guests'), { add: [id] }),
      (id) => api.patch(path('d', 'exclusions'), { add: [id] }),
      (id) => api.put(path('n'), { name: 'N', managers: [id] }),
      (id) => api.post(path('bulk'), { select: { ids: ['d'] }, set: { managers: [id] } }),
      (id) => api.get(`${path()}?manager=${id}`),
      (id) => api.post(office.at('can-access'), { collaborator: id, dossier: 'd' }),
      (id) => api.as(id).get(path('d')),
    ];
    for (const ask of people) await expectAlike(ask, { theirs: 'theirs-c', nowhere: 'nowhere-c' });
  });

  test('rule 32: a key of one office gets for another the answer for an office that does not exist', async () => {
    const made = await office.api.post<{ key: string }>(office.at('api-keys'), {
      name: 'All',
      scopes: ['check', 'read', 'write'],
    });
    const api = new Api(app.url, made.body.key);
    // Known to the service as a good key of its own office.
    expect((await api.post(office.at('can-access'), { collaborator: 'anne', dossier: 'd' })).body).toMatchObject({
      allowed: true,
    });
    const asks: ((id: string) => Promise<ApiResponse>)[] = [
      (id) => api.get(officePath(id, 'dossiers')),
      (id) => api.get(officePath(id, 'dossiers', 'theirs-d')),
      (id) => api.put(officePath(id, 'dossiers', 'theirs-d'), { name: 'X' }),
      (id) => api.post(officePath(id, 'dossiers', 'bulk'), { select: { ids: ['theirs-d'] }, set: { labels: [] } }),
      (id) => api.get(officePath(id, 'dossiers', 'export.xlsx')),
      (id) => api.post(officePath(id, 'communications'), { select: { ids: ['theirs-d'] }, subject: 'S', body: 'B' }),
      (id) => api.post(officePath(id, 'can-access'), { collaborator: 'theirs-c', dossier: 'theirs-d' }),
      (id) => api.post(officePath(id, 'can-access', 'batch'), { checks: [] }),
      (id) => api.post(officePath(id, 'can-access', 'filter'), { collaborator: 'theirs-c', dossiers: ['theirs-d'] }),
      (id) => api.get(officePath(id, 'dossiers', 'theirs-d', 'audience')),
    ];
    for (const ask of asks) {
      const verdictOfAll = await expectAlike(ask, { theirs: other.id, nowhere: 'no-office' });
      expect(verdictOfAll).toEqual([404, 'office_not_found']);
    }
  });

  test('rule 32: the same ids in two offices are two things', async () => {
    for (const one of [office, other]) {
      await one.collaborator('same');
      await one.dossier('same', { name: `Of ${one.id}`, enterpriseNumber: '0123.456.749' });
    }
    await office.relate({ object: 'dossier:same', relation: 'guest', subject: 'collaborator:same' });
    expect([await office.may('same', 'same'), await other.may('same', 'same')]).toEqual([true, false]);
    expect(verdict(await other.as('same').api.get(other.at('dossiers', 'same')))).toEqual([404, 'not_found']);
    expect((await other.api.get(other.at('dossiers', 'same'))).body).toMatchObject({ name: `Of ${other.id}` });
  });
});
