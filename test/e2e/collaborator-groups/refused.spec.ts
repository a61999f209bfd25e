import { beforeAll, describe, expect, test } from '@jest/globals';
import { aSupporter } from '#test/factories/collaborators.js';
import { aCollaboratorGroup } from '#test/factories/groups.js';
import { anId } from '#test/factories/unique.js';
import type { ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const at = (...parts: string[]) => office.at('collaborator-groups', ...parts);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna');
  await office.collaborator('sam', aSupporter());
  await office.collaborator('gone', { profile: 'admin', status: 'inactive' });
  await office.collaboratorGroup('k', { members: ['anna', 'sam'] });
});
/** Every request about one group. */
const requests: [name: string, send: (as: OfficeClient, id: string) => Promise<ApiResponse>][] = [
  ['POST', (as, id) => as.api.post(at(), { id, ...aCollaboratorGroup() })],
  ['PUT', (as, id) => as.api.put(at(id), aCollaboratorGroup(), ifMatch('*'))],
  ['PATCH', (as, id) => as.api.patch(at(id), { name: 'X' }, ifMatch('*'))],
  ['DELETE', (as, id) => as.api.delete(at(id))],
  ['GET', (as, id) => as.api.get(at(id))],
];

describe('400', () => {
  test.each([
    ['the office', { office: 'other' }],
    ['the revision', { revision: '1' }],
    ['the version', { version: 1 }],
    ['client groups', { clientGroups: ['g'] }],
    ['something that is no id', { members: ['a b'] }],
    ['a group in the group', { members: [{ collaboratorGroup: 'k' }] }],
    ['a reserved name', { members: ['prototype'] }],
  ])('a save with %s is refused', async (_what, more) => {
    const id = anId('k');
    expect(verdict(await office.api.put(at(id), { ...aCollaboratorGroup(), ...more }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect((await office.api.get(at(id))).status).toBe(404);
  });

  test('a PATCH takes deltas and no whole lists', async () => {
    for (const body of [{ members: ['anna'] }, { members: { set: [] } }, { version: 1 }]) {
      expect(verdict(await office.api.patch(at('k'), body, ifMatch('*')))).toEqual([400, 'invalid_request']);
    }
  });
});

describe('rule 30: only admins see and change collaborator groups', () => {
  test.each(['anna', 'sam', 'gone'])('%s does neither, whether the group exists or not', async (who) => {
    for (const [name, send] of requests) {
      for (const id of ['k', 'unknown']) {
        expect([name, id, ...verdict(await send(office.as(who), id))]).toEqual([name, id, 403, 'forbidden']);
      }
    }
    expect(verdict(await office.as(who).api.get(at()))).toEqual([403, 'forbidden']);
  });

  test('an admin does', async () => {
    const id = anId('k');
    for (const [name, send] of requests.slice(0, 4)) {
      expect([name, (await send(office.as('boss'), id)).status]).toEqual([name, name === 'POST' ? 201 : 200]);
    }
    expect((await office.as('boss').api.get(at())).status).toBe(200);
  });

  test('an actor who does not exist is refused', async () => {
    for (const [name, send] of requests) {
      expect([name, ...verdict(await send(office.as('nobody'), 'k'))]).toEqual([name, 403, 'unknown_actor']);
    }
  });
});

describe('404', () => {
  test('a group that does not exist, or is of another office (rule 32)', async () => {
    const other = await OfficeClient.make(app);
    await other.collaboratorGroup('theirs');
    for (const [name, send] of requests.slice(2)) {
      const strip = ({ body }: ApiResponse, id: string) =>
        JSON.stringify({ ...(body as Problem), requestId: '' }).replaceAll(id, '?');
      const unknown = await send(office, 'never');
      expect([name, ...verdict(unknown)]).toEqual([name, 404, 'not_found']);
      expect(strip(await send(office, 'theirs'), 'theirs')).toBe(strip(unknown, 'never'));
    }
    expect((await other.api.get(other.at('collaborator-groups', 'theirs'))).status).toBe(200);
  });
});

describe('422', () => {
  test('an unknown member, one of another office, and a group in the place of a person are refused', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('their-anna');
    const before = await office.revision();
    for (const member of ['unknown', 'their-anna', 'k']) {
      for (const answer of [
        await office.api.put(at(anId('k')), aCollaboratorGroup({ members: ['anna', member] })),
        await office.api.patch(at('k'), { members: { add: [member] } }, ifMatch('*')),
      ]) {
        expect(verdict(answer)).toEqual([422, 'unknown_reference']);
        expect((answer.body as Problem).detail).toContain(member);
      }
    }
    expect(await office.revision()).toBe(before);
  });

  test('adding and removing one member at once is refused', async () => {
    const both = { members: { add: ['anna'], remove: ['anna'] } };
    expect(verdict(await office.api.patch(at('k'), both, ifMatch('*')))).toEqual([422, 'conflicting_change']);
  });
});

describe('GET /collaborator-groups', () => {
  test('it lists by name without case and accents, with counts, in pages whose cursors fit no other query', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna');
    await mine.collaboratorGroup('a', { name: 'Été' });
    await mine.collaboratorGroup('b', { name: 'ete_', members: ['anna'] });
    await mine.collaboratorGroup('c', { name: 'zinc' });
    await mine.clientGroup('g', { collaboratorGroups: ['b'] });
    interface Page {
      items: { id: string; counts: object }[];
      nextCursor: string | null;
      total: number;
    }
    const list = (query: string) => mine.api.get<Page>(mine.at('collaborator-groups') + query);
    const first = await list('?limit=2');
    expect(first.body).toMatchObject({
      items: [
        { id: 'a', counts: { members: 0, clientGroups: 0 } },
        { id: 'b', counts: { members: 1, clientGroups: 1 } },
      ],
      total: 3,
    });
    const cursor = first.body.nextCursor ?? '';
    expect((await list(`?cursor=${cursor}`)).body).toMatchObject({ items: [{ id: 'c' }], nextCursor: null, total: 3 });
    expect((await list('?q=_')).body).toMatchObject({ items: [{ id: 'b' }], total: 1 });
    for (const query of [`?q=e&cursor=${cursor}`, `?cursor=${cursor}x`, '?cursor=1']) {
      expect(verdict(await list(query))).toEqual([400, 'invalid_cursor']);
    }
    for (const query of ['?limit=0', '?sort=name', '?q=%00']) expect((await list(query)).status).toBe(400);
  });
});
