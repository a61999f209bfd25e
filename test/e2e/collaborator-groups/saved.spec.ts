import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaboratorGroup } from '#test/factories/groups.js';
import { inHours } from '#test/factories/relationships.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Group {
  id: string;
  name: string;
  members: string[];
  clientGroups: string[];
  warnings: { code: string; message: string }[];
}

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('collaborator-groups', id);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anna', 'bert', 'carl']) await office.collaborator(id);
});
describe('POST and PUT /collaborator-groups', () => {
  test('they make the group with its members, in one write', async () => {
    const posted = await office.api.post<Group>(office.at('collaborator-groups'), {
      id: 'k',
      name: ' Externes ',
      members: ['anna', 'bert'],
    });
    expect(posted.status).toBe(201);
    expect(posted.body).toEqual({
      id: 'k',
      name: 'Externes',
      members: ['anna', 'bert'],
      clientGroups: [],
      revision: expect.any(String),
      warnings: [],
    });
    expect(posted.headers.get('etag')).toBe(await office.etag('collaborator-groups', 'k'));
    const own = await office.api.post<Group>(office.at('collaborator-groups'), aCollaboratorGroup());
    expect(own.body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const put = await office.api.put<Group>(at(anId('k')), { name: 'Vide' });
    expect([put.status, put.body.members]).toEqual([201, []]);
  });

  test('a PUT on a group replaces its members; the same one again needs no version and changes nothing', async () => {
    const id = anId('k');
    await office.collaboratorGroup(id, { name: 'Tous', members: ['anna', 'bert'] });
    const body = { name: 'Tous', members: ['bert', 'carl'] };
    expect(verdict(await office.api.put(at(id), body))).toEqual([428, 'if_match_required']);
    const replaced = await office.api.put<Group>(at(id), body, ifMatch(await office.etag('collaborator-groups', id)));
    expect(replaced.body.members.sort()).toEqual(['bert', 'carl']);
    const again = await office.api.put<Group>(at(id), body);
    expect([again.status, again.headers.get('etag')]).toEqual([200, replaced.headers.get('etag')]);
  });

  test('of ten requests that make one id at once, one makes it and the others get a conflict', async () => {
    const id = anId('k');
    const post = () => office.api.post(office.at('collaborator-groups'), { id, ...aCollaboratorGroup() });
    const answers = await Promise.all(Array.from({ length: 10 }, post));
    expect(answers.map(verdict).sort()).toEqual([[201, undefined], ...Array<unknown>(9).fill([409, 'id_taken'])]);
  });
});

describe('PATCH /collaborator-groups/{id}', () => {
  test('it adds and removes members, and renames', async () => {
    const id = anId('k');
    await office.collaboratorGroup(id, { name: 'Avant', members: ['anna', 'bert'] });
    const patched = await office.api.patch<Group>(
      at(id),
      { members: { add: ['carl'], remove: ['anna', 'boss'] } },
      ifMatch('*'),
    );
    expect(patched.body).toMatchObject({ name: 'Avant', members: ['bert', 'carl'] });
    const renamed = await office.api.patch<Group>(
      at(id),
      { name: 'Après' },
      ifMatch(patched.headers.get('etag') ?? ''),
    );
    expect(renamed.body).toMatchObject({ name: 'Après', members: ['bert', 'carl'] });
  });

  test('rule 27: a stale save is refused with who changed what since', async () => {
    const id = anId('k');
    await office.collaboratorGroup(id);
    const etag = await office.etag('collaborator-groups', id);
    expect(verdict(await office.api.patch(at(id), { name: 'X' }))).toEqual([428, 'if_match_required']);
    await office.as('boss').api.patch(office.at('collaborators', 'anna', 'collaborator-groups'), { add: [id] });
    for (const stale of [
      await office.api.patch<Problem & { changes: unknown[] }>(at(id), { name: 'X' }, ifMatch(etag)),
      await office.api.put<Problem & { changes: unknown[] }>(at(id), { name: 'X' }, ifMatch(etag)),
      await office.api.delete<Problem & { changes: unknown[] }>(at(id), ifMatch(etag)),
    ]) {
      expect(verdict(stale)).toEqual([412, 'stale_version']);
      expect(stale.body.changes).toEqual([
        expect.objectContaining({
          actor: 'collaborator:boss',
          after: {
            relationships: [expect.objectContaining({ tuple: `collaborator_group:${id}#member@collaborator:anna` })],
          },
        }),
      ]);
    }
  });

  test('rule 4: a change of the members reaches every client group at once, as the preview said', async () => {
    const mine = await OfficeClient.make(app);
    for (const id of ['anna', 'bert']) await mine.collaborator(id);
    await mine.collaboratorGroup('k', { members: ['bert'] });
    for (const n of ['1', '2', '3']) await mine.dossier(`d${n}`);
    await mine.clientGroup('g1', { dossiers: ['d1'], collaboratorGroups: ['k'] });
    await mine.clientGroup('g2', { dossiers: ['d2'], collaboratorGroups: ['k'] });
    await mine.clientGroup('g3', { dossiers: ['d3'] });
    const path = mine.at('collaborator-groups', 'k');
    const body = { members: { add: ['anna'], remove: ['bert'] } };
    const before = await mine.revision();
    const preview = await mine.api.patch<Preview>(`${path}?dryRun=true`, body, ifMatch('*'));
    const rows = (collaborator: string) => ['d1', 'd2'].map((dossier) => ({ collaborator, dossier }));
    expect(preview.body.impact.gains.rows).toEqual(rows('anna'));
    expect(preview.body.impact.losses.rows).toEqual(rows('bert'));
    expect(await mine.revision()).toBe(before);
    expect(await mine.opens('bert', ['d1', 'd2', 'd3'])).toEqual(['d1', 'd2']);
    const patched = await mine.api.patch<Group>(path, body, ifMatch('*'));
    expect(patched.body.clientGroups).toEqual(['g1', 'g2']);
    expect(await mine.opens('anna', ['d1', 'd2', 'd3'])).toEqual(['d1', 'd2']);
    expect(await mine.opens('bert', ['d1', 'd2', 'd3'])).toEqual([]);
  });

  test('rule 22: fifty concurrent edits of members from both sides all survive', async () => {
    const mine = await OfficeClient.make(app);
    const people = Array.from({ length: 50 }, (_, n) => `c${n}`);
    await Promise.all(people.map((id) => mine.collaborator(id)));
    await mine.collaboratorGroup('k', { members: people.slice(0, 25) });
    const path = mine.at('collaborator-groups', 'k');
    const answers = await Promise.all(
      people.map((id, n) => {
        const side = n < 25 ? 'remove' : 'add';
        return n % 2 === 0
          ? mine.api.patch(path, { members: { [side]: [id] } }, ifMatch('*'))
          : mine.api.patch(mine.at('collaborators', id, 'collaborator-groups'), { [side]: ['k'] });
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { members } = (await mine.api.get<Group>(path)).body;
    expect(members.sort()).toEqual(people.slice(25).sort());
  });

  test('an inactive member is kept, with a warning', async () => {
    await office.collaborator('gone', { status: 'inactive' });
    const id = anId('k');
    const made = await office.api.put<Group>(
      at(id),
      { name: 'Anciens', members: ['gone'] },
      { 'accept-language': 'nl' },
    );
    expect(made.body.members).toEqual(['gone']);
    expect(made.body.warnings).toEqual([{ code: 'inactive_collaborator', message: expect.stringContaining('gone') }]);
  });

  test('a membership that has ended grants nothing, is not shown, and a save that names the person makes it anew', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna');
    await mine.collaboratorGroup('k', { name: 'K' });
    await mine.dossier('d');
    await mine.clientGroup('g', { dossiers: ['d'], collaboratorGroups: ['k'] });
    await mine.relate({
      object: 'collaborator_group:k',
      relation: 'member',
      subject: 'collaborator:anna',
      expiresAt: inHours(1),
    });
    expect(await mine.may('anna', 'd')).toBe(true);
    await endTuples(app.database, mine.id);
    expect(await mine.may('anna', 'd')).toBe(false);
    const path = mine.at('collaborator-groups', 'k');
    expect((await mine.api.get<Group>(path)).body.members).toEqual([]);
    const person = await mine.api.get<{ inheritedClientGroups: unknown[] }>(mine.at('collaborators', 'anna'));
    expect(person.body.inheritedClientGroups).toEqual([]);
    await mine.api.put(path, { name: 'K', members: ['anna'] }, ifMatch('*'));
    expect(await mine.may('anna', 'd')).toBe(true);
  });
});
