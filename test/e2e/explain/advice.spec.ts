import { beforeAll, describe, expect, test } from '@jest/globals';
import { explained } from '#test/support/explained.js';
import { OfficeClient } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['direct', 'twice', 'every', 'none']) await office.collaborator(id);
  await office.collaborator('walled', { profile: 'admin' });
  for (const id of ['k1', 'k2']) await office.collaboratorGroup(id, { members: ['twice', 'every'] });
  await office.dossier('d', { managers: ['every', 'boss'] });
  await office.clientGroup('g', {
    dossiers: ['d'],
    collaborators: ['direct', 'every'],
    collaboratorGroups: ['k1', 'k2'],
  });
  await office.relate(
    { object: 'dossier:d', relation: 'guest', subject: 'collaborator:every' },
    { object: 'dossier:d', relation: 'excluded', subject: 'collaborator:walled' },
  );
});

const tupleOf = (text: string) => {
  const [object = '', relation = '', subject = ''] = text.split(/[#@]/);
  return { object, relation, subject };
};

/** Whether the collaborator still opens the dossier without the tuples, which are put back. */
async function opensWithout(collaborator: string, tuples: readonly string[]): Promise<boolean> {
  const all = tuples.map(tupleOf);
  const send = (body: object) => office.api.post(office.at('relationships'), body);
  expect((await send({ delete: all })).status).toBe(200);
  const opens = await office.may(collaborator, 'd');
  expect((await send({ write: all })).status).toBe(200);
  return opens;
}

function setsOf(tuples: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return tuples.flatMap((tuple, at) => setsOf(tuples.slice(at + 1), size - 1).map((rest) => [tuple, ...rest]));
}

describe('the smallest sets of tuples to remove', () => {
  test.each([
    ['direct', 1],
    ['twice', 1],
    ['every', 3],
  ])('end the access of %s when they are removed, and no set of fewer than %d does', async (collaborator, size) => {
    const { paths, revocations } = await explained(office, { collaborator, dossier: 'd' });
    expect(revocations.length).toBeGreaterThan(0);
    for (const set of revocations) {
      expect(set).toHaveLength(size);
      expect([set, await opensWithout(collaborator, set)]).toEqual([set, false]);
    }
    const all = [...new Set(paths.flatMap(({ tuples }) => tuples.map(({ tuple }) => tuple)))];
    for (let fewer = 1; fewer < size; fewer++) {
      for (const set of setsOf(all, fewer)) expect([set, await opensWithout(collaborator, set)]).toEqual([set, true]);
    }
    // Every set of that size which ends access is listed.
    const listed = new Set(revocations.map((set) => [...set].sort().join(' ')));
    for (const set of setsOf([...all].sort(), size)) {
      expect([set, await opensWithout(collaborator, set)]).toEqual([set, !listed.has(set.join(' '))]);
    }
  });
});

/** How each piece of advice is taken, and taken back. */
const steps: Record<string, (collaborator: string, give: boolean) => Promise<{ status: number }>> = {
  add_manager: (id, give) => delta('dossiers/d/managers', id, give),
  add_guest: (id, give) => delta('dossiers/d/guests', id, give),
  remove_exclusion: (id, give) => delta('dossiers/d/exclusions', id, !give),
  add_to_client_group: (id, give) => {
    const change = give ? { add: [id] } : { remove: [id] };
    return office.api.patch(office.at('client-groups', 'g'), { collaborators: change }, { 'if-match': '*' });
  },
  make_admin: (id, give) => {
    const body = { profile: give ? 'admin' : 'collaborator' };
    return office.api.patch(office.at('collaborators', id), body, { 'if-match': '*' });
  },
};

function delta(path: string, id: string, give: boolean) {
  return office.api.patch(`${office.at()}/${path}`, give ? { add: [id] } : { remove: [id] }, { 'if-match': '*' });
}

describe('what would grant', () => {
  test.each([
    ['none', 'open', ['add_manager', 'add_guest', 'make_admin', 'add_to_client_group']],
    ['none', 'assign_manager', ['add_manager', 'make_admin']],
    ['walled', 'open', ['remove_exclusion']],
  ])(
    'to %s to %s is each thing alone that is named, and nothing that is not',
    async (collaborator, action, changes) => {
      const { wouldGrant } = await explained(office, { collaborator, dossier: 'd', action });
      expect(wouldGrant.map((set) => set.map(({ change }) => change))).toEqual(changes.map((change) => [change]));
      for (const [change, step] of Object.entries(steps)) {
        if (change === 'remove_exclusion' && collaborator !== 'walled') continue;
        if (change === 'make_admin' && collaborator === 'walled') continue;
        expect((await step(collaborator, true)).status).toBe(200);
        expect([change, await office.may(collaborator, 'd', action)]).toEqual([change, changes.includes(change)]);
        expect((await step(collaborator, false)).status).toBe(200);
        expect(await office.may(collaborator, 'd', action)).toBe(false);
      }
    },
  );
});
