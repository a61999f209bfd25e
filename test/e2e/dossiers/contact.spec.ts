import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { ifMatch, OfficeClient, verdict } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app, { email: 'office@o.example' });
  for (const id of ['first', 'second', 'third']) await office.collaborator(id, { email: `${id}@o.example` });
  await office.collaborator('stranger');
  await office.clientGroup('with-mail', { email: 'group@o.example' });
  await office.clientGroup('without-mail');
});

const where = (id: string) => office.contact(id);

const group = (id: string, clientGroup: string | null) =>
  office.api.put(office.at('dossiers', id, 'client-group'), { clientGroup });

const status = (id: string, to: 'active' | 'inactive') =>
  office.api.patch(office.at('collaborators', id), { status: to }, ifMatch('*'));

describe('where the communication of a dossier goes', () => {
  test('rule 19: each of the four sources answers where those before it are missing', async () => {
    await office.dossier('d', { managers: ['first', 'second', 'third'] });
    await office.api.patch(office.at('dossiers', 'd', 'managers'), { primary: 'third' });
    await group('d', 'with-mail');
    expect(await where('d')).toMatchObject({ email: 'third@o.example', source: 'manager', collaborator: 'third' });

    await status('third', 'inactive');
    expect(await where('d')).toMatchObject({ email: 'first@o.example', source: 'manager', collaborator: 'first' });
    await status('first', 'inactive');
    expect(await where('d')).toMatchObject({ email: 'second@o.example', source: 'manager', collaborator: 'second' });

    await status('second', 'inactive');
    const fromGroup = await where('d');
    expect(fromGroup).toMatchObject({ email: 'group@o.example', source: 'client_group' });
    expect(fromGroup).not.toHaveProperty('collaborator');

    await group('d', 'without-mail');
    expect(await where('d')).toMatchObject({ email: 'office@o.example', source: 'office' });
    await group('d', null);
    expect(await where('d')).toMatchObject({ email: 'office@o.example', source: 'office' });

    for (const id of ['first', 'second', 'third']) await status(id, 'active');
    expect(await where('d')).toMatchObject({ email: 'third@o.example', source: 'manager' });
  });

  test('rule 19: a manager and a membership that have ended are skipped', async () => {
    const own = await OfficeClient.make(app, { email: 'office@own.example' });
    for (const id of ['first', 'second']) await own.collaborator(id, { email: `${id}@own.example` });
    await own.clientGroup('g', { email: 'group@own.example' });
    await own.dossier('d');
    await own.relate(
      { object: 'dossier:d', relation: 'manager', subject: 'collaborator:first', expiresAt: inHours(1) },
      { object: 'dossier:d', relation: 'client_group', subject: 'client_group:g', expiresAt: inHours(1) },
    );
    expect(await own.contact('d')).toMatchObject({ email: 'first@own.example' });
    await endTuples(app.database, own.id);
    expect(await own.contact('d')).toMatchObject({ email: 'office@own.example', source: 'office' });
    await own.api.patch(own.at('dossiers', 'd', 'managers'), { add: ['second'] });
    expect(await own.contact('d')).toMatchObject({ email: 'second@own.example', source: 'manager' });
  });

  test('rules 14, 15 and 19: an inactive and a private dossier go where their managers and group say', async () => {
    await office.dossier('quiet', { managers: ['first'] });
    await office.api.post(office.at('dossiers', 'quiet', 'deactivate'));
    expect(await where('quiet')).toMatchObject({ email: 'first@o.example' });
    await office.dossier('secret', { private: true, managers: ['first'] });
    await group('secret', 'with-mail');
    expect(await where('secret')).toMatchObject({ email: 'first@o.example' });
  });

  test('is for those who see the dossier: a stranger and an unknown dossier get the same 404', async () => {
    await office.dossier('seen', { managers: ['first'] });
    const path = (id: string) => office.at('dossiers', id, 'contact');
    expect((await office.as('first').api.get(path('seen'))).status).toBe(200);
    const stranger = office.as('stranger').api;
    const [hidden, unknown] = [await stranger.get(path('seen')), await stranger.get(path('no-dossier'))];
    expect(verdict(hidden)).toEqual([404, 'not_found']);
    expect({ ...(hidden.body as object), requestId: '' }).toEqual({ ...(unknown.body as object), requestId: '' });
  });
});
