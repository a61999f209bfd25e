import { beforeAll, describe, expect, test } from '@jest/globals';
import { aDraft } from '#test/factories/dossiers.js';
import { inHours } from '#test/factories/relationships.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { endTuples, meeting } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Person {
  collaborator: string;
  expiresAt: string | null;
}

interface DossierAnswer extends Problem {
  managers: (Person & { primary: boolean })[];
  guests?: Person[];
  excluded?: Person[];
  warnings: { code: string }[];
}

type Kind = 'managers' | 'guests' | 'exclusions';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'bert', 'carl']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  await office.collaborator('gone', { status: 'inactive' });
});

function change(id: string, kind: Kind, body: unknown, as?: string, headers?: Record<string, string>) {
  const api = as === undefined ? office.api : office.api.as(as);
  return api.patch<DossierAnswer>(office.at('dossiers', id, kind), body, headers);
}

async function dossier(body: Parameters<OfficeClient['dossier']>[1] = {}): Promise<string> {
  const id = anId('d');
  await office.dossier(id, body);
  return id;
}

const primaryOf = (answer: { body: DossierAnswer }) => answer.body.managers.find((one) => one.primary)?.collaborator;

describe('the managers of a dossier', () => {
  test('rule 8: a manager opens the dossier whatever its group, and no more once removed', async () => {
    const id = await dossier();
    await office.clientGroup(`${id}-g`, { dossiers: [id] });
    expect(await office.may('anne', id)).toBe(false);
    expect((await change(id, 'managers', { add: ['anne'] }, 'boss')).status).toBe(200);
    expect(await office.may('anne', id)).toBe(true);
    expect((await change(id, 'managers', { remove: ['anne'] }, 'boss')).body.managers).toEqual([]);
    expect(await office.may('anne', id)).toBe(false);
  });

  test('exactly one is primary: the first added, until another is named or the primary leaves', async () => {
    const id = await dossier();
    expect(primaryOf(await change(id, 'managers', { add: ['anne', 'bert'] }))).toBe('anne');
    expect(primaryOf(await change(id, 'managers', { primary: 'bert' }))).toBe('bert');
    expect(primaryOf(await change(id, 'managers', { add: ['carl'], primary: 'carl' }))).toBe('carl');
    const left = await change(id, 'managers', { remove: ['carl'] });
    expect(left.body.managers.map(({ collaborator, primary }) => [collaborator, primary])).toEqual([
      ['anne', true],
      ['bert', false],
    ]);
  });

  test('rule 8: a support manager keeps the support actions, an inactive one counts for nothing', async () => {
    const id = await dossier({ managers: ['sam'] });
    const warned = await change(id, 'managers', { add: ['gone'] });
    expect(warned.body.warnings.map(({ code }) => code)).toEqual(['inactive_collaborator']);
    const may = (collaborator: string, action: string) => office.may(collaborator, id, action);
    expect([await may('sam', 'open'), await may('sam', 'validate')]).toEqual([true, true]);
    for (const action of ['edit', 'configure', 'communicate', 'export', 'assign_manager']) {
      expect([action, await may('sam', action)]).toEqual([action, false]);
    }
    expect(await may('gone', 'open')).toBe(false);
    expect((await office.contact(id)).source).toBe('manager');
  });

  test('deltas that meet all count', async () => {
    const id = await dossier();
    const answers = await meeting(app.database, office.id, [
      () => change(id, 'managers', { add: ['anne'] }),
      () => change(id, 'managers', { add: ['bert'] }),
      () => change(id, 'managers', { add: ['carl'], remove: ['sam'] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await office.api.get<DossierAnswer>(office.at('dossiers', id));
    expect(body.managers.map(({ collaborator }) => collaborator).sort()).toEqual(['anne', 'bert', 'carl']);
    expect(body.managers.filter(({ primary }) => primary)).toHaveLength(1);
  });

  test('rule 8: a manager whose time is over opens nothing, is not shown, and answers for nothing', async () => {
    const own = await OfficeClient.make(app);
    for (const one of ['anne', 'bert']) await own.collaborator(one, { email: `${one}@own.example` });
    await own.dossier('d');
    const path = own.at('dossiers', 'd', 'managers');
    await own.api.patch(path, { add: [{ collaborator: 'anne', expiresAt: inHours(1) }] });
    expect(await own.may('anne', 'd')).toBe(true);
    await endTuples(app.database, own.id);
    expect(await own.may('anne', 'd')).toBe(false);
    expect((await own.api.get<DossierAnswer>(own.at('dossiers', 'd'))).body.managers).toEqual([]);
    expect(verdict(await own.api.patch(path, { primary: 'anne' }))).toEqual([422, 'not_a_manager']);
    const next = await own.api.patch<DossierAnswer>(path, { add: ['bert'] });
    expect(next.body.managers).toMatchObject([{ collaborator: 'bert', primary: true }]);
    const again = await own.api.put<DossierAnswer>(
      own.at('dossiers', 'd'),
      { name: 'D', status: 'active', managers: ['anne', 'bert'] },
      ifMatch('*'),
    );
    expect(again.body.managers.map(({ collaborator, expiresAt }) => [collaborator, expiresAt])).toEqual([
      ['anne', null],
      ['bert', null],
    ]);
    expect(await own.may('anne', 'd')).toBe(true);
  });

  test('a manager assigns managers and guests, and excludes nobody', async () => {
    const id = await dossier({ managers: ['anne'] });
    expect((await change(id, 'managers', { add: ['bert'] }, 'anne')).status).toBe(200);
    expect((await change(id, 'guests', { add: ['carl'] }, 'anne')).status).toBe(200);
    const answer = await office.api
      .as('anne')
      .patch<Problem>(office.at('dossiers', id, 'exclusions'), { add: ['carl'] }, { 'accept-language': 'de' });
    expect(verdict(answer)).toEqual([403, 'forbidden']);
    expect(answer.body.detail).toMatch(/Nur Administratoren/);
    // A guest works on the dossier, and decides nothing about its people.
    expect(verdict(await change(id, 'managers', { remove: ['anne'] }, 'carl'))).toEqual([403, 'forbidden']);
    expect(verdict(await change(id, 'guests', { remove: ['anne'] }, 'sam'))).toEqual([404, 'not_found']);
  });
});

describe('the guests of a dossier', () => {
  test('a guest opens it until the end that was given, by PostgreSQL’s clock', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    await own.dossier('d');
    const end = inHours(1);
    const answer = await own.api.patch<DossierAnswer>(own.at('dossiers', 'd', 'guests'), {
      add: [{ collaborator: 'anne', expiresAt: end }],
    });
    expect(answer.body.guests?.map((one) => [one.collaborator, Date.parse(String(one.expiresAt))])).toEqual([
      ['anne', Date.parse(end)],
    ]);
    expect(await own.may('anne', 'd')).toBe(true);
    await endTuples(app.database, own.id);
    expect(await own.may('anne', 'd')).toBe(false);
    expect((await own.api.get<DossierAnswer>(own.at('dossiers', 'd'))).body.guests).toEqual([]);
    expect(verdict(await own.as('anne').api.get(own.at('dossiers', 'd')))).toEqual([404, 'not_found']);
  });

  test('who is a guest is shown to those who may change it, and to nobody else', async () => {
    const id = await dossier({ managers: ['anne'] });
    await change(id, 'guests', { add: ['bert', 'sam'] });
    const seen = async (as: string) => (await office.api.as(as).get<DossierAnswer>(office.at('dossiers', id))).body;
    for (const viewer of ['boss', 'anne']) {
      expect((await seen(viewer)).guests?.map((one) => one.collaborator)).toEqual(['bert', 'sam']);
    }
    for (const viewer of ['bert', 'sam']) {
      expect(await seen(viewer)).not.toHaveProperty('guests');
      expect(await seen(viewer)).not.toHaveProperty('excluded');
    }
  });
});

describe('an exclusion', () => {
  test('beats every grant, the admin profile included, and its removal gives all back', async () => {
    await office.collaborator('chief', { profile: 'admin' });
    const id = await dossier({ managers: ['chief', 'anne'] });
    await office.clientGroup(`${id}-g`, { dossiers: [id], collaborators: ['bert'] });
    await change(id, 'guests', { add: ['carl'] });
    const people = ['chief', 'anne', 'bert', 'carl'];
    const open = () => Promise.all(people.map((one) => office.may(one, id)));
    expect(await open()).toEqual([true, true, true, true]);
    expect((await change(id, 'exclusions', { add: people }, 'boss')).body.excluded).toHaveLength(4);
    expect(await open()).toEqual([false, false, false, false]);
    for (const one of people) {
      expect(verdict(await office.api.as(one).get(office.at('dossiers', id)))).toEqual([404, 'not_found']);
    }
    // Not even an admin lifts an exclusion of their own.
    expect(verdict(await change(id, 'exclusions', { remove: ['chief'] }, 'chief'))).toEqual([404, 'not_found']);
    expect((await change(id, 'exclusions', { remove: people }, 'boss')).status).toBe(200);
    expect(await open()).toEqual([true, true, true, true]);
  });

  test('of a client group bars its dossiers, and only while they are in it', async () => {
    const id = await dossier({ managers: ['anne'] });
    await office.clientGroup(`${id}-g`, { dossiers: [id] });
    await office.relate({ object: `client_group:${id}-g`, relation: 'excluded', subject: 'collaborator:anne' });
    expect(await office.may('anne', id)).toBe(false);
    await office.api.put(office.at('dossiers', id, 'client-group'), { clientGroup: null });
    expect(await office.may('anne', id)).toBe(true);
  });

  test('may end by itself', async () => {
    const own = await OfficeClient.make(app);
    await own.dossier('d');
    await own.api.patch(own.at('dossiers', 'd', 'exclusions'), {
      add: [{ collaborator: 'boss', expiresAt: inHours(1) }],
    });
    expect(await own.may('boss', 'd')).toBe(false);
    await endTuples(app.database, own.id);
    expect(await own.may('boss', 'd')).toBe(true);
  });
});

describe('a change of people that is refused', () => {
  test.each<Kind>(['managers', 'guests', 'exclusions'])(
    'of %s: 400, 404, 412 and 422, and nothing changes',
    async (kind) => {
      const id = await dossier({ managers: ['anne'] });
      const before = (await office.api.get(office.at('dossiers', id))).body;
      for (const body of [
        { add: 'bert' },
        { add: [{ who: 'bert' }] },
        { add: [{ collaborator: 'bert', expiresAt: 'tomorrow' }] },
        { add: [{ collaborator: 'bert', expiresAt: '2027-01-01T00:00:00' }] },
        { add: [{ collaborator: 'bert', expiresAt: '0000-01-01T00:00:00Z' }] },
        { add: [{ collaborator: 'bert', expiresAt: '9999-12-31T23:59:59-14:00' }] },
        { members: [] },
        [],
        undefined,
      ]) {
        expect([body, verdict(await change(id, kind, body))]).toEqual([body, [400, 'invalid_request']]);
      }
      expect(verdict(await change('no-dossier', kind, { add: ['bert'] }))).toEqual([404, 'not_found']);
      expect(verdict(await change(id, kind, { add: ['nobody'] }))).toEqual([422, 'unknown_reference']);
      expect(verdict(await change(id, kind, { add: ['bert'], remove: ['bert'] }))).toEqual([422, 'conflicting_change']);
      const past = { add: [{ collaborator: 'bert', expiresAt: inHours(-1) }] };
      expect(verdict(await change(id, kind, past))).toEqual([422, 'expiry_in_the_past']);
      expect(verdict(await change(id, kind, { add: ['bert'] }, undefined, ifMatch('"1"')))).toEqual([
        412,
        'stale_version',
      ]);
      expect((await office.api.get(office.at('dossiers', id))).body).toEqual(before);
    },
  );

  test('a primary who is no manager, or who leaves, is 422', async () => {
    const id = await dossier({ managers: ['anne'] });
    expect(verdict(await change(id, 'managers', { primary: 'bert' }))).toEqual([422, 'not_a_manager']);
    expect(verdict(await change(id, 'managers', { remove: ['anne'], primary: 'anne' }))).toEqual([
      422,
      'not_a_manager',
    ]);
    expect(verdict(await change(id, 'guests', { primary: 'anne' }))).toEqual([400, 'invalid_request']);
  });

  test('on a draft, admins name managers; its manager does not', async () => {
    const id = await dossier({ ...aDraft(), managers: ['anne'] });
    expect((await change(id, 'managers', { add: ['bert'] }, 'boss')).status).toBe(200);
    expect(verdict(await change(id, 'managers', { add: ['carl'] }, 'anne'))).toEqual([403, 'forbidden']);
  });
});
