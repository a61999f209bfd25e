import { describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface DossierAnswer {
  managers: { collaborator: string; primary?: boolean; expiresAt: string | null }[];
}

const app = theService();

/** An office where anna reaches one dossier by each path. */
async function officeOfAnna(): Promise<OfficeClient> {
  const office = await OfficeClient.make(app, { email: 'office@office.example' });
  await office.collaborator('anna', { email: 'anna@office.example' });
  await office.collaborator('bert', { email: 'bert@office.example' });
  await office.collaboratorGroup('k', { members: ['anna'] });
  await office.dossier('managed', { managers: ['anna', 'bert'] });
  await office.dossier('member');
  await office.dossier('by-group');
  await office.clientGroup('g', { dossiers: ['member'], collaborators: ['anna'] });
  await office.clientGroup('h', { dossiers: ['by-group'], collaboratorGroups: ['k'] });
  return office;
}
const reached = ['managed', 'member', 'by-group'];
const managersOf = async (office: OfficeClient, dossier: string) =>
  (await office.api.get<DossierAnswer>(office.at('dossiers', dossier))).body.managers;

describe('rule 20: deactivating a collaborator', () => {
  test('it ends all access at once, keeps the memberships, and a reactivation brings everything back', async () => {
    const office = await officeOfAnna();
    expect(await office.opens('anna', reached)).toEqual(reached);
    const answer = await office.api.post<{ status: string; clientGroups: { id: string }[] }>(
      office.at('collaborators', 'anna', 'deactivate'),
    );
    expect(answer.body).toMatchObject({
      status: 'inactive',
      clientGroups: [{ id: 'g' }],
      collaboratorGroups: [{ id: 'k' }],
    });
    expect(answer.headers.get('etag')).toBe(await office.etag('collaborators', 'anna'));
    expect(await office.opens('anna', reached)).toEqual([]);
    expect(await office.contact('managed')).toMatchObject({ email: 'bert@office.example', source: 'manager' });
    await office.api.patch(office.at('collaborators', 'anna'), { status: 'active' }, ifMatch('*'));
    expect(await office.opens('anna', reached)).toEqual(reached);
    expect(await office.contact('managed')).toMatchObject({ email: 'anna@office.example' });
  });

  test('doing it twice is a success that changes nothing more', async () => {
    const office = await officeOfAnna();
    const path = office.at('collaborators', 'anna', 'deactivate');
    const first = await office.api.post(path, {});
    const second = await office.api.post(path, { reason: 'Once more' });
    expect(second.status).toBe(200);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('a PATCH or PUT of the status does the same', async () => {
    const office = await officeOfAnna();
    await office.api.patch(office.at('collaborators', 'anna'), { status: 'inactive' }, ifMatch('*'));
    expect(await office.opens('anna', reached)).toEqual([]);
  });

  test('rule 29: its preview names every loss and every contact that changes, and changes nothing', async () => {
    const office = await officeOfAnna();
    const before = await office.revision();
    const preview = await office.api.post<Preview>(`${office.at('collaborators', 'anna', 'deactivate')}?dryRun=true`);
    expect(preview.body.impact.losses.rows.map(({ dossier }) => dossier)).toEqual([...reached].sort());
    expect(preview.body.impact.contacts.rows).toEqual([
      { dossier: 'managed', before: 'anna@office.example', after: 'bert@office.example' },
    ]);
    expect([await office.revision(), await office.opens('anna', reached)]).toEqual([before, reached]);
  });

  test('a stale If-Match is refused', async () => {
    const office = await officeOfAnna();
    const path = office.at('collaborators', 'anna', 'deactivate');
    expect(verdict(await office.api.post(path, {}, ifMatch('"1"')))).toEqual([412, 'stale_version']);
    expect((await office.api.post(path, {}, ifMatch(await office.etag('collaborators', 'anna')))).status).toBe(200);
  });
});

describe('rule 20: handing over the managerships in the same call', () => {
  test('the heir manages every dossier in the place of the one who leaves, primary where they were', async () => {
    const office = await officeOfAnna();
    await office.collaborator('heir', { email: 'heir@office.example' });
    await office.dossier('secret', { private: true, managers: ['anna'] });
    const path = office.at('collaborators', 'anna', 'deactivate');
    expect(verdict(await office.api.post(path))).toEqual([422, 'private_needs_manager']);
    expect((await office.as('boss').api.post(path, { handOverTo: 'heir' })).status).toBe(200);
    expect(await office.opens('heir', ['managed', 'secret', 'member'])).toEqual(['managed', 'secret']);
    expect(await office.contact('managed')).toMatchObject({ email: 'heir@office.example', source: 'manager' });
    expect((await managersOf(office, 'managed')).map(({ collaborator }) => collaborator).sort()).toEqual([
      'bert',
      'heir',
    ]);
    await office.api.patch(office.at('collaborators', 'anna'), { status: 'active' }, ifMatch('*'));
    expect(await office.opens('anna', ['managed', 'secret', 'member'])).toEqual(['member']);
  });

  test('what had an end keeps it, and what has ended gives the heir nothing', async () => {
    const office = await OfficeClient.make(app);
    for (const id of ['anna', 'bert', 'heir']) await office.collaborator(id);
    await office.dossier('ended');
    await office.dossier('ending');
    await office.dossier('shared', { managers: ['heir'] });
    const manager = (dossier: string, expiresAt: string) =>
      office.relate({ object: `dossier:${dossier}`, relation: 'manager', subject: 'collaborator:anna', expiresAt });
    await manager('ended', inHours(1));
    await endTuples(app.database, office.id);
    const end = inHours(48);
    await manager('ending', end);
    await manager('shared', end);
    await office.api.post(office.at('collaborators', 'anna', 'deactivate'), { handOverTo: 'heir' });
    expect(await office.opens('heir', ['ended', 'ending', 'shared'])).toEqual(['ending', 'shared']);
    const expiry = (managers: DossierAnswer['managers']) =>
      managers
        .filter(({ collaborator }) => collaborator === 'heir')
        .map(({ expiresAt }) => expiresAt && Date.parse(expiresAt));
    expect(expiry(await managersOf(office, 'ending'))).toEqual([Date.parse(end)]);
    expect(expiry(await managersOf(office, 'shared'))).toEqual([null]);
  });

  test.each([
    ['nobody', 'unknown', 'unknown_reference'],
    ['someone inactive', 'gone', 'inactive_collaborator'],
    ['the one who leaves', 'anna', 'inactive_collaborator'],
  ])('an heir who is %s is refused, and nothing happens', async (_who, heir, code) => {
    const office = await officeOfAnna();
    await office.collaborator('gone', { status: 'inactive' });
    const before = await office.revision();
    const refused = await office.api.post(office.at('collaborators', 'anna', 'deactivate'), { handOverTo: heir });
    expect(verdict(refused)).toEqual([422, code]);
    expect([await office.revision(), await office.opens('anna', reached)]).toEqual([before, reached]);
  });
});
