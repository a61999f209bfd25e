import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator, anAdmin } from '#test/factories/collaborators.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Person {
  id: string;
  email: string;
  profile: string;
  language: string;
  status: string;
  warnings: { code: string; message: string }[];
}

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('collaborators', id);

beforeAll(async () => {
  office = await OfficeClient.make(app, { language: 'nl' });
});
describe('PUT /collaborators/{id}', () => {
  test('a new id makes the collaborator, with defaults for what the body leaves out', async () => {
    const id = anId('c');
    const made = await office.api.put<Person>(at(id), { email: 'New@Office.example' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id,
      email: 'New@Office.example',
      firstName: '',
      lastName: '',
      profile: 'collaborator',
      language: 'nl',
      status: 'active',
      clientGroups: [],
      collaboratorGroups: [],
      inheritedClientGroups: [],
      revision: expect.any(String),
      warnings: [],
    });
    const read = await office.api.get(at(id));
    expect(read.status).toBe(200);
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
  });

  test('ids keep their case and may hold every character of the pattern', async () => {
    const ids = ['Léa'.replace('é', 'e'), 'lea', 'a/b', 'x|y', 'mail@office.example', 'k=v+1', 'a:b', 'z'.repeat(128)];
    for (const id of ids) expect([id, (await office.api.put(at(id), aCollaborator())).status]).toEqual([id, 201]);
    for (const id of ids) expect((await office.api.get<Person>(at(id))).body.id).toBe(id);
  });

  test('the same body again is a success that needs no If-Match and keeps the entity tag', async () => {
    const id = anId('c');
    const body = aCollaborator();
    const first = await office.api.put(at(id), body);
    const again = await office.api.put(at(id), body);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('replacing a person leaves the profile and the status that the body does not name', async () => {
    // A list of people that is sent again every night must not reactivate someone who left, nor demote an admin.
    const id = anId('c');
    await office.collaborator(id, { profile: 'admin', status: 'inactive' });
    const replaced = await office.api.put<Person>(at(id), { email: `${id}@office.example` }, ifMatch('*'));
    expect(replaced.body).toMatchObject({ email: `${id}@office.example`, profile: 'admin', status: 'inactive' });
  });

  test('rule 27: a stale save is refused with who changed what since', async () => {
    const id = anId('c');
    const body = aCollaborator({ lastName: 'Avant' });
    const made = await office.api.put(at(id), body);
    const etag = made.headers.get('etag') ?? '';
    expect(verdict(await office.api.put(at(id), { ...body, lastName: 'X' }))).toEqual([428, 'if_match_required']);
    await office.as('boss').api.patch(at(id), { lastName: 'Entre' }, ifMatch(etag));
    const stale = await office.api.put<Problem & { changes: unknown[] }>(
      at(id),
      { ...body, lastName: 'X' },
      ifMatch(etag),
    );
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(stale.body.changes).toEqual([
      expect.objectContaining({
        actor: 'collaborator:boss',
        before: expect.objectContaining({ lastName: 'Avant' }),
        after: expect.objectContaining({ lastName: 'Entre' }),
      }),
    ]);
    const fresh = await office.api.put<Person>(
      at(id),
      { ...body, lastName: 'X' },
      ifMatch(await office.etag('collaborators', id)),
    );
    expect(fresh.status).toBe(200);
  });
});

describe('PATCH /collaborators/{id}', () => {
  test('it changes what it names, answers with the new entity tag, and needs the old one', async () => {
    const id = anId('c');
    await office.collaborator(id, { firstName: 'Anne', language: 'de' });
    const etag = await office.etag('collaborators', id);
    expect(verdict(await office.api.patch(at(id), { firstName: 'Anna' }))).toEqual([428, 'if_match_required']);
    const patched = await office.api.patch<Person>(at(id), { firstName: ' Anna ' }, ifMatch(etag));
    expect(patched.body).toMatchObject({ firstName: 'Anna', language: 'de', profile: 'collaborator' });
    expect(patched.headers.get('etag')).toBe(await office.etag('collaborators', id));
    expect(verdict(await office.api.patch(at(id), { firstName: 'B' }, ifMatch(etag)))).toEqual([412, 'stale_version']);
  });

  test('rule 7: an admin opens every dossier that is not private, and memberships count again after a demotion', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna');
    await mine.dossier('in');
    await mine.dossier('out');
    await mine.dossier('secret', { private: true, managers: ['boss'] });
    await mine.clientGroup('g', { dossiers: ['in'], collaborators: ['anna'] });
    const all = ['in', 'out', 'secret'];
    expect(await mine.opens('anna', all)).toEqual(['in']);
    const promoted = await mine.api.patch(mine.at('collaborators', 'anna'), { profile: 'admin' }, ifMatch('*'));
    expect(promoted.status).toBe(200);
    expect(await mine.opens('anna', all)).toEqual(['in', 'out']);
    await mine.api.patch(mine.at('collaborators', 'anna'), { profile: 'collaborator' }, ifMatch('*'));
    expect(await mine.opens('anna', all)).toEqual(['in']);
  });

  test('rule 29: the preview of a promotion names what would be gained, and the save then gives exactly that', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna');
    await mine.dossier('a');
    await mine.dossier('b');
    await mine.dossier('secret', { private: true, managers: ['boss'] });
    await mine.clientGroup('g', { dossiers: ['a'], collaborators: ['anna'] });
    const before = await mine.revision();
    const preview = await mine.api.patch<Preview>(
      `${mine.at('collaborators', 'anna')}?dryRun=true`,
      { profile: 'admin' },
      ifMatch('*'),
    );
    expect(preview.body.impact).toMatchObject({
      gains: { total: 1, collaborators: 1, dossiers: 1, rows: [{ collaborator: 'anna', dossier: 'b' }] },
      losses: { total: 0 },
      contacts: { total: 0 },
    });
    expect([await mine.revision(), await mine.opens('anna', ['a', 'b', 'secret'])]).toEqual([before, ['a']]);
    await mine.api.patch(mine.at('collaborators', 'anna'), { profile: 'admin' }, ifMatch('*'));
    expect(await mine.opens('anna', ['a', 'b', 'secret'])).toEqual(['a', 'b']);
  });

  test('rule 19: the address of a primary manager is the contact of the dossier as soon as it is saved', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna', { email: 'anna@office.example' });
    await mine.dossier('d', { managers: ['anna'] });
    const path = mine.at('collaborators', 'anna');
    const preview = await mine.api.patch<Preview>(`${path}?dryRun=true`, { email: 'a@office.example' }, ifMatch('*'));
    expect(preview.body.impact.contacts.rows).toEqual([
      { dossier: 'd', before: 'anna@office.example', after: 'a@office.example' },
    ]);
    await mine.api.patch(path, { email: 'a@office.example' }, ifMatch('*'));
    expect(await mine.contact('d')).toMatchObject({ email: 'a@office.example', source: 'manager' });
  });
});

describe('rule 23: an e-mail is unique in the office, ignoring case', () => {
  test('a second collaborator with it is refused by PUT and PATCH, and the same address elsewhere is not', async () => {
    await office.collaborator('first', { email: 'same@office.example' });
    const twin = aCollaborator({ email: 'SAME@office.example' });
    expect(verdict(await office.api.put(at('second'), twin))).toEqual([409, 'email_taken']);
    expect((await office.api.get(at('second'))).status).toBe(404);
    await office.collaborator('second');
    expect(verdict(await office.api.patch(at('second'), { email: twin.email }, ifMatch('*')))).toEqual([
      409,
      'email_taken',
    ]);
    const own = await office.api.patch<Person>(at('first'), { email: 'Same@office.example' }, ifMatch('*'));
    expect(own.body.email).toBe('Same@office.example');
    const other = await OfficeClient.make(app);
    await other.collaborator('first', { email: 'same@office.example' });
  });

  test('of ten people who take one address at once, one gets it and the others a conflict', async () => {
    const email = `${anId('race')}@office.example`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => office.api.put(at(anId('c')), anAdmin({ email }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  });

  test('of ten requests that make one id in ten ways at once, one makes it and the others must say If-Match', async () => {
    const id = anId('c');
    const answers = await Promise.all(Array.from({ length: 10 }, () => office.api.put(at(id), aCollaborator())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(428)]);
  });
});
