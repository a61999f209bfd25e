import { beforeAll, describe, expect, test } from '@jest/globals';
import { aSupporter } from '#test/factories/collaborators.js';
import { aClientGroup } from '#test/factories/groups.js';
import { anId } from '#test/factories/unique.js';
import { Api, type ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const at = (...parts: string[]) => office.at('client-groups', ...parts);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna');
  await office.collaborator('sam', aSupporter());
  await office.collaborator('gone', { profile: 'admin', status: 'inactive' });
  await office.dossier('d', { managers: ['anna'] });
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anna', 'sam'] });
});
/** Every write about one group. */
const writes: [name: string, send: (as: OfficeClient, id: string) => Promise<ApiResponse>][] = [
  ['POST', (as, id) => as.api.post(at(), { id, ...aClientGroup() })],
  ['PUT', (as, id) => as.api.put(at(id), aClientGroup(), ifMatch('*'))],
  ['PATCH', (as, id) => as.api.patch(at(id), { name: 'X' }, ifMatch('*'))],
  ['DELETE', (as, id) => as.api.delete(at(id))],
];

describe('400', () => {
  test.each([
    ['the office', { office: 'other' }],
    ['the revision', { revision: '1' }],
    ['the version', { version: 1 }],
    ['exclusions', { excluded: ['anna'] }],
    ['a text for a list', { dossiers: 'd' }],
    ['something that is no id', { collaborators: ['a b'] }],
    ['a reserved name', { collaboratorGroups: ['__proto__'] }],
    ['too long a list', { dossiers: Array.from({ length: 10_001 }, (_, n) => `d${n}`) }],
  ])('a save with %s is refused', async (_what, more) => {
    const id = anId('g');
    for (const answer of [
      await office.api.put(at(id), { ...aClientGroup(), ...more }),
      await office.api.post(at(), { id, ...aClientGroup(), ...more }),
    ]) {
      expect(verdict(answer)).toEqual([400, 'invalid_request']);
    }
    expect((await office.api.get(at(id))).status).toBe(404);
  });

  test('a PATCH takes deltas and no whole lists', async () => {
    for (const body of [{ dossiers: ['d'] }, { dossiers: { set: ['d'] } }, { version: 3 }, { id: 'h' }, [], 'text']) {
      const answer = await office.api.patch(at('g'), body, { ...ifMatch('*'), 'content-type': 'application/json' });
      expect(answer.status).toBe(400);
    }
  });

  // Misspelt, it would leave the dossiers without a group instead of moving them.
  test('DELETE with a misspelt moveDossiersTo is refused, and the group stays', async () => {
    expect(verdict(await office.api.delete(`${at('g')}?moveDossierTo=h`))).toEqual([400, 'invalid_request']);
    expect((await office.api.get(at('g'))).status).toBe(200);
  });
});

describe('403', () => {
  test.each(['anna', 'sam', 'gone'])('%s administers no groups, and learns of none by trying', async (who) => {
    for (const [name, send] of writes) {
      for (const id of ['g', 'unknown']) {
        expect([name, id, ...verdict(await send(office.as(who), id))]).toEqual([name, id, 403, 'forbidden']);
      }
    }
    expect(await office.may('anna', 'd')).toBe(true);
  });

  test('an actor who does not exist is refused', async () => {
    for (const [name, send] of writes) {
      expect([name, ...verdict(await send(office.as('nobody'), 'g'))]).toEqual([name, 403, 'unknown_actor']);
    }
  });

  test('a key that may only read does not write, for an admin neither', async () => {
    const made = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'BI', scopes: ['read'] });
    const reader = new OfficeClient(new Api(app.url, made.body.key), office.id);
    expect((await reader.api.get(at('g'))).status).toBe(200);
    for (const as of [reader, reader.as('boss')]) {
      for (const [name, send] of writes) {
        expect([name, ...verdict(await send(as, 'g'))]).toEqual([name, 403, 'insufficient_scope']);
      }
    }
  });

  test('401 without a key', async () => {
    const nobody = new OfficeClient(new Api(app.url), office.id);
    for (const [name, send] of writes) {
      expect([name, ...verdict(await send(nobody, 'g'))]).toEqual([name, 401, 'unauthenticated']);
    }
  });
});

describe('404', () => {
  test('a group that does not exist', async () => {
    for (const [name, send] of writes.slice(2)) {
      expect([name, ...verdict(await send(office, 'unknown'))]).toEqual([name, 404, 'not_found']);
    }
    expect(verdict(await office.api.get(at('unknown')))).toEqual([404, 'not_found']);
  });

  test('rule 32: a group, dossier or person of another office is answered like one that does not exist', async () => {
    const other = await OfficeClient.make(app);
    await other.clientGroup('theirs');
    await other.dossier('their-dossier');
    await other.collaborator('their-anna');
    for (const [, send] of [
      ...writes.slice(2),
      ['GET', (as: OfficeClient, id: string) => as.api.get(at(id))] as const,
    ]) {
      const strip = ({ body }: ApiResponse, id: string) =>
        JSON.stringify({ ...(body as Problem), requestId: '' }).replaceAll(id, '?');
      expect(strip(await send(office, 'theirs'), 'theirs')).toBe(strip(await send(office, 'never'), 'never'));
    }
    for (const [list, id] of [
      ['dossiers', 'their-dossier'],
      ['collaborators', 'their-anna'],
    ] as const) {
      const refused = await office.api.patch<Problem>(at('g'), { [list]: { add: [id] } }, ifMatch('*'));
      const unknown = await office.api.patch<Problem>(at('g'), { [list]: { add: ['nothing'] } }, ifMatch('*'));
      expect(verdict(refused)).toEqual([422, 'unknown_reference']);
      expect(refused.body.detail.replace(id, 'nothing')).toBe(unknown.body.detail);
    }
    expect((await other.api.get(other.at('client-groups', 'theirs'))).status).toBe(200);
  });
});

describe('422', () => {
  test.each(['dossiers', 'collaborators', 'collaboratorGroups'])('an unknown member of %s is refused', async (list) => {
    const id = anId('g');
    const before = await office.revision();
    expect(verdict(await office.api.put(at(id), { ...aClientGroup(), [list]: ['unknown'] }))).toEqual([
      422,
      'unknown_reference',
    ]);
    expect(verdict(await office.api.patch(at('g'), { [list]: { add: ['unknown'] } }, ifMatch('*')))).toEqual([
      422,
      'unknown_reference',
    ]);
    expect(await office.revision()).toBe(before);
  });

  test('adding and removing one member at once is refused', async () => {
    const both = { collaborators: { add: ['anna'], remove: ['anna'] } };
    expect(verdict(await office.api.patch(at('g'), both, ifMatch('*')))).toEqual([422, 'conflicting_change']);
  });

  test.each(['draft', 'inactive'] as const)('rule 14: a dossier that is %s is not accepted', async (status) => {
    await office.dossier(status, { status });
    for (const as of [office, office.as('boss')]) {
      const refused = await as.api.patch(at('g'), { dossiers: { add: [status] } }, ifMatch('*'));
      expect(verdict(refused)).toEqual([422, 'dossier_not_active']);
    }
  });

  test.each(['unknown', 'g'])('DELETE moving the dossiers to "%s" is refused, and the group stays', async (to) => {
    expect(verdict(await office.api.delete(`${at('g')}?moveDossiersTo=${to}`))).toEqual([422, 'unknown_reference']);
    expect(await office.may('anna', 'd')).toBe(true);
  });
});
