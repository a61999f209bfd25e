import { beforeAll, describe, expect, test } from '@jest/globals';
import { aDraft } from '#test/factories/dossiers.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface DossierAnswer extends Problem {
  clientGroup: string | null;
  managers: { collaborator: string; primary: boolean }[];
  warnings: { code: string; message: string }[];
}

const app = theService();
/** Only its admins activate, as in every new office. */
let strict: OfficeClient;
/** Its collaborators activate too. */
let open: OfficeClient;

beforeAll(async () => {
  strict = await OfficeClient.make(app);
  open = await OfficeClient.make(app, { settings: { onlyAdminsActivate: false } });
  for (const office of [strict, open]) {
    await office.collaborator('anne', { firstName: 'Anne', lastName: 'Maes' });
    await office.collaborator('bert', { firstName: 'Bert', lastName: 'Claes' });
    await office.collaborator('sam', { profile: 'support' });
    await office.clientGroup('g1', { collaborators: ['anne', 'sam'] });
    await office.clientGroup('g2', { collaborators: ['bert'] });
  }
});

async function draft(office: OfficeClient, body: Parameters<OfficeClient['dossier']>[1] = {}): Promise<string> {
  const id = anId('draft');
  await office.dossier(id, { ...aDraft(), ...body });
  return id;
}

function activate(office: OfficeClient, id: string, body?: unknown, headers?: Record<string, string>) {
  return office.api.post<DossierAnswer>(office.at('dossiers', id, 'activate'), body, headers);
}

describe('an activation', () => {
  test('rule 9: needs no group, and then warns who can open the dossier now', async () => {
    const id = await draft(strict, { managers: ['anne'] });
    const answer = await strict.api.post<DossierAnswer>(
      strict.at('dossiers', id, 'activate'),
      {},
      { 'accept-language': 'fr' },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'active', clientGroup: null });
    expect(answer.body.warnings.map(({ code }) => code)).toEqual(['activated_without_group']);
    expect(answer.body.warnings[0]?.message).toMatch(/n'a pas de groupe.*Anne Maes.*admin × 1/);
  });

  test('rule 9: with a group warns of nothing, and opens the dossier to the group', async () => {
    const id = await draft(strict);
    expect(await strict.may('anne', id)).toBe(false);
    const answer = await activate(strict.as('boss'), id, { clientGroup: 'g1', managers: ['bert'] });
    expect(answer.body).toMatchObject({
      status: 'active',
      clientGroup: 'g1',
      managers: [{ collaborator: 'bert', primary: true }],
      warnings: [],
    });
    expect(await strict.may('anne', id)).toBe(true);
  });

  test('an activation without a body is one without a group', async () => {
    expect((await activate(strict, await draft(strict))).status).toBe(200);
  });

  test('the group that the office gives by default is given where none is chosen, and not where null is', async () => {
    const office = await OfficeClient.make(app);
    await office.clientGroup('usual');
    const path = office.at();
    const settings = { defaultClientGroup: 'usual' };
    expect((await office.api.patch(path, { settings }, ifMatch('*'))).status).toBe(200);
    const [one, two] = [await draft(office), await draft(office)];
    expect((await activate(office, one)).body).toMatchObject({ clientGroup: 'usual', warnings: [] });
    const without = await activate(office, two, { clientGroup: null });
    expect(without.body).toMatchObject({ clientGroup: null, warnings: [{ code: 'activated_without_group' }] });
  });

  test('rule 11: a collaborator who may activate chooses a group of their own and becomes the primary manager', async () => {
    const id = await draft(open, { managers: ['bert'] });
    const answer = await activate(open.as('anne'), id, { clientGroup: 'g1' });
    expect(answer.status).toBe(200);
    expect(answer.body.clientGroup).toBe('g1');
    expect(answer.body.managers).toMatchObject([
      { collaborator: 'bert', primary: false },
      { collaborator: 'anne', primary: true },
    ]);
  });

  test('rule 11: without a group they become the primary manager as well', async () => {
    const id = await draft(open);
    const answer = await activate(open.as('anne'), id);
    expect(answer.body.managers).toMatchObject([{ collaborator: 'anne', primary: true }]);
    expect(await open.may('anne', id)).toBe(true);
  });

  test('rule 11: another group is refused in the words of the rule, and nothing is activated', async () => {
    const id = await draft(open);
    const answer = await open.api
      .as('anne')
      .post<Problem>(open.at('dossiers', id, 'activate'), { clientGroup: 'g2' }, { 'accept-language': 'nl' });
    expect(verdict(answer)).toEqual([403, 'forbidden']);
    expect(answer.body.detail).toMatch(/alleen een klantengroep/);
    // A group that does not exist is no group of theirs either.
    expect((await activate(open.as('anne'), id, { clientGroup: 'no-group' })).body).toEqual({
      ...(await activate(open.as('anne'), id, { clientGroup: 'g2' })).body,
      requestId: expect.any(String),
    });
    expect((await open.api.get(open.at('dossiers', id))).body).toMatchObject({ status: 'draft', managers: [] });
  });

  test('rule 11: a PUT or PATCH of the status is the same activation', async () => {
    const [one, two, three] = [await draft(open), await draft(open), await draft(open, { managers: ['anne'] })];
    const body = { ...aDraft({ status: 'active' }), enterpriseNumber: null };
    expect(
      (await open.as('anne').api.patch(open.at('dossiers', one), { status: 'active' }, ifMatch('*'))).body,
    ).toMatchObject({ status: 'active', managers: [{ collaborator: 'anne', primary: true }] });
    const put = await open.api.put(open.at('dossiers', two), { ...body, clientGroup: 'g2' }, ifMatch('*'));
    expect(put.body).toMatchObject({ status: 'active', clientGroup: 'g2', warnings: [] });
    const foreign = { ...body, clientGroup: 'g2' };
    expect(verdict(await open.as('anne').api.put(open.at('dossiers', three), foreign, ifMatch('*')))).toEqual([
      403,
      'forbidden',
    ]);
    const own = await open.as('anne').api.put(open.at('dossiers', three), { ...body, clientGroup: 'g1' }, ifMatch('*'));
    expect(own.body).toMatchObject({ status: 'active', clientGroup: 'g1' });
  });

  test('where only admins activate, everyone else is refused; a draft that they cannot see does not exist', async () => {
    const id = await draft(strict, { managers: ['bert'] });
    expect(verdict(await activate(strict.as('bert'), id))).toEqual([403, 'forbidden']);
    for (const actor of ['anne', 'sam'])
      expect(verdict(await activate(strict.as(actor), id))).toEqual([404, 'not_found']);
    expect(verdict(await activate(open.as('sam'), await draft(open)))).toEqual([404, 'not_found']);
    expect((await activate(strict.as('boss'), id)).status).toBe(200);
  });

  test('what is active already is not activated again: 422', async () => {
    await strict.dossier('active-one');
    expect(verdict(await activate(strict, 'active-one'))).toEqual([422, 'invalid_transition']);
    expect(verdict(await activate(strict, 'no-dossier'))).toEqual([404, 'not_found']);
    expect(verdict(await activate(strict, 'active-one', { group: 'g1' }))).toEqual([400, 'invalid_request']);
    const stale = await activate(strict, await draft(strict), {}, ifMatch('"1"'));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(verdict(await activate(strict, await draft(strict), { clientGroup: 'no-group' }))).toEqual([
      422,
      'unknown_reference',
    ]);
  });
});

describe('a deactivation', () => {
  test('rule 14: keeps the memberships dormant, leaves the dossier to admins, and gives all back on reactivation', async () => {
    await strict.dossier('resting', { managers: ['bert'] });
    await strict.clientGroup('resting-group', { dossiers: ['resting'], collaborators: ['anne'] });
    await strict.relate({ object: 'dossier:resting', relation: 'guest', subject: 'collaborator:sam' });
    const people = async () => ({
      anne: await strict.may('anne', 'resting'),
      bert: await strict.may('bert', 'resting'),
      sam: await strict.may('sam', 'resting'),
      boss: await strict.may('boss', 'resting'),
    });
    const path = strict.at('dossiers', 'resting');
    expect(await people()).toEqual({ anne: true, bert: true, sam: true, boss: true });

    const off = await strict.as('boss').api.post(`${path}/deactivate`, {});
    expect(off.status).toBe(200);
    expect(off.body).toMatchObject({ status: 'inactive', clientGroup: 'resting-group' });
    expect(await people()).toEqual({ anne: false, bert: false, sam: false, boss: true });
    expect(verdict(await strict.as('anne').api.get(path))).toEqual([404, 'not_found']);

    const on = await strict.as('boss').api.post(`${path}/activate`, {});
    expect(on.body).toMatchObject({ status: 'active', clientGroup: 'resting-group', warnings: [] });
    expect(await people()).toEqual({ anne: true, bert: true, sam: true, boss: true });
  });

  test('is for those whom the policy names: a manager gets 403, support 403, a stranger 404', async () => {
    await strict.dossier('kept', { managers: ['bert'] });
    await strict.relate({ object: 'dossier:kept', relation: 'guest', subject: 'collaborator:sam' });
    const path = strict.at('dossiers', 'kept', 'deactivate');
    expect(verdict(await strict.as('bert').api.post(path, {}))).toEqual([403, 'forbidden']);
    expect(verdict(await strict.as('sam').api.post(path, {}))).toEqual([403, 'forbidden']);
    expect(verdict(await strict.as('anne').api.post(path, {}))).toEqual([404, 'not_found']);
    expect(verdict(await strict.api.post(path, {}, ifMatch('"1"')))).toEqual([412, 'stale_version']);
    expect(verdict(await strict.api.post(path, { why: 'x' }))).toEqual([400, 'invalid_request']);
    expect((await strict.api.post(path)).status).toBe(200);
    expect(verdict(await strict.api.post(path))).toEqual([422, 'invalid_transition']);
    expect(verdict(await strict.api.post(strict.at('dossiers', await draft(strict), 'deactivate')))).toEqual([
      422,
      'invalid_transition',
    ]);
  });
});
