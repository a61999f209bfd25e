import { beforeAll, describe, expect, test } from '@jest/globals';
import { anAdmin } from '#test/factories/collaborators.js';
import { inHours } from '#test/factories/relationships.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Found {
  finding: string;
  about: string;
  count: number;
  bound?: { admins: number; collaborators: number; most: number };
}
interface Row {
  id: string;
  name: string;
  code?: string | null;
  twins?: number;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['mia', 'gone', 'keeper']) await office.collaborator(id);
  await office.collaboratorGroup('team', { name: 'Équipe', members: ['mia'] });
  await office.collaboratorGroup('left', { name: 'equipe', members: ['gone'] });
  await office.collaboratorGroup('nobody', { name: 'Vide' });
  await office.dossier('fine', { managers: ['mia'] });
  await office.dossier('orphan', { name: 'Orphan', code: 'O1', managers: ['gone'] });
  await office.dossier('lost', { name: 'Lost', code: 'L1' });
  await office.dossier('ended', { name: 'Ended' });
  await office.dossier('draft', { status: 'draft' });
  await office.dossier('closed');
  await office.dossier('secret', { name: 'Zzecret', private: true, managers: ['keeper'] });
  // With neither group nor anything else that would keep it out of the findings.
  await office.dossier('secret-alone', { name: 'Zzecret too', private: true, managers: ['keeper'] });
  await office.clientGroup('full', { name: 'Liège', dossiers: ['fine', 'orphan'], collaborators: ['mia'] });
  await office.clientGroup('through', { name: 'LIEGE', collaboratorGroups: ['team'] });
  await office.clientGroup('hollow', {
    name: 'Hollow',
    collaborators: ['gone'],
    collaboratorGroups: ['left', 'nobody'],
  });
  await office.clientGroup('veiled', { name: 'Veiled', collaborators: ['mia'] });
  await office.relate(
    { object: 'dossier:secret', relation: 'client_group', subject: 'client_group:veiled' },
    { object: 'dossier:ended', relation: 'client_group', subject: 'client_group:full', expiresAt: inHours(1) },
    { object: 'dossier:ended', relation: 'manager', subject: 'collaborator:mia', expiresAt: inHours(1) },
  );
  await endTuples(app.database, office.id);
  await office.api.post(office.at('dossiers', 'closed', 'deactivate'));
  await office.api.post(office.at('collaborators', 'gone', 'deactivate'));
});

const list = async (as = 'boss', of = office) =>
  (await of.as(as).api.get<{ items: Found[] }>(of.at('findings'))).body.items;
const rowsOf = async (finding: string, as = 'boss', query = '') =>
  (
    await office
      .as(as)
      .api.get<{ items: Row[]; nextCursor: string | null; total: number }>(`${office.at('findings', finding)}?${query}`)
  ).body;

const expected: Record<string, string[]> = {
  // In the order of names, without what is no active dossier, and with ended tuples that count for nothing.
  dossiers_without_client_group: ['ended', 'lost'],
  dossiers_without_manager: ['ended', 'lost'],
  dossiers_with_inactive_managers_only: ['orphan'],
  // `veiled` has a dossier that does not exist for the admin.
  client_groups_without_dossiers: ['hollow', 'through', 'veiled'],
  client_groups_without_people: ['hollow'],
  client_group_twins: ['full', 'through'],
  collaborator_groups_without_people: ['left', 'nobody'],
  collaborator_group_twins: ['left', 'team'],
  too_many_admins: [],
};

// How these were seen to fail: with all dossiers of the office looked at instead of those that the viewer may open, with
// tuples that have ended, and with inactive people.
describe('what is worth a look', () => {
  test.each(Object.entries(expected))('%s', async (finding, ids) => {
    const { items, total } = await rowsOf(finding);
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(total).toBe(ids.length);
    expect((await list()).find((one) => one.finding === finding)?.count).toBe(ids.length);
  });

  test('is the whole list, each with what it is about', async () => {
    expect((await list()).map(({ finding }) => finding)).toEqual(Object.keys(expected));
    expect((await list())[0]).toMatchObject({ about: 'dossier' });
  });

  test('names dossiers with their code, and twins with how many others there are', async () => {
    expect((await rowsOf('dossiers_without_manager')).items[1]).toEqual({ id: 'lost', name: 'Lost', code: 'L1' });
    expect((await rowsOf('client_group_twins')).items).toEqual([
      { id: 'full', name: 'Liège', twins: 1 },
      { id: 'through', name: 'LIEGE', twins: 1 },
    ]);
  });

  test('comes in pages', async () => {
    const first = await rowsOf('client_groups_without_dossiers', 'boss', 'limit=2');
    const rest = await rowsOf('client_groups_without_dossiers', 'boss', `limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(expected.client_groups_without_dossiers);
    expect(rest.nextCursor).toBeNull();
  });

  test('rule 15: tells nothing of a private dossier to who cannot open it', async () => {
    for (const finding of Object.keys(expected)) {
      expect(JSON.stringify(await rowsOf(finding))).not.toMatch(/secret/i);
    }
    // To the office's integration it is there, and so its group is not empty.
    const { body } = await office.api.get<{ items: Row[] }>(office.at('findings', 'client_groups_without_dossiers'));
    expect(body.items.map(({ id }) => id)).toEqual(['hollow', 'through']);
  });

  test('too many admins are more than three and more than a third of the active people', async () => {
    const own = await OfficeClient.make(app);
    const bound = async () => (await list('boss', own)).find(({ finding }) => finding === 'too_many_admins');
    for (const id of ['a1', 'a2']) await own.collaborator(id, anAdmin());
    expect(await bound()).toMatchObject({ count: 0, bound: { admins: 3, collaborators: 3, most: 3 } });
    await own.collaborator('a3', anAdmin());
    expect(await bound()).toMatchObject({ count: 4, bound: { admins: 4, collaborators: 4, most: 3 } });
    for (let index = 0; index < 8; index++) await own.collaborator(`c${index}`);
    expect(await bound()).toMatchObject({ count: 0, bound: { admins: 4, collaborators: 12, most: 4 } });
    await own.api.post(own.at('collaborators', 'c0', 'deactivate'));
    expect(await bound()).toMatchObject({ count: 4, bound: { collaborators: 11, most: 3 } });
    const { body } = await own.as('boss').api.get<{ items: Row[] }>(own.at('findings', 'too_many_admins'));
    expect(body.items.map(({ id }) => id).sort()).toEqual(['a1', 'a2', 'a3', 'boss']);
  });

  test('is for admins and the office’s integration', async () => {
    await office.collaborator('support', { profile: 'support' });
    for (const actor of ['mia', 'support']) {
      for (const tail of [[], ['client_group_twins']]) {
        expect(verdict(await office.as(actor).api.get(office.at('findings', ...tail)))).toEqual([403, 'forbidden']);
      }
    }
    expect((await office.api.get(office.at('findings'))).status).toBe(200);
  });

  test('has no other findings', async () => {
    expect(verdict(await office.api.get(office.at('findings', 'dossiers')))).toEqual([404, 'not_found']);
  });
});
