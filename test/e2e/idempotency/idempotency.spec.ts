import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator } from '#test/factories/collaborators.js';
import { aClientGroup, aCollaboratorGroup } from '#test/factories/groups.js';
import { aRelationship } from '#test/factories/relationships.js';
import { anId } from '#test/factories/unique.js';
import { Api } from '#test/support/api.js';
import { keyOf, makeKey } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { openSql } from '#test/support/sql.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('c1');
  await office.dossier('d1');
  await office.clientGroup('g1');
});
const under = (key: string) => ({ 'idempotency-key': key });
const total = async (path: string) => (await office.api.get<{ total: number }>(office.at(path))).body.total;

// How these were seen to fail: with a repetition that commits its transaction, and so takes a revision.
describe('an Idempotency-Key', () => {
  test('makes a repetition answer what the first request did: body, status and entity tag, and change nothing', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const first = await office.api.post(office.at('client-groups'), body, under(key));
    const [groups, revision, changes] = [await total('client-groups'), await office.revision(), await total('changes')];
    const second = await office.api.post(office.at('client-groups'), body, under(key));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    // Not even the revision moves, for which caches would drop what they have.
    expect([await total('client-groups'), await office.revision(), await total('changes')]).toEqual([
      groups,
      revision,
      changes,
    ]);
  });

  test('covers every kind of write', async () => {
    const any = { 'if-match': '*' };
    const id = anId('c');
    const writes: [string, (headers: Record<string, string>) => Promise<{ status: number; body: unknown }>][] = [
      ['put', (headers) => office.api.put(office.at('collaborators', id), aBody, headers)],
      ['post', (headers) => office.api.post(office.at('collaborator-groups'), aGroup, headers)],
      ['patch', (headers) => office.api.patch(office.at('dossiers', 'd1'), { name: 'Garage' }, { ...any, ...headers })],
      [
        'delta',
        (headers) => office.api.patch(office.at('dossiers', 'd1', 'managers'), { add: ['c1'] }, { ...any, ...headers }),
      ],
      [
        'tuples',
        (headers) =>
          office.api.post(
            office.at('relationships'),
            { write: [aRelationship('client_group:g1', 'collaborator', 'collaborator:c1')] },
            headers,
          ),
      ],
      [
        'bulk',
        (headers) =>
          office.api.post(
            office.at('dossiers', 'bulk'),
            { select: { ids: ['d1'] }, set: { labels: ['tva'] } },
            headers,
          ),
      ],
      ['office', (headers) => office.api.patch(office.at(), { language: 'nl' }, { ...any, ...headers })],
      ['delete', (headers) => office.api.delete(office.at('client-groups', 'g1'), headers)],
    ];
    const [aBody, aGroup] = [aCollaborator(), aCollaboratorGroup()];
    for (const [what, send] of writes) {
      const headers = under(anId('key'));
      const first = await send(headers);
      const revision = await office.revision();
      const second = await send(headers);
      expect({ what, ...second, headers: null }).toEqual({ what, ...first, headers: null });
      expect([200, 201]).toContain(first.status);
      expect({ what, revision: await office.revision() }).toEqual({ what, revision });
    }
  });

  test('with another body, path, query or actor is refused', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    expect((await office.api.post(office.at('client-groups'), body, under(key))).status).toBe(201);
    const others = [
      office.api.post(office.at('client-groups'), { ...body, name: 'Another' }, under(key)),
      office.api.post(office.at('collaborator-groups'), { name: body.name }, under(key)),
      office.api.put(office.at('client-groups', 'g9'), body, under(key)),
      office.api.post(`${office.at('client-groups')}?reason=another`, body, under(key)),
      office.as('boss').api.post(office.at('client-groups'), body, under(key)),
    ];
    for (const other of others) expect(verdict(await other)).toEqual([422, 'idempotency_key_reused']);
  });

  test('of one key of the office means nothing to another, nor to the platform’s', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const apis = [office.api, await keyOf(app, office, ['write']), await keyOf(app, office, ['write'])];
    const ids = new Set<unknown>();
    for (const api of apis) {
      const answer = await api.post<{ id: string }>(office.at('client-groups'), body, under(key));
      expect(answer.status).toBe(201);
      ids.add(answer.body.id);
    }
    expect(ids.size).toBe(3);
  });

  test('attack: a key of the office named like one of the platform does not get its answers', async () => {
    const [idempotencyKey, body] = [anId('key'), aClientGroup()];
    const first = await office.api.post<{ id: string }>(office.at('client-groups'), body, under(idempotencyKey));
    const sql = await openSql(app.database);
    const [platform] = await sql.owner<{ id: string }>('select id from platform_key');
    await sql.close();
    const { key } = await makeKey(office, ['write'], { id: platform?.id });
    const second = await new Api(app.url, key).post<{ id: string }>(
      office.at('client-groups'),
      body,
      under(idempotencyKey),
    );
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test('of one office means nothing in another', async () => {
    const [key, body, other] = [anId('key'), aClientGroup(), await OfficeClient.make(app)];
    const first = await office.api.post<{ id: string }>(office.at('client-groups'), body, under(key));
    const second = await other.api.post<{ id: string }>(other.at('client-groups'), body, under(key));
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test('of a request that was refused is free: the corrected request goes through', async () => {
    const key = anId('key');
    expect(
      (await office.api.post(office.at('client-groups'), aClientGroup({ collaborators: ['none'] }), under(key))).status,
    ).toBe(422);
    expect((await office.api.post(office.at('client-groups'), aClientGroup(), under(key))).status).toBe(201);
  });

  test('of a dry run is free: the preview is no answer to the write', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const preview = await office.api.post(`${office.at('client-groups')}?dryRun=true`, body, under(key));
    expect(preview.body).toMatchObject({ dryRun: true });
    expect((await office.api.post(office.at('client-groups'), body, under(key))).status).toBe(201);
  });

  test('of ten requests at once has one effect and one answer', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const before = await total('client-groups');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => office.api.post<{ id: string }>(office.at('client-groups'), body, under(key))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(await total('client-groups')).toBe(before + 1);
  });

  test('is forgotten after 24 hours by PostgreSQL’s clock, not before', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const first = await office.api.post<{ id: string }>(office.at('client-groups'), body, under(key));
    const again = async () =>
      (await office.api.post<{ id: string }>(office.at('client-groups'), body, under(key))).body.id;
    const sql = await openSql(app.database);
    const age = (interval: string) =>
      sql.owner(`update idempotency set created_at = now() - $1::interval where key = $2`, [interval, key]);
    await age('23 hours 59 minutes');
    expect(await again()).toBe(first.body.id);
    await age('24 hours 1 second');
    expect(await again()).not.toBe(first.body.id);
    await age('25 hours');
    await office.api.post(office.at('client-groups'), aClientGroup(), under(anId('key')));
    expect(await sql.owner('select key from idempotency where key = $1', [key])).toEqual([]);
    await sql.close();
  });

  test('answers a repetition also where the thing has changed since', async () => {
    const [key, body] = [anId('key'), aClientGroup()];
    const first = await office.api.post<{ id: string; name: string }>(office.at('client-groups'), body, under(key));
    await office.api.patch(office.at('client-groups', first.body.id), { name: 'Renamed' }, { 'if-match': '*' });
    const second = await office.api.post<{ name: string }>(office.at('client-groups'), body, under(key));
    expect(second.body).toEqual(first.body);
  });

  test('does not outlive the right to write: a revoked key gets no answer again', async () => {
    const [idempotencyKey, body, made] = [anId('key'), aClientGroup(), await makeKey(office, ['write'])];
    const api = new Api(app.url, made.key);
    expect((await api.post(office.at('client-groups'), body, under(idempotencyKey))).status).toBe(201);
    await office.api.delete(office.at('api-keys', made.id));
    expect((await api.post(office.at('client-groups'), body, under(idempotencyKey))).status).toBe(401);
  });

  test.each([
    ['a space', 'a b'],
    ['an accent', 'clé'],
    ['256 characters', 'x'.repeat(256)],
    ['nothing', ''],
  ])('that is %s is refused', async (_what, key) => {
    const answer = await office.api.post(office.at('client-groups'), aClientGroup(), under(key));
    expect(verdict(answer)).toEqual([400, 'invalid_request']);
  });
});
