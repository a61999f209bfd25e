import { beforeAll, describe, expect, test } from '@jest/globals';
import Excel from 'exceljs';
import { aDossier } from '#test/factories/dossiers.js';
import { inHours } from '#test/factories/relationships.js';
import type { ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

/** `secret` is private, in the group of `anne` and `sam`, managed by `mia`, with `gus` as a guest. */
beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['mia', 'gus', 'anne', 'stranger']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  await office.collaborator('chief', { profile: 'admin' });
  await office.dossier('secret', {
    name: 'Secret SA',
    code: 'SECRET',
    private: true,
    managers: ['mia'],
    labels: ['vip'],
  });
  await office.dossier('plain', { name: 'Plain SA' });
  await office.clientGroup('g', { dossiers: ['secret', 'plain'], collaborators: ['anne', 'sam'] });
  await office.relate({ object: 'dossier:secret', relation: 'guest', subject: 'collaborator:gus' });
});

/** An answer without what differs between two requests by nature: the id of the request, and the ids that were asked about. */
function shape(response: ApiResponse, id: string): [number, string] {
  const body = { ...(response.body as object), requestId: '' };
  return [response.status, JSON.stringify(body).replaceAll(id, '*')];
}

describe('a private dossier', () => {
  test('rule 15: is open to its managers and guests only; its group grants nothing', async () => {
    const people = ['mia', 'gus', 'anne', 'sam', 'boss', 'chief', 'stranger'];
    const open = await Promise.all(people.map(async (one) => [one, await office.may(one, 'secret')]));
    expect(Object.fromEntries(open)).toEqual({
      ...{ mia: true, gus: true },
      ...{ anne: false, sam: false, boss: false, chief: false, stranger: false },
    });
  });

  test.each(['boss', 'anne', 'sam', 'stranger'])(
    'rules 15 and 32: to %s every endpoint answers as for an id that does not exist',
    async (viewer) => {
      const api = office.api.as(viewer);
      const future = inHours(1);
      const ask = (id: string): Promise<ApiResponse>[] => [
        api.get(office.at('dossiers', id)),
        api.get(office.at('dossiers', id, 'contact')),
        api.get(office.at('dossiers', id, 'audience')),
        api.patch(office.at('dossiers', id), { name: 'X' }, ifMatch('"1"')),
        api.patch(office.at('dossiers', id), { name: 'X' }),
        api.post(office.at('dossiers', id, 'activate'), {}),
        api.post(office.at('dossiers', id, 'deactivate'), {}),
        api.put(office.at('dossiers', id, 'client-group'), { clientGroup: 'g' }),
        api.put(office.at('dossiers', id, 'client-group'), { clientGroup: null }, ifMatch('"1"')),
        api.patch(office.at('dossiers', id, 'managers'), { add: [viewer] }),
        api.patch(office.at('dossiers', id, 'guests'), { add: [{ collaborator: viewer, expiresAt: future }] }),
        api.patch(office.at('dossiers', id, 'exclusions'), { remove: [viewer] }),
        api.get(`${office.at('dossiers', 'export.xlsx')}?ids=${id}`),
        api.post(`${office.at('dossiers', 'bulk')}?dryRun=true`, {
          select: { ids: [id] },
          set: { labels: ['x'] },
        }),
        api.post(office.at('client-groups'), { name: 'New', dossiers: [id] }),
        api.patch(office.at('client-groups', 'g'), { dossiers: { add: [id] } }, ifMatch('*')),
        api.patch(office.at('client-groups', 'g'), { dossiers: { remove: [id] } }, ifMatch('*')),
        api.post(office.at('relationships'), {
          write: [{ object: `dossier:${id}`, relation: 'guest', subject: `collaborator:${viewer}` }],
          delete: [],
        }),
        api.post(office.at('relationships'), {
          write: [],
          delete: [{ object: `dossier:${id}`, relation: 'manager', subject: 'collaborator:mia' }],
        }),
        api.get(`${office.at('relationships')}?object=dossier:${id}`),
        api.get(`${office.at('changes')}?key=dossier:${id}`),
        api.get(`${office.at('dossiers')}?q=${id}`),
        api.post(office.at('can-access', 'filter'), { collaborator: viewer, dossiers: [id] }),
        api.post(office.at('can-access'), { collaborator: viewer, dossier: id }),
      ];
      const hidden = await Promise.all(ask('secret'));
      const unknown = await Promise.all(ask('nosuchid'));
      hidden.forEach((answer, index) => {
        const nowhere = unknown[index] as ApiResponse;
        // Both ran at once, so a write of the one may show in the revision that the other reads.
        const plain = ([status, body]: [number, string]) => [index, status, body.replaceAll(/"revision":"\d+"/g, '')];
        expect(plain(shape(answer, 'secret'))).toEqual(plain(shape(nowhere, 'nosuchid')));
      });
    },
  );

  test('rule 15: to an admin it is in no list, total, group, count, export, trail, tuple or option', async () => {
    const api = office.as('boss').api;
    const answers = [
      await api.get(office.at('dossiers')),
      await api.get(`${office.at('dossiers')}?q=secret&clientGroup=g&label=vip`),
      await api.get(office.at('client-groups')),
      await api.get(office.at('client-groups', 'g')),
      await api.get(`${office.at('changes')}?limit=1000`),
      await api.get(`${office.at('relationships')}?limit=1000`),
      await api.get(`${office.at('relationships')}?subject=collaborator:mia`),
      await api.get(office.at('collaborators', 'mia')),
      await api.get(office.at('collaborators', 'mia', 'dossiers')),
      await api.post(office.at('dossiers', 'bulk'), {
        select: { filter: { clientGroup: ['g'] } },
        set: { labels: ['seen'] },
      }),
      await api.post(office.at('communications'), { select: { filter: {} }, subject: 'Hello', body: 'All' }),
    ];
    for (const answer of answers) expect(JSON.stringify(answer.body).toLowerCase()).not.toContain('secret');
    expect((answers[0]?.body as { total: number }).total).toBe(1);
    expect((answers[1]?.body as { total: number }).total).toBe(0);
    expect((answers[2]?.body as { items: { counts: object }[] }).items[0]?.counts).toMatchObject({ dossiers: 1 });
    expect((answers[3]?.body as { dossiers: string[] }).dossiers).toEqual(['plain']);
    const tuples = answers[6]?.body as { items: unknown[]; total: number };
    expect([tuples.items, tuples.total]).toEqual([[], 0]);
    const trail = answers[4]?.body as { items: unknown[]; total: number };
    expect(trail.total).toBe(trail.items.length);
    expect((await office.api.get<{ labels: string[] }>(office.at('dossiers', 'secret'))).body.labels).toEqual(['vip']);
  });

  test('rule 15: an Excel export of an admin has no row for it, and that of its manager has', async () => {
    const rows = async (as: string) => {
      const { url, key } = app;
      const headers = { authorization: `Bearer ${key}`, 'cardea-actor': as };
      const response = await fetch(`${url}${office.at('dossiers', 'export.xlsx')}`, { headers });
      const book = new Excel.Workbook();
      await book.xlsx.load(await response.arrayBuffer());
      return book.worksheets[0]?.getColumn(1).values.slice(2);
    };
    expect(await rows('boss')).toEqual(['plain']);
    expect(await rows('mia')).toEqual(['secret']);
  });

  test('rule 15: a stale save of a group tells an admin nothing of it', async () => {
    await office.clientGroup('watched');
    const etag = await office.etag('client-groups', 'watched');
    await office.api.put(office.at('dossiers', 'secret', 'client-group'), { clientGroup: 'watched' });
    await office.api.patch(office.at('client-groups', 'watched'), { email: 'w@o.example' }, ifMatch('*'));
    const stale = await office
      .as('boss')
      .api.patch(office.at('client-groups', 'watched'), { name: 'W' }, ifMatch(etag));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(stale.body).toHaveProperty('changes');
    expect(JSON.stringify(stale.body)).not.toContain('secret');
    await office.api.put(office.at('dossiers', 'secret', 'client-group'), { clientGroup: 'g' });
  });

  test('rule 15: the preview of an admin neither names nor counts it', async () => {
    const path = `${office.at('collaborators', 'gus')}?dryRun=true`;
    const change = { status: 'inactive' };
    const boss = await office.as('boss').api.patch<Preview>(path, change, ifMatch('*'));
    expect(boss.body.impact.losses).toMatchObject({ total: 0, rows: [] });
    const system = await office.api.patch<Preview>(path, change, ifMatch('*'));
    expect(system.body.impact.losses.rows).toEqual([{ collaborator: 'gus', dossier: 'secret' }]);
  });

  test('rule 15: a save of its group by an admin who cannot see it leaves it where it is', async () => {
    const saved = await office
      .as('boss')
      .api.patch(office.at('client-groups', 'g'), { dossiers: { remove: ['plain'] } }, ifMatch('*'));
    expect(saved.status).toBe(200);
    const whole = { name: 'G', dossiers: ['plain'], collaborators: ['anne', 'sam'] };
    const put = await office.as('boss').api.put(office.at('client-groups', 'g'), whole, ifMatch('*'));
    expect(put.body).toMatchObject({ dossiers: ['plain'] });
    expect((await office.api.get(office.at('dossiers', 'secret'))).body).toMatchObject({ clientGroup: 'g' });
  });

  test('rule 15: has an active manager at all times, whatever path would take the last one', async () => {
    const api = office.api;
    const endsSoon = {
      object: 'dossier:secret',
      relation: 'manager',
      subject: 'collaborator:mia',
      expiresAt: inHours(1),
    };
    const answers = [
      await api.patch(office.at('dossiers', 'secret', 'managers'), { remove: ['mia'] }),
      await api.put(office.at('dossiers', 'secret'), { ...aDossier({ private: true }), managers: [] }, ifMatch('*')),
      await api.post(office.at('relationships'), { write: [endsSoon], delete: [] }),
      await api.post(office.at('relationships'), {
        write: [],
        delete: [{ object: 'dossier:secret', relation: 'manager', subject: 'collaborator:mia' }],
      }),
      await api.post(office.at('collaborators', 'mia', 'deactivate'), {}),
      await api.patch(office.at('collaborators', 'mia'), { status: 'inactive' }, ifMatch('*')),
    ];
    for (const answer of answers) expect(verdict(answer)).toEqual([422, 'private_needs_manager']);
    const own = await office.as('mia').api.patch(office.at('dossiers', 'secret', 'managers'), { remove: ['mia'] });
    expect(own.status).toBe(422);
    const blind = await office.as('boss').api.post<Problem>(office.at('collaborators', 'mia', 'deactivate'), {});
    expect(verdict(blind)).toEqual([422, 'last_manager']);
    expect(JSON.stringify(blind.body).toLowerCase()).not.toContain('secret');
  });

  test('rule 15: its manager makes it an ordinary dossier again, and the group counts', async () => {
    await office.dossier('lifted', { private: true, managers: ['mia'] });
    await office.api.put(office.at('dossiers', 'lifted', 'client-group'), { clientGroup: 'g' });
    expect(await office.may('anne', 'lifted')).toBe(false);
    const path = office.at('dossiers', 'lifted');
    expect((await office.as('mia').api.patch(path, { private: false }, ifMatch('*'))).status).toBe(200);
    expect([await office.may('anne', 'lifted'), await office.may('boss', 'lifted')]).toEqual([true, true]);
  });
});
