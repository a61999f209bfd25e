import { describe, expect, test } from '@jest/globals';
import { aSupporter } from '#test/factories/collaborators.js';
import { inHours } from '#test/factories/relationships.js';
import { ifMatch, OfficeClient, type Preview } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Group {
  dossiers: string[];
  collaborators: string[];
  collaboratorGroups: string[];
}

const app = theService();

const reach = (office: OfficeClient, group: string, body: object) =>
  office.api.patch(office.at('client-groups', group), body, ifMatch('*'));

describe('who may open a dossier follows its group, as can-access says right after the save', () => {
  test('rule 1: access is derived live: every dossier of the group for everyone of it, whichever comes last', async () => {
    const office = await OfficeClient.make(app);
    for (const id of ['anna', 'bert']) await office.collaborator(id);
    for (const id of ['d1', 'd2']) await office.dossier(id);
    await office.clientGroup('g', { dossiers: ['d1'], collaborators: ['anna'] });
    expect([await office.opens('anna', ['d1', 'd2']), await office.opens('bert', ['d1', 'd2'])]).toEqual([['d1'], []]);
    await reach(office, 'g', { dossiers: { add: ['d2'] } });
    expect(await office.opens('anna', ['d1', 'd2'])).toEqual(['d1', 'd2']);
    await reach(office, 'g', { collaborators: { add: ['bert'], remove: ['anna'] } });
    expect([await office.opens('anna', ['d1', 'd2']), await office.opens('bert', ['d1', 'd2'])]).toEqual([
      [],
      ['d1', 'd2'],
    ]);
    await reach(office, 'g', { dossiers: { remove: ['d1'] } });
    expect(await office.opens('bert', ['d1', 'd2'])).toEqual(['d2']);
  });

  test('rule 1: the group says which dossiers, the profile which actions', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('anna');
    await office.collaborator('sam', aSupporter());
    await office.dossier('d');
    await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anna', 'sam'] });
    const actions = [
      'open',
      'edit',
      'configure',
      'validate',
      'communicate',
      'export',
      'assign_client_group',
      'assign_manager',
    ];
    const may = async (who: string) => {
      const answers = await Promise.all(actions.map((action) => office.may(who, 'd', action)));
      return actions.filter((_, n) => answers[n]);
    };
    expect(await may('anna')).toEqual(['open', 'edit', 'configure', 'validate', 'communicate', 'export']);
    expect(await may('sam')).toEqual(['open', 'validate']);
  });

  test('rule 4: a client group holds several collaborator groups, and each counts in all its client groups', async () => {
    const office = await OfficeClient.make(app);
    for (const id of ['anna', 'bert']) await office.collaborator(id);
    await office.collaboratorGroup('k1', { members: ['anna'] });
    await office.collaboratorGroup('k2', { members: ['bert'] });
    for (const n of ['1', '2']) {
      await office.dossier(`d${n}`);
      await office.clientGroup(`g${n}`, { dossiers: [`d${n}`], collaboratorGroups: ['k1'] });
    }
    await reach(office, 'g1', { collaboratorGroups: { add: ['k2'] } });
    expect([await office.opens('anna', ['d1', 'd2']), await office.opens('bert', ['d1', 'd2'])]).toEqual([
      ['d1', 'd2'],
      ['d1'],
    ]);
    await reach(office, 'g1', { collaboratorGroups: { remove: ['k1'] } });
    expect(await office.opens('anna', ['d1', 'd2'])).toEqual(['d2']);
  });

  test('rule 6: a dossier without a group is open to its managers and to admins only; without a manager to admins', async () => {
    const office = await OfficeClient.make(app);
    for (const id of ['anna', 'bert']) await office.collaborator(id);
    await office.dossier('d', { managers: ['bert'] });
    await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anna'] });
    await reach(office, 'g', { dossiers: { remove: ['d'] } });
    expect([await office.may('anna', 'd'), await office.may('bert', 'd'), await office.may('boss', 'd')]).toEqual([
      false,
      true,
      true,
    ]);
    await office.api.patch(office.at('dossiers', 'd', 'managers'), { remove: ['bert'] });
    expect([await office.may('bert', 'd'), await office.may('boss', 'd')]).toEqual([false, true]);
  });

  test('rule 7: memberships of an admin change nothing while they are one', async () => {
    const office = await OfficeClient.make(app);
    await office.dossier('d');
    const gain = await office.api.put<Preview>(`${office.at('client-groups', 'g')}?dryRun=true`, {
      name: 'G',
      dossiers: ['d'],
      collaborators: ['boss'],
    });
    expect(gain.body.impact.gains.total).toBe(0);
    expect(await office.may('boss', 'd')).toBe(true);
  });

  test('an exclusion beats the group, for the admin too', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('anna');
    await office.dossier('d');
    await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anna'] });
    await office.relate(
      { object: 'client_group:g', relation: 'excluded', subject: 'collaborator:anna' },
      { object: 'client_group:g', relation: 'excluded', subject: 'collaborator:boss' },
    );
    expect([await office.may('anna', 'd'), await office.may('boss', 'd')]).toEqual([false, false]);
    const group = await office.api.get<{ excluded: string[] }>(office.at('client-groups', 'g'));
    expect(group.body.excluded.sort()).toEqual(['anna', 'boss']);
    const replaced = await office.api.put(
      office.at('client-groups', 'g'),
      { name: 'G', dossiers: ['d'], collaborators: ['anna'] },
      ifMatch('*'),
    );
    expect(replaced.status).toBe(200);
    expect([await office.may('anna', 'd'), await office.may('boss', 'd')]).toEqual([false, false]);
  });
});

describe('a membership that has ended counts for nothing', () => {
  async function officeWithEnded(): Promise<OfficeClient> {
    const office = await OfficeClient.make(app);
    await office.collaborator('anna');
    await office.dossier('d');
    await office.clientGroup('g', { name: 'G', dossiers: ['d'] });
    const membership = { object: 'client_group:g', relation: 'collaborator', subject: 'collaborator:anna' };
    await office.relate({ ...membership, expiresAt: inHours(1) });
    expect(await office.may('anna', 'd')).toBe(true);
    await endTuples(app.database, office.id);
    return office;
  }

  test('it grants nothing, is neither shown nor counted, and a save that names the person gives access again', async () => {
    const office = await officeWithEnded();
    expect(await office.may('anna', 'd')).toBe(false);
    const path = office.at('client-groups', 'g');
    expect((await office.api.get<Group>(path)).body.collaborators).toEqual([]);
    const list = await office.api.get<{ items: { counts: { collaborators: number } }[] }>(office.at('client-groups'));
    expect(list.body.items[0]?.counts.collaborators).toBe(0);
    const saved = await office.api.put<Group>(
      path,
      { name: 'G', dossiers: ['d'], collaborators: ['anna'] },
      ifMatch('*'),
    );
    expect(saved.body.collaborators).toEqual(['anna']);
    expect(await office.may('anna', 'd')).toBe(true);
  });

  test('a save of the list as it was shown does not bring it back', async () => {
    const office = await officeWithEnded();
    const path = office.at('client-groups', 'g');
    const shown = (await office.api.get<Group>(path)).body;
    const { dossiers, collaborators, collaboratorGroups } = shown;
    await office.api.put(path, { name: 'Autre', dossiers, collaborators, collaboratorGroups }, ifMatch('*'));
    expect(await office.may('anna', 'd')).toBe(false);
  });
});
