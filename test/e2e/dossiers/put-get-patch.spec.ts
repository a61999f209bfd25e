import { beforeAll, describe, expect, test } from '@jest/globals';
import { aDossier } from '#test/factories/dossiers.js';
import { Api, officePath } from '#test/support/api.js';
import { enterpriseNumber } from '#test/support/enterprise-number.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { meeting } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface DossierAnswer {
  revision: string;
  id: string;
  name: string;
  enterpriseNumber: string | null;
  labels: string[];
  status: string;
  managers: { collaborator: string; primary: boolean }[];
  warnings: { code: string; message: string }[];
}

describe('PUT, GET and PATCH of a dossier', () => {
  const app = theService();
  let office: OfficeClient;

  beforeAll(async () => {
    office = await OfficeClient.make(app);
    await office.collaborator('anne');
    await office.collaborator('sam', { profile: 'support' });
    await office.collaborator('stranger');
    await office.clientGroup('g1', { collaborators: ['anne', 'sam'] });
  });

  const put = (id: string, body: unknown, headers?: Record<string, string>, as?: string) =>
    (as === undefined ? office.api : office.api.as(as)).put<DossierAnswer & Problem>(
      office.at('dossiers', id),
      body,
      headers,
    );
  const patch = (id: string, body: unknown, headers?: Record<string, string>, as?: string) =>
    (as === undefined ? office.api : office.api.as(as)).patch<DossierAnswer & Problem>(
      office.at('dossiers', id),
      body,
      headers,
    );

  test('a new dossier answers 201 with its version, and is read as it was written', async () => {
    const body = { ...aDossier({ labels: ['tva', 'tva', ' isoc '] }), managers: ['anne'], clientGroup: 'g1' };
    const made = await put('new', body);
    expect(made.status).toBe(201);
    const read = await office.api.get<DossierAnswer>(office.at('dossiers', 'new'));
    expect(read.status).toBe(200);
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
    expect(made.body).toEqual({ ...read.body, revision: expect.any(String), warnings: [] });
    expect(read.body).toMatchObject({
      id: 'new',
      name: body.name,
      labels: ['tva', 'isoc'],
      clientGroup: 'g1',
      managers: [{ collaborator: 'anne', primary: true }],
    });
  });

  test('rule 9: a dossier that is made active without a group says who can open it', async () => {
    const made = await put('active-at-once', { ...aDossier(), managers: ['anne'] });
    expect(made.body.warnings.map(({ code }) => code)).toEqual(['activated_without_group']);
    const grouped = await put('active-in-group', { ...aDossier(), clientGroup: 'g1' });
    expect(grouped.body.warnings).toEqual([]);
    const draft = await put('made-as-draft', aDossier({ status: 'draft' }));
    expect(draft.body.warnings).toEqual([]);
  });

  test.each([
    ['0123.456.749', '0123.456.749'],
    ['BE 0123 456 749', '0123.456.749'],
    ['be0123456749', '0123.456.749'],
    ['123.456.749', '0123.456.749'],
    ['', null],
  ])('rule 26: the enterprise number %j is kept as %j', async (written, kept) => {
    const made = await put(
      `number-${written}`.replaceAll(/[^A-Za-z0-9-]/g, '_'),
      aDossier({ enterpriseNumber: written }),
    );
    expect([made.status, made.body.enterpriseNumber]).toEqual([201, kept]);
    await office.api.patch(office.at('dossiers', made.body.id), { enterpriseNumber: null }, ifMatch('*'));
  });

  test.each(['0123.456.748', '123', 'BE', '0123-456-749', '٠١٢٣٤٥٦٧٤٩'])(
    'rule 26: %j is no enterprise number: 422',
    async (written) => {
      expect(verdict(await put('no-number', aDossier({ enterpriseNumber: written })))).toEqual([
        422,
        'enterprise_number_invalid',
      ]);
    },
  );

  test('rule 26: a number that another dossier has is refused, and the other is not named', async () => {
    await office.dossier('holder-of-the-number', { enterpriseNumber: enterpriseNumber(700) });
    const twin = await put('twin', aDossier({ enterpriseNumber: `BE ${enterpriseNumber(700)}` }));
    expect(verdict(twin)).toEqual([409, 'enterprise_number_taken']);
    expect(JSON.stringify(twin.body)).not.toContain('holder-of-the-number');
    await office.dossier('patched', {});
    const patched = await patch('patched', { enterpriseNumber: enterpriseNumber(700) }, ifMatch('*'));
    expect(verdict(patched)).toEqual([409, 'enterprise_number_taken']);
  });

  test('a save without a version is 428, on an old one 412 with what changed, on the present one 200', async () => {
    const body = aDossier();
    const made = await put('versioned', body);
    const first = made.headers.get('etag') ?? '';
    expect(verdict(await put('versioned', { ...body, name: 'Two' }))).toEqual([428, 'if_match_required']);
    expect(verdict(await patch('versioned', { name: 'Two' }))).toEqual([428, 'if_match_required']);
    const second = await patch('versioned', { name: 'Two' }, ifMatch(first));
    expect([second.status, second.body.name]).toEqual([200, 'Two']);
    const stale = await patch('versioned', { name: 'Three' }, ifMatch(first));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(stale.body).toMatchObject({ changes: [{ before: { name: body.name }, after: { name: 'Two' } }] });
    expect(verdict(await put('versioned', { ...body, name: 'Three' }, ifMatch(first)))).toEqual([412, 'stale_version']);
    const third = await put('versioned', { ...body, name: 'Three' }, ifMatch(second.headers.get('etag') ?? ''));
    expect([third.status, third.body.name]).toEqual([200, 'Three']);
  });

  test('the same PUT sent again changes nothing and needs no version', async () => {
    const body = { ...aDossier(), managers: ['anne'] };
    const made = await put('again', body);
    const again = await put('again', body);
    expect([made.status, again.status]).toEqual([201, 200]);
    expect(again.headers.get('etag')).toBe(made.headers.get('etag'));
  });

  test('a PUT that names managers replaces them, and one that does not leaves them', async () => {
    const body = aDossier();
    await put('managed', { ...body, managers: ['anne'] });
    const left = await put('managed', { ...body, name: 'Renamed' }, ifMatch('*'));
    expect(left.body.managers.map((one) => one.collaborator)).toEqual(['anne']);
    const replaced = await put('managed', { ...body, managers: ['boss'] }, ifMatch('*'));
    expect(replaced.body.managers).toMatchObject([{ collaborator: 'boss', primary: true }]);
  });

  test.each<[string, unknown]>([
    ['no name', { ...aDossier(), name: undefined }],
    ['a blank name', aDossier({ name: ' \u200b ' })],
    ['an unknown member', { ...aDossier(), office: 'other' }],
    ['a revision of its own', { ...aDossier(), revision: 1 }],
    ['a wrong status', { ...aDossier(), status: 'closed' }],
    ['a wrong e-mail', aDossier({ email: 'a@b@c' })],
    ['a label that is blank', aDossier({ labels: [' '] })],
    ['a NUL', aDossier({ name: 'a\0b' })],
    ['half a character', aDossier({ name: 'a\ud800b' })],
    ['a line break in the name', aDossier({ name: 'a\nb' })],
    ['a control character in the code', aDossier({ code: 'a\u0007b' })],
    ['a control character in a label', aDossier({ labels: ['a\u001bb'] })],
    ['text for a list', { ...aDossier(), labels: 'tva' }],
    ['a list', []],
    ['nothing', undefined],
  ])('%s is 400', async (_, body) => {
    expect((await put('refused', body)).status).toBe(400);
    expect((await office.api.get(office.at('dossiers', 'refused'))).status).toBe(404);
  });

  test('an id of a wrong form is 400 or 404, and never 500', async () => {
    for (const id of ['%00', 'a%00b', '%20', 'a%0Ab', '-a', 'constructor', 'x'.repeat(129), '%ED%A0%80']) {
      const path = `${office.at('dossiers')}/${id}`;
      for (const answer of [await office.api.get(path), await office.api.put(path, aDossier())]) {
        expect([400, 404]).toContain(answer.status);
      }
    }
  });

  test('without a key it is 401, with a key that may only check 403, in an unknown office 404', async () => {
    expect((await new Api(app.url).get(office.at('dossiers', 'new'))).status).toBe(401);
    const key = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'Checks', scopes: ['check'] });
    const checking = new Api(app.url, key.body.key);
    expect(verdict(await checking.get(office.at('dossiers', 'new')))).toEqual([403, 'insufficient_scope']);
    expect(verdict(await checking.put(office.at('dossiers', 'x'), aDossier()))).toEqual([403, 'insufficient_scope']);
    expect(verdict(await office.api.get(officePath('nowhere', 'dossiers', 'new')))).toEqual([404, 'office_not_found']);
    expect(verdict(await office.api.as('nobody').get(office.at('dossiers', 'new')))).toEqual([403, 'unknown_actor']);
  });

  test('a collaborator configures what they open; support and strangers do not', async () => {
    await put('configured', { ...aDossier(), clientGroup: 'g1' });
    expect((await patch('configured', { labels: ['mine'] }, ifMatch('*'), 'anne')).status).toBe(200);
    expect(verdict(await patch('configured', { labels: [] }, ifMatch('*'), 'sam'))).toEqual([403, 'forbidden']);
    expect(verdict(await patch('configured', { labels: [] }, ifMatch('*'), 'stranger'))).toEqual([404, 'not_found']);
    expect((await patch('configured', { labels: [] }, ifMatch('*'), 'boss')).status).toBe(200);
    const support = await office.as('sam').api.get<DossierAnswer>(office.at('dossiers', 'configured'));
    expect(support.body).not.toHaveProperty('clientGroup');
    expect(support.body).not.toHaveProperty('guests');
  });

  test('only admins make dossiers', async () => {
    expect((await put('by-boss', aDossier(), {}, 'boss')).status).toBe(201);
    for (const actor of ['anne', 'sam']) {
      expect(verdict(await put('by-others', aDossier(), {}, actor))).toEqual([403, 'forbidden']);
    }
  });

  test('rule 15: whoever cannot see a dossier learns nothing of it by a PUT under its id', async () => {
    await office.dossier('hidden', { private: true, managers: ['anne'] });
    for (const actor of ['stranger', 'sam']) {
      const there = await put('hidden', aDossier(), {}, actor);
      const nowhere = await put('not-there', aDossier(), {}, actor);
      expect({ ...there.body, requestId: '' }).toEqual({ ...nowhere.body, requestId: '' });
    }
    // Ids are unique in the office, so an admin who makes dossiers must learn that this one is taken, and only that.
    expect(verdict(await put('hidden', aDossier(), {}, 'boss'))).toEqual([409, 'id_taken']);
    expect(verdict(await put('hidden', aDossier(), ifMatch('*'), 'boss'))).toEqual([409, 'id_taken']);
  });

  test('rule 15: a dossier becomes private only with an active manager who stays', async () => {
    await office.dossier('orphan');
    expect(verdict(await patch('orphan', { private: true }, ifMatch('*')))).toEqual([422, 'private_needs_manager']);
    const made = await put('orphan', { ...aDossier({ private: true }), managers: ['anne'] }, ifMatch('*'));
    expect(made.status).toBe(200);
    expect(verdict(await put('orphan-2', aDossier({ private: true })))).toEqual([422, 'private_needs_manager']);
  });

  test('a dossier never becomes a draft again: 422', async () => {
    await office.dossier('open-one');
    expect(verdict(await patch('open-one', { status: 'draft' }, ifMatch('*')))).toEqual([422, 'invalid_transition']);
    const off = await patch('open-one', { status: 'inactive' }, ifMatch('*'));
    expect([off.status, off.body.status]).toEqual([200, 'inactive']);
  });

  test('an unknown manager or group is 422, and nothing is made', async () => {
    expect(verdict(await put('half', { ...aDossier(), managers: ['nobody'] }))).toEqual([422, 'unknown_reference']);
    expect(verdict(await put('half', { ...aDossier(), clientGroup: 'nothing' }))).toEqual([422, 'unknown_reference']);
    expect((await office.api.get(office.at('dossiers', 'half'))).status).toBe(404);
  });

  test('of two first PUTs of one id at once, one makes it and the other is told that it is there', async () => {
    const requests = ['One', 'Two'].map((name) => () => put('raced', aDossier({ name })));
    const answers = await meeting(app.database, office.id, requests);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 428]);
    const winner = answers.find(({ status }) => status === 201);
    const read = await office.api.get<DossierAnswer>(office.at('dossiers', 'raced'));
    expect(read.body.name).toBe(winner?.body.name);
  });

  test('rule 26: of two dossiers that take one enterprise number at once, one gets 409', async () => {
    const body = aDossier({ enterpriseNumber: enterpriseNumber(701) });
    const requests = ['raced-1', 'raced-2'].map((id) => () => put(id, body));
    const answers = await meeting(app.database, office.id, requests);
    const [made, refused] = answers.sort((a, b) => a.status - b.status);
    expect(made?.status).toBe(201);
    expect(refused && verdict(refused)).toEqual([409, 'enterprise_number_taken']);
  });
});
