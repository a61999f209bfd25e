import { describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { ifMatch, OfficeClient, verdict } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Group {
  dossiers: string[];
  collaborators: string[];
}

const app = theService();

async function anOfficeWithGroups(): Promise<OfficeClient> {
  const office = await OfficeClient.make(app);
  for (const id of ['anna', 'bert', 'carl']) await office.collaborator(id);
  await office.collaboratorGroup('k', { members: ['carl'] });
  for (const id of ['d1', 'd2', 'd3']) await office.dossier(id);
  await office.clientGroup('g', { dossiers: ['d1', 'd2'], collaborators: ['anna'], collaboratorGroups: ['k'] });
  await office.clientGroup('h', { dossiers: ['d3'], collaborators: ['bert'] });
  return office;
}
const all = ['d1', 'd2', 'd3'];
const groupOf = async (office: OfficeClient, dossier: string) =>
  (await office.api.get<{ clientGroup: string | null }>(office.at('dossiers', dossier))).body.clientGroup;

describe('rule 28: DELETE /client-groups/{id}', () => {
  test('it leaves the dossiers without a group: open to admins, and nobody is deleted', async () => {
    const office = await anOfficeWithGroups();
    const deleted = await office.api.delete<{ deleted: boolean }>(office.at('client-groups', 'g'));
    expect([deleted.status, deleted.body.deleted]).toEqual([200, true]);
    expect(verdict(await office.api.get(office.at('client-groups', 'g')))).toEqual([404, 'not_found']);
    for (const who of ['anna', 'carl']) expect(await office.opens(who, all)).toEqual([]);
    expect(await office.opens('boss', all)).toEqual(all);
    expect(await groupOf(office, 'd1')).toBeNull();
    for (const parts of [
      ['collaborators', 'anna'],
      ['collaborator-groups', 'k'],
      ['dossiers', 'd1'],
    ]) {
      expect((await office.api.get(office.at(...parts))).status).toBe(200);
    }
    expect(verdict(await office.api.delete(office.at('client-groups', 'g')))).toEqual([404, 'not_found']);
  });

  test('with moveDossiersTo they are in the other group at once', async () => {
    const office = await anOfficeWithGroups();
    const etag = await office.etag('client-groups', 'h');
    expect((await office.as('boss').api.delete(`${office.at('client-groups', 'g')}?moveDossiersTo=h`)).status).toBe(
      200,
    );
    expect((await office.api.get<Group>(office.at('client-groups', 'h'))).body).toMatchObject({
      dossiers: ['d3', 'd1', 'd2'],
      collaborators: ['bert'],
    });
    expect(await office.opens('bert', all)).toEqual(all);
    expect(await office.opens('anna', all)).toEqual([]);
    expect(await office.etag('client-groups', 'h')).not.toBe(etag);
  });

  test('rule 14: dormant memberships of inactive dossiers move along and come back with them', async () => {
    const office = await anOfficeWithGroups();
    await office.api.post(office.at('dossiers', 'd1', 'deactivate'));
    await office.api.delete(`${office.at('client-groups', 'g')}?moveDossiersTo=h`);
    expect(await office.may('bert', 'd1')).toBe(false);
    await office.api.post(office.at('dossiers', 'd1', 'activate'));
    expect(await office.may('bert', 'd1')).toBe(true);
  });

  test('a membership that ends keeps its end, and one that has ended does not come back', async () => {
    const office = await anOfficeWithGroups();
    const membership = (dossier: string) =>
      office.relate({
        object: `dossier:${dossier}`,
        relation: 'client_group',
        subject: 'client_group:g',
        expiresAt: inHours(1),
      });
    await membership('d1');
    await endTuples(app.database, office.id);
    await membership('d2');
    await office.api.delete(`${office.at('client-groups', 'g')}?moveDossiersTo=h`);
    expect(await office.opens('bert', all)).toEqual(['d2', 'd3']);
    await endTuples(app.database, office.id);
    expect(await office.opens('bert', all)).toEqual(['d3']);
  });

  test('rule 15: private dossiers of the group are moved and left like the others, and stay unseen', async () => {
    const office = await anOfficeWithGroups();
    await office.dossier('secret', { private: true, managers: ['carl'] });
    await office.api.patch(office.at('client-groups', 'g'), { dossiers: { add: ['secret'] } }, ifMatch('*'));
    const deleted = await office.as('boss').api.delete(`${office.at('client-groups', 'g')}?moveDossiersTo=h`);
    expect(deleted.status).toBe(200);
    expect((await office.as('boss').api.get<Group>(office.at('client-groups', 'h'))).body.dossiers).not.toContain(
      'secret',
    );
    expect((await office.api.get<Group>(office.at('client-groups', 'h'))).body.dossiers).toContain('secret');
    expect([await office.may('bert', 'secret'), await office.may('carl', 'secret')]).toEqual([false, true]);
  });

  test('the id is free again, for a group that has nothing of the old one', async () => {
    const office = await anOfficeWithGroups();
    const old = await office.etag('client-groups', 'g');
    await office.api.delete(office.at('client-groups', 'g'));
    const made = await office.api.put<Group>(office.at('client-groups', 'g'), { name: 'Neuf' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ dossiers: [], collaborators: [] });
    expect(verdict(await office.api.patch(office.at('client-groups', 'g'), { name: 'X' }, ifMatch(old)))).toEqual([
      412,
      'stale_version',
    ]);
  });

  test('of two that delete it at once, one does and the other finds nothing', async () => {
    const office = await anOfficeWithGroups();
    const answers = await Promise.all([1, 2].map(() => office.api.delete(office.at('client-groups', 'g'))));
    expect(answers.map(verdict).sort()).toEqual([
      [200, undefined],
      [404, 'not_found'],
    ]);
  });

  test('a save that was based on the deleted group is refused instead of making it anew', async () => {
    const office = await anOfficeWithGroups();
    const etag = await office.etag('client-groups', 'g');
    await office.api.delete(office.at('client-groups', 'g'));
    const late = await office.api.put(office.at('client-groups', 'g'), { name: 'G', dossiers: ['d1'] }, ifMatch(etag));
    expect(verdict(late)).toEqual([412, 'stale_version']);
    expect((await office.api.get(office.at('client-groups', 'g'))).status).toBe(404);
  });
});
