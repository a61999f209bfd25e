import { beforeAll, describe, expect, test } from '@jest/globals';
import { anId } from '#test/factories/unique.js';
import { keyOf } from '#test/support/keys.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('entities', 'record', id);
const changesOf = async (id: string) => {
  const { body } = await office.api.get<{ items: { action: string; before: unknown; after: unknown }[] }>(
    `${office.at('changes')}?key=entity:record:${id}`,
  );
  return body.items.map(({ action, before, after }) => ({ action, before, after }));
};

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna');
});

// How these were seen to fail: without `expectVersion`, `recordEntity` and `guard.require` in the service.
describe('/entities/{type}/{id}', () => {
  test('PUT makes an entity, GET shows it, and the same PUT again changes nothing', async () => {
    const [id, body] = [
      anId('record'),
      { properties: { status: 'active', owner: null, tags: [1, 'a'], deep: { a: 1 } } },
    ];
    const made = await office.api.put(at(id), body);
    expect(made.status).toBe(201);
    const shown = await office.api.get(at(id));
    expect(shown.body).toEqual({ type: 'record', id, ...body });
    expect(shown.headers.get('etag')).toBe(made.headers.get('etag'));
    const again = await office.api.put(at(id), {
      properties: { deep: { a: 1 }, tags: [1, 'a'], owner: null, status: 'active' },
    });
    expect([again.status, again.headers.get('etag')]).toEqual([200, made.headers.get('etag')]);
    expect(await changesOf(id)).toHaveLength(1);
  });

  test('a save needs the version that it is based on, and a stale one is told what has changed', async () => {
    const id = anId('record');
    const etag = (await office.api.put(at(id), { properties: { n: 1 } })).headers.get('etag') ?? '';
    expect(verdict(await office.api.put(at(id), { properties: { n: 2 } }))).toEqual([428, 'if_match_required']);
    const saved = await office.api.put(at(id), { properties: { n: 2 } }, ifMatch(etag));
    expect(saved.headers.get('etag')).not.toBe(etag);
    const stale = await office.api.put<{ changes: unknown[] }>(at(id), { properties: { n: 3 } }, ifMatch(etag));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect(stale.body.changes).toHaveLength(1);
    expect(verdict(await office.api.delete(at(id), ifMatch(etag)))).toEqual([412, 'stale_version']);
    expect((await office.api.get(at(id))).body).toMatchObject({ properties: { n: 2 } });
  });

  test('a save that was based on a deleted entity is refused instead of making it anew', async () => {
    const id = anId('record');
    const etag = (await office.api.put(at(id), {})).headers.get('etag') ?? '';
    expect((await office.api.delete(at(id), ifMatch(etag))).body).toMatchObject({ deleted: true });
    expect(verdict(await office.api.put(at(id), {}, ifMatch(etag)))).toEqual([412, 'stale_version']);
    expect(verdict(await office.api.get(at(id)))).toEqual([404, 'not_found']);
    expect(verdict(await office.api.delete(at(id)))).toEqual([404, 'not_found']);
  });

  test('every change is in the trail with before and after, under the key that caches follow', async () => {
    const id = anId('record');
    await office.api.put(at(id), { properties: { n: 1 } });
    await office.api.put(at(id), { properties: { n: 2 } }, ifMatch('*'));
    await office.api.delete(at(id));
    expect(await changesOf(id)).toEqual([
      { action: 'create', before: null, after: { properties: { n: 1 } } },
      { action: 'update', before: { properties: { n: 1 } }, after: { properties: { n: 2 } } },
      { action: 'delete', before: { properties: { n: 2 } }, after: null },
    ]);
  });

  test('a dry run answers with a preview and writes nothing', async () => {
    const id = anId('record');
    const before = await office.revision();
    const preview = await office.api.put<Preview>(`${at(id)}?dryRun=true`, { properties: {} });
    expect(preview.body).toMatchObject({ dryRun: true, impact: { gains: { total: 0 }, losses: { total: 0 } } });
    expect((await office.api.get(at(id))).status).toBe(404);
    expect(await office.revision()).toBe(before);
  });

  test('an Idempotency-Key makes a repetition answer what the first request did', async () => {
    const [id, headers] = [anId('record'), { 'idempotency-key': anId('key') }];
    const first = await office.api.put(at(id), { properties: { n: 1 } }, headers);
    const second = await office.api.put(at(id), { properties: { n: 1 } }, headers);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  test('admins and the integration read and write entities; other collaborators and keys of other scopes do not', async () => {
    const id = anId('record');
    expect((await office.as('boss').api.put(at(id), {})).status).toBe(201);
    const anna = office.as('anna').api;
    expect(verdict(await anna.get(at(id)))).toEqual([403, 'forbidden']);
    expect(verdict(await anna.put(at(id), { properties: { n: 1 } }, ifMatch('*')))).toEqual([403, 'forbidden']);
    expect(verdict(await anna.delete(at(id)))).toEqual([403, 'forbidden']);
    const reader = await keyOf(app, office, ['read', 'check']);
    expect((await reader.get(at(id))).status).toBe(200);
    expect(verdict(await reader.put(at(id), {}))).toEqual([403, 'insufficient_scope']);
  });

  test('an entity of another office does not exist here', async () => {
    const id = anId('record');
    const other = await OfficeClient.make(app);
    await other.api.put(other.at('entities', 'record', id), {});
    expect(verdict(await office.api.get(at(id)))).toEqual([404, 'not_found']);
    expect(verdict(await office.api.delete(at(id)))).toEqual([404, 'not_found']);
  });

  test.each([
    ['dossier', 'x', {}],
    ['Record', 'x', {}],
    ['record', '__proto__', {}],
    ['record', 'x', { properties: [] }],
    ['record', 'x', { properties: { big: 'x'.repeat(70_000) } }],
    ['record', 'x', { props: {} }],
  ])('refuses %s %s with 400 where type, id or body are no entity', async (type, id, body) => {
    expect(verdict(await office.api.put(office.at('entities', type, id), body))).toEqual([400, 'invalid_request']);
  });

  test('is exported as the line that an import reads', async () => {
    const mine = await OfficeClient.make(app);
    await mine.api.put(mine.at('entities', 'record', 'r1'), { properties: { status: 'active' } });
    const { body } = await mine.api.get<string>(mine.at('export'));
    expect(body).toContain('{"kind":"entity","type":"record","id":"r1","properties":{"status":"active"}}');
  });
});
