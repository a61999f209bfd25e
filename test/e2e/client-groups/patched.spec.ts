import { beforeAll, describe, expect, test } from '@jest/globals';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Group {
  email: string | null;
  collaborators: string[];
  revision: string;
}

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('client-groups', id);

beforeAll(async () => {
  office = await OfficeClient.make(app, { email: 'office@office.example' });
  await office.collaborator('anna');
  await office.collaborator('bert');
  await office.collaboratorGroup('k', { members: ['bert'] });
});
describe('PATCH /client-groups/{id}', () => {
  test('it adds and removes, and leaves what it does not name', async () => {
    const id = anId('g');
    await office.clientGroup(id, { name: 'Garde', email: 'garde@office.example', collaborators: ['anna'] });
    const patched = await office.api.patch<Group>(
      at(id),
      { collaborators: { add: ['bert', 'anna'], remove: ['boss'] }, collaboratorGroups: { add: ['k'] } },
      ifMatch('*'),
    );
    expect(patched.body).toMatchObject({ name: 'Garde', email: 'garde@office.example', collaboratorGroups: ['k'] });
    expect(patched.body.collaborators.sort()).toEqual(['anna', 'bert']);
    const cleared = await office.api.patch<Group>(at(id), { email: null }, ifMatch('*'));
    expect(cleared.body.email).toBeNull();
  });

  test('rule 27: saves are versioned, and a stale one is refused with who changed what since', async () => {
    const id = anId('g');
    await office.clientGroup(id, { name: 'Un' });
    const etag = await office.etag('client-groups', id);
    expect(verdict(await office.api.patch(at(id), { name: 'Deux' }))).toEqual([428, 'if_match_required']);
    const first = await office
      .as('boss')
      .api.patch(`${at(id)}?reason=Fusion`, { name: 'Deux', collaborators: { add: ['anna'] } }, ifMatch(etag));
    expect(first.status).toBe(200);
    for (const send of [
      () => office.api.patch(at(id), { name: 'Trois' }, ifMatch(etag)),
      () => office.api.put(at(id), { name: 'Trois' }, ifMatch(etag)),
      () => office.api.delete(at(id), ifMatch(etag)),
    ]) {
      const stale = await send();
      expect(verdict(stale)).toEqual([412, 'stale_version']);
      expect((stale.body as Problem & { changes: unknown[] }).changes).toEqual([
        {
          revision: (first.body as Group).revision,
          action: 'update',
          actor: 'collaborator:boss',
          at: expect.any(String),
          reason: 'Fusion',
          before: { name: 'Un', email: null },
          after: {
            name: 'Deux',
            email: null,
            relationships: [expect.objectContaining({ tuple: `client_group:${id}#collaborator@collaborator:anna` })],
          },
        },
      ]);
    }
    expect((await office.api.patch(at(id), { name: 'Trois' }, ifMatch(first.headers.get('etag') ?? ''))).status).toBe(
      200,
    );
  });

  test.each(['W/"1"', '"999999999"', 'nonsense', '"1", "2"', '1'])(
    'If-Match %s is no version of the group',
    async (header) => {
      const id = anId('g');
      await office.clientGroup(id);
      expect(verdict(await office.api.patch(at(id), { name: 'X' }, ifMatch(header)))).toEqual([412, 'stale_version']);
    },
  );

  test('rule 27: a change from another side makes a new version too', async () => {
    const id = anId('g');
    await office.clientGroup(id);
    const etag = await office.etag('client-groups', id);
    await office.api.patch(office.at('collaborators', 'anna', 'client-groups'), { add: [id] });
    expect(verdict(await office.api.put(at(id), { name: 'Sans anna' }, ifMatch(etag)))).toEqual([412, 'stale_version']);
  });

  test('rule 19: the address of a group is where its dossiers go once no manager is active', async () => {
    await office.dossier('post', { managers: ['anna'] });
    await office.clientGroup('mail', { dossiers: ['post'], email: 'mail@office.example' });
    expect((await office.contact('post')).source).toBe('manager');
    await office.api.patch(office.at('dossiers', 'post', 'managers'), { remove: ['anna'] });
    expect(await office.contact('post')).toMatchObject({ email: 'mail@office.example', source: 'client_group' });
    await office.api.patch(at('mail'), { email: null }, ifMatch('*'));
    expect(await office.contact('post')).toMatchObject({ email: 'office@office.example', source: 'office' });
  });
});
