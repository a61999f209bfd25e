import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiResponse } from '#test/support/api.js';
import { inHours } from '#test/factories/relationships.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
let boss: OfficeClient;

beforeEach(async () => {
  office = await OfficeClient.make(app);
  boss = office.as('boss');
  for (const id of ['anna', 'bert', 'carl']) await office.collaborator(id);
  for (const id of ['d1', 'd2', 'd3']) await office.dossier(id);
  await office.collaboratorGroup('k', { name: 'K', members: ['bert'] });
  await office.clientGroup('g', { name: 'G', email: 'g@office.example', dossiers: ['d1'], collaborators: ['anna'] });
  await office.clientGroup('h', { name: 'H', dossiers: ['d2'], collaborators: ['carl'] });
});

type Written = ApiResponse<{ revision: string }>;
const undo = (revision: string, as = boss, query = '') =>
  as.api.post<{ undone: string }>(`${office.at('changes', revision, 'undo')}${query}`, {});
const patch = (body: object, id = 'g') =>
  boss.api.patch<{ revision: string }>(office.at('client-groups', id), body, ifMatch('*'));

/** Groups and tuples as they stand: everything that a save of a group can change. */
async function state() {
  const list = async (path: string) =>
    (await office.api.get<{ items: Record<string, unknown>[] }>(`${office.at(path)}?limit=1000`)).body.items;
  const tuples = (await list('relationships')).map(({ object, relation, subject, primary, expiresAt }) =>
    JSON.stringify({ object, relation, subject, primary, expiresAt }),
  );
  return { groups: await list('client-groups'), peers: await list('collaborator-groups'), tuples: tuples.sort() };
}

const writes: [what: string, write: () => Promise<Written>][] = [
  ['another name and address', () => patch({ name: 'Autre', email: null })],
  ['people who joined and left', () => patch({ collaborators: { add: ['bert'], remove: ['anna'] } })],
  ['a dossier that left another group', () => patch({ dossiers: { add: ['d2', 'd3'], remove: ['d1'] } })],
  ['a collaborator group that joined', () => patch({ collaboratorGroups: { add: ['k'] } })],
  ['all of it at once', () => patch({ name: 'X', dossiers: { add: ['d2'] }, collaborators: { remove: ['anna'] } })],
  [
    'a group that was made',
    () => boss.api.put(office.at('client-groups', 'new'), { name: 'N', dossiers: ['d1'], collaborators: ['bert'] }),
  ],
  ['a group that was deleted', () => boss.api.delete(office.at('client-groups', 'g'))],
  [
    'a group that was deleted and whose dossiers moved',
    () => boss.api.delete(`${office.at('client-groups', 'g')}?moveDossiersTo=h`),
  ],
  [
    'the members of a collaborator group',
    () =>
      boss.api.patch(
        office.at('collaborator-groups', 'k'),
        { name: 'KK', members: { add: ['anna'], remove: ['bert'] } },
        ifMatch('*'),
      ),
  ],
  ['the managers of a dossier', () => boss.api.patch(office.at('dossiers', 'd1', 'managers'), { add: ['anna'] })],
];

// Seen to fail where restored tuples lose their end, where tuples are not put back, where the version of a dossier is
// not looked at, and where hidden rows are skipped instead of refused.
describe('undoing a write', () => {
  test.each(writes)('takes back %s, and nothing else', async (_what, write) => {
    const before = await state();
    const { revision } = (await write()).body;
    expect(await state()).not.toEqual(before);
    const preview = (await undo(revision, boss, '?dryRun=true')) as ApiResponse as ApiResponse<Preview>;
    expect(preview.body.dryRun).toBe(true);
    const { status, body } = await undo(revision);
    expect([status, body.undone]).toEqual([200, revision]);
    expect(await state()).toEqual(before);
  });

  test('brings a membership back with its end', async () => {
    await office.relate({
      object: 'client_group:g',
      relation: 'collaborator',
      subject: 'collaborator:bert',
      expiresAt: inHours(1),
    });
    const before = await state();
    const { revision } = (await patch({ collaborators: { remove: ['bert'] } })).body;
    await undo(revision);
    expect(await state()).toEqual(before);
  });

  test('is itself in the trail, and can be undone in its turn', async () => {
    const { revision } = (await patch({ name: 'Autre' })).body;
    const after = await state();
    const undone = (await undo(revision)) as ApiResponse as Written;
    const { body } = await office.api.get<{ items: { actor: string; revision: string; after: unknown }[] }>(
      `${office.at('changes')}?key=client_group:g&limit=1000`,
    );
    expect(body.items.at(-1)).toMatchObject({ actor: 'collaborator:boss', after: { name: 'G' } });
    await undo(undone.body.revision);
    expect(await state()).toEqual(after);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the group was saved again', () => patch({ email: 'late@office.example' })],
    ['a dossier of it was moved on', () => patch({ dossiers: { add: ['d2'] } }, 'h')],
    ['a collaborator of it was changed', () => patch({ collaborators: { add: ['bert'] } }, 'h')],
  ])('is refused once %s', async (_what, later) => {
    const { revision } = (await patch({ dossiers: { add: ['d2'] }, collaborators: { add: ['bert'] } })).body;
    await later();
    const before = await state();
    expect(verdict(await undo(revision))).toEqual([409, 'undo_not_safe']);
    expect(await state()).toEqual(before);
  });

  test('is refused once the managers of the dossier were changed again', async () => {
    const managers = (change: object) =>
      boss.api.patch<{ revision: string }>(office.at('dossiers', 'd1', 'managers'), change);
    const { revision } = (await managers({ add: ['anna'] })).body;
    await managers({ add: ['bert'] });
    expect(verdict(await undo(revision))).toEqual([409, 'undo_not_safe']);
  });

  test('is refused for what is more than groups and relationships', async () => {
    const made = await boss.api.put<{ revision: string }>(office.at('dossiers', 'd9'), { name: 'Neuf' });
    expect(verdict(await undo(made.body.revision))).toEqual([409, 'not_undoable']);
  });

  test('rule 15: is refused for a write that touched a private dossier which the actor may not open', async () => {
    await office.dossier('secret', { private: true, managers: ['anna'] });
    const { revision } = (
      await office.api.patch<{ revision: string }>(
        office.at('client-groups', 'g'),
        { dossiers: { add: ['secret', 'd3'] } },
        ifMatch('*'),
      )
    ).body;
    expect(verdict(await undo(revision))).toEqual([409, 'not_undoable']);
  });

  test('is for those who may read the trail and change the groups', async () => {
    const { revision } = (await patch({ name: 'Autre' })).body;
    expect(verdict(await undo(revision, office.as('anna')))).toEqual([403, 'forbidden']);
    expect((await state()).groups).toContainEqual(expect.objectContaining({ name: 'Autre' }));
  });

  test('of a revision that changed nothing, or of another office, finds nothing', async () => {
    expect(verdict(await undo('999999'))).toEqual([404, 'not_found']);
    expect(verdict(await undo('abc'))).toEqual([404, 'not_found']);
  });
});
