import { beforeAll, describe, expect, test } from '@jest/globals';
import { aDossier, aDraft } from '#test/factories/dossiers.js';
import { inHours } from '#test/factories/relationships.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { endTuples, meeting } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface DossierAnswer extends Problem {
  clientGroup: string | null;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anne');
  await office.collaborator('bert');
  await office.collaborator('mia');
  await office.collaborator('sam', { profile: 'support' });
  await office.clientGroup('g1', { collaborators: ['anne', 'sam'] });
  await office.clientGroup('g2', { collaborators: ['bert'] });
});

function assign(id: string, clientGroup: string | null, as?: string, headers?: Record<string, string>) {
  const api = as === undefined ? office.api : office.api.as(as);
  return api.put<DossierAnswer>(office.at('dossiers', id, 'client-group'), { clientGroup }, headers);
}

async function dossier(body: Parameters<OfficeClient['dossier']>[1] = {}): Promise<string> {
  const id = anId('d');
  await office.dossier(id, body);
  return id;
}

async function groupMembers(group: string): Promise<string[]> {
  return (await office.api.get<{ dossiers: string[] }>(office.at('client-groups', group))).body.dossiers;
}

async function openers(id: string): Promise<string[]> {
  const answer = await office.api.get<{ audience: { collaborator: string }[] }>(office.at('dossiers', id, 'audience'));
  return answer.body.audience.map(({ collaborator }) => collaborator).sort();
}

describe('the client group of a dossier', () => {
  test('rules 6, 10, 12 and 13: is given, moved and taken away at any time, and access follows at once', async () => {
    const id = await dossier({ managers: ['mia'] });
    expect(await openers(id)).toEqual(['boss', 'mia']);

    expect((await assign(id, 'g1', 'boss')).body.clientGroup).toBe('g1');
    expect(await openers(id)).toEqual(['anne', 'boss', 'mia', 'sam']);

    expect((await assign(id, 'g2', 'boss')).body.clientGroup).toBe('g2');
    expect(await openers(id)).toEqual(['bert', 'boss', 'mia']);
    expect(await groupMembers('g1')).not.toContain(id);
    expect(await groupMembers('g2')).toContain(id);

    expect((await assign(id, null, 'boss')).body.clientGroup).toBeNull();
    expect(await openers(id)).toEqual(['boss', 'mia']);
    expect(await groupMembers('g2')).not.toContain(id);
  });

  test('rule 6: without a group and a manager only admins open it; a guest does too', async () => {
    const id = await dossier();
    expect(await openers(id)).toEqual(['boss']);
    await office.relate({ object: `dossier:${id}`, relation: 'guest', subject: 'collaborator:sam' });
    expect(await openers(id)).toEqual(['boss', 'sam']);
  });

  test('rule 12: a move is one entry of the trail, with what was and what is', async () => {
    const id = await dossier();
    await assign(id, 'g1');
    await assign(id, 'g2');
    type Trail = {
      items: { before: { relationships: { tuple: string }[] }; after: { relationships: { tuple: string }[] } }[];
    };
    const trail = await office.api.get<Trail>(`${office.at('changes')}?key=dossier:${id}`);
    const move = trail.body.items.at(-1);
    expect(move?.before.relationships.map(({ tuple }) => tuple)).toEqual([
      `dossier:${id}#client_group@client_group:g1`,
    ]);
    expect(move?.after.relationships.map(({ tuple }) => tuple)).toEqual([`dossier:${id}#client_group@client_group:g2`]);
  });

  test('the same group again changes nothing, not even the version', async () => {
    const id = await dossier();
    const once = await assign(id, 'g1');
    const twice = await assign(id, 'g1');
    expect(twice.status).toBe(200);
    expect(twice.headers.get('etag')).toBe(once.headers.get('etag'));
  });

  test.each(['anne', 'mia', 'sam'])('rule 11: %s, no admin, moves no active dossier by any endpoint', async (actor) => {
    const id = await dossier({ managers: ['mia'] });
    await assign(id, 'g1');
    const api = office.api.as(actor);
    const body = { ...aDossier({ enterpriseNumber: null }), clientGroup: 'g2' };
    const tuple = { object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' };
    const answers = [
      await assign(id, 'g2', actor),
      await assign(id, null, actor),
      await api.put(office.at('dossiers', id), body, ifMatch('*')),
      await api.patch(office.at('client-groups', 'g1'), { dossiers: { remove: [id] } }, ifMatch('*')),
      await api.patch(office.at('client-groups', 'g2'), { dossiers: { add: [id] } }, ifMatch('*')),
      await api.post(office.at('client-groups'), { name: 'Mine', dossiers: [id] }),
      await api.delete(`${office.at('client-groups', 'g1')}?moveDossiersTo=g2`, ifMatch('*')),
      await api.post(office.at('relationships'), { write: [], delete: [tuple] }),
      await api.post(office.at('relationships'), { write: [{ ...tuple, subject: 'client_group:g2' }], delete: [] }),
    ];
    for (const answer of answers) expect([403, 404]).toContain(answer.status);
    const bulk = await api.post<{ results: { status: string }[] }>(office.at('dossiers', 'bulk'), {
      select: { ids: [id] },
      set: { clientGroup: 'g2' },
    });
    expect(bulk.body.results).toMatchObject([{ dossier: id, status: 'refused' }]);
    expect((await office.api.get(office.at('dossiers', id))).body).toMatchObject({ clientGroup: 'g1' });
  });

  test('rule 14: a draft or an inactive dossier joins no group, by any endpoint', async () => {
    const draft = await dossier(aDraft());
    const inactive = await dossier();
    await office.api.post(office.at('dossiers', inactive, 'deactivate'));
    for (const id of [draft, inactive]) {
      expect(verdict(await assign(id, 'g1'))).toEqual([422, 'dossier_not_active']);
      expect(verdict(await assign(id, 'g1', 'boss'))).toEqual([403, 'forbidden']);
      const group = await office.api.patch(office.at('client-groups', 'g1'), { dossiers: { add: [id] } }, ifMatch('*'));
      expect(verdict(group)).toEqual([422, 'dossier_not_active']);
      const tuple = { object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' };
      const written = await office.api.post(office.at('relationships'), { write: [tuple], delete: [] });
      expect(verdict(written)).toEqual([422, 'dossier_not_active']);
      const bulk = await office.api.post(office.at('dossiers', 'bulk'), {
        select: { ids: [id] },
        set: { clientGroup: 'g1' },
      });
      expect(bulk.body).toMatchObject({ results: [{ status: 'refused', code: 'dossier_not_active' }] });
    }
  });

  test('an unknown dossier is 404, an unknown group 422, a wrong body 400, an old version 412', async () => {
    const id = await dossier();
    expect(verdict(await assign('no-dossier', 'g1'))).toEqual([404, 'not_found']);
    expect(verdict(await assign(id, 'no-group'))).toEqual([422, 'unknown_reference']);
    const path = office.at('dossiers', id, 'client-group');
    for (const body of [{}, { clientGroup: '' }, { clientGroup: 1 }, { clientGroup: 'g1', dossier: 'x' }, undefined]) {
      expect(verdict(await office.api.put(path, body))).toEqual([400, 'invalid_request']);
    }
    expect(verdict(await assign(id, 'g1', undefined, ifMatch('"1"')))).toEqual([412, 'stale_version']);
    expect((await assign(id, 'g1', undefined, ifMatch(await office.etag('dossiers', id)))).status).toBe(200);
  });
});

describe('two assignments of one dossier at once', () => {
  test.each([
    ['from no group', null],
    ['from another group', 'g1'],
  ])('rule 2: %s, one wins and the other gets 409 with the current group', async (_, start) => {
    const id = await dossier();
    await office.clientGroup(`${id}-a`);
    await office.clientGroup(`${id}-b`);
    if (start !== null) await assign(id, start);
    const answers = await meeting(app.database, office.id, [
      () => assign(id, `${id}-a`, 'boss'),
      () => assign(id, `${id}-b`, 'boss'),
    ]);
    const [won, lost] = answers.sort((a, b) => a.status - b.status);
    expect([won?.status, lost?.status]).toEqual([200, 409]);
    const now = (await office.api.get<DossierAnswer>(office.at('dossiers', id))).body.clientGroup;
    expect(won?.body.clientGroup).toBe(now);
    expect(lost?.body).toMatchObject({ code: 'already_in_client_group', clientGroup: now });
    expect(lost?.body.detail).toContain(String(now));
  });

  test('rule 2: taking it out while another moves it is a conflict as well', async () => {
    const id = await dossier();
    await assign(id, 'g1');
    const answers = await meeting(app.database, office.id, [() => assign(id, 'g2'), () => assign(id, null)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('to the same group, both get what they asked for', async () => {
    const id = await dossier();
    const answers = await meeting(app.database, office.id, [() => assign(id, 'g1'), () => assign(id, 'g1')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('a membership that has ended', () => {
  test('opens nothing, is not shown, and stands in nobody’s way', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    await own.clientGroup('g1', { collaborators: ['anne'] });
    await own.clientGroup('g2');
    await own.dossier('d');
    const tuple = { object: 'dossier:d', relation: 'client_group', subject: 'client_group:g1', expiresAt: inHours(1) };
    await own.relate(tuple);
    expect(await own.may('anne', 'd')).toBe(true);
    await endTuples(app.database, own.id);
    expect(await own.may('anne', 'd')).toBe(false);
    expect((await own.api.get(own.at('dossiers', 'd'))).body).toMatchObject({ clientGroup: null });
    const listed = await own.api.get<{ items: unknown[] }>(`${own.at('dossiers')}?clientGroup=none`);
    expect(listed.body.items).toMatchObject([{ id: 'd', clientGroup: null }]);
    expect((await own.api.put(own.at('dossiers', 'd', 'client-group'), { clientGroup: 'g2' })).body).toMatchObject({
      clientGroup: 'g2',
    });
  });
});
