import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { explained, type Explained } from '#test/support/explained.js';
import { OfficeClient } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const guestUntil = inHours(2);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  const people: [string, string][] = [
    ['anne', 'collaborator'],
    ['mia', 'collaborator'],
    ['zoe', 'collaborator'],
    ['gus', 'collaborator'],
    ['bert', 'collaborator'],
    ['sam', 'support'],
    ['ada', 'admin'],
  ];
  for (const [id, profile] of people) {
    await office.collaborator(id, { profile: profile as 'admin', firstName: id.toUpperCase(), lastName: '' });
  }
  await office.collaborator('gone', { status: 'inactive' });
  await office.collaboratorGroup('k', { members: ['anne'] });
  await office.dossier('d', { managers: ['mia', 'gone'] });
  await office.dossier('alone');
  await office.dossier('secret', { private: true, managers: ['mia', 'zoe'] });
  const boss = office.as('boss');
  await boss.clientGroup('g', { dossiers: ['d'], collaborators: ['anne', 'sam'], collaboratorGroups: ['k'] });
  await office.relate(
    { object: 'dossier:d', relation: 'guest', subject: 'collaborator:gus', expiresAt: guestUntil },
    { object: 'dossier:d', relation: 'excluded', subject: 'collaborator:ada' },
    { object: 'dossier:secret', relation: 'guest', subject: 'collaborator:gus' },
  );
});

const explain = (collaborator: string, dossier: string, action?: string, as?: string) =>
  explained(as === undefined ? office : office.as(as), {
    collaborator,
    dossier,
    ...(action !== undefined && { action }),
  });

interface Relationship {
  object: string;
  relation: string;
  subject: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
}

/** What the office's relationships say of a tuple. */
async function stored(tuple: string) {
  const [object = '', rest = ''] = tuple.split('#');
  const [relation = '', subject = ''] = rest.split('@');
  const query = new URLSearchParams({ object, relation, subject });
  const { body } = await office.api.get<{ items: Relationship[] }>(`${office.at('relationships')}?${query.toString()}`);
  const { createdAt: since, createdBy: by, expiresAt } = body.items[0] as Relationship;
  return { tuple, since, by, expiresAt };
}

describe('the explanation of an allow', () => {
  test('rule 5: names every independent path, each of its tuples with since when, by whom and until when', async () => {
    const { allowed, rule, paths, denials, wouldGrant, ask } = await explain('anne', 'd');
    expect({ allowed, rule, denials, wouldGrant, ask }).toEqual({
      allowed: true,
      rule: 'collaborator-on-active',
      denials: [],
      wouldGrant: [],
      ask: [],
    });
    const inG = 'dossier:d#client_group@client_group:g';
    const direct = [inG, 'client_group:g#collaborator@collaborator:anne'];
    const throughK = [
      inG,
      'client_group:g#collaborator_group@collaborator_group:k',
      'collaborator_group:k#member@collaborator:anne',
    ];
    expect(paths.map(({ tuples, ...path }) => [path, tuples.map(({ tuple }) => tuple)])).toEqual([
      [
        expect.objectContaining({ kind: 'client_group', clientGroup: 'g', by: 'collaborator:boss', expiresAt: null }),
        direct,
      ],
      [expect.objectContaining({ kind: 'client_group', clientGroup: 'g', collaboratorGroup: 'k' }), throughK],
    ]);
    for (const { tuples, since, by } of paths) {
      for (const one of tuples) expect(one).toEqual(await stored(one.tuple));
      // A path is there since the last of its tuples was made.
      const last = tuples.reduce((a, b) => (Date.parse(b.since) >= Date.parse(a.since) ? b : a));
      expect({ since, by }).toEqual({ since: last.since, by: last.by });
    }
  });

  test('a path ends with the first of its tuples that ends', async () => {
    const [path] = (await explain('gus', 'd')).paths;
    expect([path?.kind, Date.parse(path?.expiresAt ?? '')]).toEqual(['guest', Date.parse(guestUntil)]);
  });

  test('says the decision of can-access and its words, for everyone, in the language of the caller', async () => {
    for (const collaborator of ['anne', 'mia', 'gus', 'bert', 'sam', 'ada', 'boss', 'gone', 'nobody']) {
      for (const dossier of ['d', 'alone', 'secret', 'nothing']) {
        for (const action of ['open', 'assign_manager', 'made-up']) {
          const question = { collaborator, dossier, action };
          const language = { 'accept-language': 'nl' };
          const check = await office.api.post<Explained>(office.at('can-access'), question, language);
          const { body } = await office.api.post<Explained>(office.at('explain'), question, language);
          const { allowed, rule, reason, revision, policy } = body;
          expect({ question, allowed, rule, reason, revision, policy }).toEqual({ question, ...check.body });
        }
      }
    }
  });

  test('names a profile as a path without tuples, that no revocation ends', async () => {
    const { paths, revocations } = await explain('boss', 'alone');
    expect({ paths, revocations }).toEqual({ paths: [{ kind: 'admin', tuples: [] }], revocations: [] });
  });
});

describe('the explanation of a deny', () => {
  test('names every rule that denied, in words', async () => {
    const excluded = await explain('ada', 'd');
    expect(excluded).toMatchObject({ allowed: false, rule: 'excluded', paths: [], revocations: [] });
    expect(excluded.denials).toEqual([{ rule: 'excluded', reason: excluded.reason }]);
    await office.relate({ object: 'dossier:d', relation: 'excluded', subject: 'collaborator:gone' });
    const both = await explain('gone', 'd');
    expect(both.denials.map(({ rule }) => rule).sort()).toEqual(['excluded', 'inactive-collaborator']);
  });

  test('names whom to ask: the active managers other than the one who is refused; where there are none, the admins', async () => {
    expect((await explain('sam', 'd', 'export')).ask).toEqual([{ collaborator: 'mia', name: 'MIA', as: 'manager' }]);
    expect((await explain('mia', 'd', 'deactivate')).ask.map(({ collaborator }) => collaborator).sort()).toEqual([
      'ada',
      'boss',
    ]);
    expect((await explain('bert', 'alone')).ask.map(({ as }) => as)).toEqual(['admin', 'admin']);
  });

  test('rule 15: of a private dossier it is its managers who are asked, never an admin', async () => {
    for (const as of [undefined, 'gus']) {
      const { ask, wouldGrant } = await explain('gus', 'secret', 'assign_manager', as);
      expect(ask.map(({ collaborator, as: role }) => [collaborator, role])).toEqual([
        ['mia', 'manager'],
        ['zoe', 'manager'],
      ]);
      expect(wouldGrant).toEqual([[{ change: 'add_manager' }], [{ change: 'make_admin' }]]);
    }
  });
});

describe('rule 14: of an inactive dossier', () => {
  test('no dormant membership is a path: an admin has the profile only, others nothing', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    await own.collaboratorGroup('k', { members: ['boss', 'anne'] });
    await own.dossier('d');
    await own.clientGroup('g', { dossiers: ['d'], collaborators: ['boss'], collaboratorGroups: ['k'] });
    const kinds = async (collaborator: string) =>
      (await explained(own, { collaborator, dossier: 'd' })).paths.map(({ kind }) => kind);
    expect(await kinds('boss')).toEqual(['admin', 'client_group', 'client_group']);
    await own.api.post(own.at('dossiers', 'd', 'deactivate'));
    expect([await kinds('boss'), await kinds('anne')]).toEqual([['admin'], []]);
    await own.api.post(own.at('dossiers', 'd', 'activate'));
    expect((await kinds('anne')).length).toBe(1);
  });
});
