import { beforeAll, describe, expect, test } from '@jest/globals';
import { aClientGroup } from '#test/factories/groups.js';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict } from '#test/support/office-client.js';
import { meeting } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Group {
  id: string;
  revision: string;
}
interface List {
  total: number;
}

const app = theService();
let office: OfficeClient;
const groups = () => office.at('client-groups');
const total = async () => (await office.api.get<List>(groups())).body.total;
const aKey = () => ({ 'idempotency-key': anId('key') });

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna');
});
describe('Idempotency-Key', () => {
  test('the same request again gives the same answer and does nothing', async () => {
    const key = aKey();
    const body = aClientGroup();
    const before = await total();
    const first = await office.api.post<Group>(groups(), body, key);
    await office.api.patch(office.at('client-groups', first.body.id), { name: 'Entre' }, ifMatch('*'));
    const revision = await office.revision();
    const again = await office.api.post<Group>(groups(), body, key);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, first.headers.get('etag')]);
    expect([await total(), await office.revision()]).toEqual([before + 1, revision]);
    const entries = await office.api.get<{ total: number }>(
      `${office.at('changes')}?key=client_group:${first.body.id}`,
    );
    expect(entries.body.total).toBe(2);
  });

  // Seen to fail with recallAnswer called before the office's row is taken: the copies do not wait for one another.
  test('of five copies that meet, one is applied and all are answered alike', async () => {
    const key = aKey();
    const body = aClientGroup();
    const before = await total();
    const copies = Array.from({ length: 5 }, () => () => office.api.post<Group>(groups(), body, key));
    const answers = await meeting(app.database, office.id, copies);
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(new Set(answers.map(({ body: { id, revision } }) => `${id} ${revision}`)).size).toBe(1);
    expect(await total()).toBe(before + 1);
  });

  test('another body, path, query, method or actor under the same key is refused', async () => {
    const key = aKey();
    const id = anId('g');
    const body = aClientGroup();
    expect((await office.api.put(office.at('client-groups', id), body, key)).status).toBe(201);
    const before = await office.revision();
    for (const refused of [
      await office.api.put(office.at('client-groups', id), { ...body, name: 'Autre' }, key),
      await office.api.put(office.at('client-groups', anId('g')), body, key),
      await office.api.put(`${office.at('client-groups', id)}?reason=x`, body, key),
      await office.api.post(groups(), body, key),
      await office.as('boss').api.put(office.at('client-groups', id), body, key),
    ]) {
      expect(verdict(refused)).toEqual([422, 'idempotency_key_reused']);
    }
    expect(await office.revision()).toBe(before);
  });

  test('a refused request is not remembered: it can be sent again once its cause is gone', async () => {
    const key = aKey();
    const id = anId('g');
    const body = aClientGroup({ collaborators: ['late'] });
    const send = () => office.api.put(office.at('client-groups', id), body, key);
    expect(verdict(await send())).toEqual([422, 'unknown_reference']);
    await office.collaborator('late');
    expect((await send()).status).toBe(201);
  });

  test('a recalled answer needs no fresh If-Match, as the first one had it', async () => {
    const key = aKey();
    const id = anId('g');
    await office.clientGroup(id);
    const headers = { ...key, ...ifMatch(await office.etag('client-groups', id)) };
    const send = () =>
      office.api.patch<Group>(office.at('client-groups', id), { collaborators: { add: ['anna'] } }, headers);
    const first = await send();
    const again = await send();
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  test('DELETE: the second answer is the first one, not 404', async () => {
    const id = anId('g');
    await office.clientGroup(id);
    const key = aKey();
    const first = await office.api.delete(office.at('client-groups', id), key);
    const again = await office.api.delete(office.at('client-groups', id), key);
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  test('keys of two offices do not meet', async () => {
    const other = await OfficeClient.make(app);
    const key = aKey();
    const [one, two] = [
      await office.api.post<Group>(groups(), aClientGroup(), key),
      await other.api.post<Group>(other.at('client-groups'), aClientGroup(), key),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(two.body.id);
  });

  test.each(['', ' ', 'x'.repeat(256), 'a b', 'clé'])('the key %j is refused', async (key) => {
    const answer = await office.api.post(groups(), aClientGroup(), {
      'idempotency-key': Buffer.from(key).toString('latin1'),
    });
    expect(verdict(answer)).toEqual([400, 'invalid_request']);
  });
});
