import { beforeAll, describe, expect, test } from '@jest/globals';
import { aClientGroup } from '#test/factories/groups.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Group {
  id: string;
  name: string;
  email: string | null;
  dossiers: string[];
  collaborators: string[];
  collaboratorGroups: string[];
  excluded: string[];
  revision: string;
  warnings: { code: string; message: string }[];
}

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('client-groups', id);
const whole = { dossiers: ['d1', 'd2'], collaborators: ['anna'], collaboratorGroups: ['k'] };

beforeAll(async () => {
  office = await OfficeClient.make(app, { email: 'office@office.example' });
  await office.collaborator('anna');
  await office.collaborator('bert');
  await office.collaboratorGroup('k', { members: ['bert'] });
  for (const id of ['d1', 'd2', 'd3']) await office.dossier(id);
});
describe('POST and PUT /client-groups', () => {
  test('rule 27: one save makes the group with its e-mail, dossiers, people and groups, and all of it counts', async () => {
    const made = await office.api.post<Group>(office.at('client-groups'), {
      id: 'brussels',
      name: '  Bruxelles ',
      email: ' Bruxelles@office.example ',
      ...whole,
    });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: 'brussels',
      name: 'Bruxelles',
      email: 'Bruxelles@office.example',
      ...whole,
      excluded: [],
      revision: expect.any(String),
      warnings: [],
    });
    expect(await office.opens('anna', ['d1', 'd2', 'd3'])).toEqual(['d1', 'd2']);
    expect(await office.opens('bert', ['d1', 'd2', 'd3'])).toEqual(['d1', 'd2']);
    expect(await office.contact('d1')).toMatchObject({ email: 'Bruxelles@office.example', source: 'client_group' });
    const read = await office.api.get<Group>(at('brussels'));
    expect(read.body).toMatchObject({ id: 'brussels', ...whole });
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
  });

  test('without an id it gets one of its own', async () => {
    const made = await office.api.post<Group>(office.at('client-groups'), aClientGroup());
    expect(made.status).toBe(201);
    expect(made.body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect((await office.api.get(at(made.body.id))).status).toBe(200);
  });

  test('rule 1: a group without dossiers and without people is legal', async () => {
    const id = anId('g');
    const made = await office.api.put<Group>(at(id), { name: 'Vide' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ email: null, dossiers: [], collaborators: [], collaboratorGroups: [] });
  });

  test('rule 12: a dossier that is in another group moves, and leaves the old one in the same write', async () => {
    await office.dossier('moving');
    await office.clientGroup('old', { dossiers: ['moving'], collaborators: ['anna'] });
    const etag = await office.etag('client-groups', 'old');
    expect(await office.may('anna', 'moving')).toBe(true);
    const made = await office.api.put<Group>(at('new'), aClientGroup({ dossiers: ['moving'] }));
    expect(made.body.dossiers).toEqual(['moving']);
    expect((await office.api.get<Group>(at('old'))).body.dossiers).toEqual([]);
    expect(await office.etag('client-groups', 'old')).not.toBe(etag);
    expect(await office.may('anna', 'moving')).toBe(false);
  });

  test('a PUT on a group replaces the lists as a whole; the same one again needs no version and changes nothing', async () => {
    const id = anId('g');
    await office.clientGroup(id, { name: 'Tous', collaborators: ['anna'], collaboratorGroups: ['k'] });
    const body = { name: 'Tous', collaborators: ['bert'] };
    const replaced = await office.api.put<Group>(at(id), body, ifMatch(await office.etag('client-groups', id)));
    expect(replaced.body).toMatchObject({ collaborators: ['bert'], collaboratorGroups: [], email: null });
    const again = await office.api.put<Group>(at(id), { ...body, collaborators: ['bert', 'bert'] });
    expect([again.status, again.headers.get('etag')]).toEqual([200, replaced.headers.get('etag')]);
  });

  test('rule 27: a save that is refused in its last part has changed nothing in its first', async () => {
    const id = anId('g');
    await office.clientGroup(id, { name: 'Avant', collaborators: ['anna'] });
    const before = await office.api.get<Group>(at(id));
    const refused = await office.api.patch(
      at(id),
      {
        name: 'Après',
        email: 'x@office.example',
        collaborators: { remove: ['anna'] },
        dossiers: { add: ['d3', 'unknown'] },
      },
      ifMatch('*'),
    );
    expect(verdict(refused)).toEqual([422, 'unknown_reference']);
    const after = await office.api.get<Group>(at(id));
    expect([after.body, after.headers.get('etag')]).toEqual([before.body, before.headers.get('etag')]);
  });

  test('of ten requests that make one id at once, one makes it and the others get a conflict', async () => {
    const id = anId('g');
    const post = () => office.api.post(office.at('client-groups'), { id, ...aClientGroup() });
    const answers = await Promise.all(Array.from({ length: 10 }, post));
    expect(answers.map(verdict).sort()).toEqual([[201, undefined], ...Array<unknown>(9).fill([409, 'id_taken'])]);
    expect(verdict(await post())).toEqual([409, 'id_taken']);
  });
});
