import { afterEach, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp } from '#test/support/app.js';
import { theService } from '#test/support/service.js';
import { openStream, type EventStream } from '#test/support/event-stream.js';
import { makeKey } from '#test/support/keys.js';
import { OfficeClient } from '#test/support/office-client.js';
import { openSql } from '#test/support/sql.js';

interface Change {
  id: string;
  revision: string;
  key: string;
}

const app = theService();
const streams: EventStream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

async function open(
  office: OfficeClient,
  query = '',
  headers: Record<string, string> = {},
  key = app.key,
): Promise<EventStream> {
  const stream = await openStream(`${app.url}${office.at('changes')}?${query}`, key, headers);
  streams.push(stream);
  return stream;
}

const keyOf = (event: { data?: string }) => (JSON.parse(event.data ?? '{}') as Change).key;

// How these were seen to fail: without asking again whether the key still holds, and with streams that do not end when the service closes.
describe('GET /v1/offices/{office}/changes as text/event-stream', () => {
  test('is an event stream that no cache keeps', async () => {
    const { response } = await open(await OfficeClient.make(app));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toBeTruthy();
  });

  test('sends what is there, then each change as it happens, with the id to go on after', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office);
    const { body } = await office.api.get<{ items: Change[] }>(office.at('changes'));
    for (const change of body.items) {
      const event = await stream.next();
      expect(event).toMatchObject({ id: change.id, event: 'change' });
      expect(JSON.parse(event.data ?? '')).toEqual(change);
    }
    await office.collaborator('c1');
    expect(keyOf(await stream.next())).toBe('collaborator:c1');
  });

  test('goes on after `after`', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office, `after=${await office.revision()}`);
    await office.collaborator('c1');
    expect(keyOf(await stream.next())).toBe('collaborator:c1');
  });

  test('goes on after Last-Event-ID, which a browser sends by itself, without a gap and without a repetition', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('c1');
    await office.collaboratorGroup('k1', { members: ['c1'] });
    const { body } = await office.api.get<{ items: Change[] }>(office.at('changes'));
    for (const [index, { id }] of body.items.slice(0, -1).entries()) {
      // The query stays what it was at the first connection: the header wins.
      const stream = await open(office, 'after=0', { 'last-event-id': id });
      expect((await stream.next()).id).toBe(body.items[index + 1]?.id);
    }
  });

  test('a Last-Event-ID that is none is passed over', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office, 'after=1', { 'last-event-id': 'x; drop table change' });
    expect(keyOf(await stream.next())).toBe('collaborator:boss');
  });

  test('narrows to one key', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office, 'key=collaborator:c2');
    await office.collaborator('c1');
    await office.collaborator('c2');
    expect(keyOf(await stream.next())).toBe('collaborator:c2');
  });

  test('a text with line ends stays in its event: no value can begin an event of its own', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office, `after=${await office.revision()}`);
    const reason = 'À la demande\n\nid: 99.1\nevent: change\ndata: {}\r\rid: 99.2';
    await office.api.patch(office.at(), { language: 'nl', reason }, { 'if-match': '*' });
    const event = await stream.next();
    expect(event.id).not.toMatch(/^99/);
    expect((JSON.parse(event.data ?? '') as { reason: string }).reason).toBe(reason);
  });

  test('a refusal is an ordinary problem: unknown office, wrong query, missing right, missing key', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('c1');
    const statuses = await Promise.all([
      open(new OfficeClient(office.api, 'nowhere')),
      open(office, 'after=x'),
      open(office, '', { 'cardea-actor': 'c1' }),
      open(office, '', {}, 'cdk_wrong'),
    ]);
    expect(statuses.map(({ response }) => response.status)).toEqual([404, 400, 403, 401]);
    expect(statuses[0]?.response.headers.get('content-type')).toMatch(/problem\+json/);
  });

  test('hides private dossiers from an admin (rule 15)', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('c1');
    const stream = await open(office, `after=${await office.revision()}`, { 'cardea-actor': 'boss' });
    await office.dossier('secret', { private: true, managers: ['c1'] });
    await office.collaborator('c2');
    expect(keyOf(await stream.next())).toBe('collaborator:c2');
  });

  test('ends at once for a key that is revoked: the next change is not sent any more', async () => {
    const office = await OfficeClient.make(app);
    const { id, key } = await makeKey(office, ['read']);
    const stream = await open(office, `after=${await office.revision()}`, {}, key);
    await office.api.delete(office.at('api-keys', id));
    await office.collaborator('c1');
    await expect(stream.next()).rejects.toThrow('the stream has ended');
    expect((await open(office, '', {}, key)).response.status).toBe(401);
  });

  test('ends for a key that expires meanwhile, by PostgreSQL’s clock', async () => {
    const office = await OfficeClient.make(app);
    const { key } = await makeKey(office, ['read']);
    const stream = await open(office, `after=${await office.revision()}`, {}, key);
    const sql = await openSql(app.database);
    await sql.owner(`update api_key set expires_at = now() - interval '1 second' where office = $1`, [office.id]);
    await sql.close();
    await office.collaborator('c1');
    await expect(stream.next()).rejects.toThrow('the stream has ended');
  });

  test('ends for an actor who may read the trail no more', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('second', { profile: 'admin' });
    const stream = await open(office, `after=${await office.revision()}`, { 'cardea-actor': 'second' });
    await office.api.post(office.at('collaborators', 'second', 'deactivate'), {});
    await expect(stream.next()).rejects.toThrow('the stream has ended');
  });

  test('says that it is alive while there is nothing to say', async () => {
    const office = await OfficeClient.make(app);
    const stream = await open(office, `after=${await office.revision()}`);
    expect(await stream.next('comment')).toEqual({ comment: 'connected' });
    expect(await stream.next('comment')).toEqual({ comment: 'heartbeat' });
  });

  test('does not keep the service from closing', async () => {
    const own = await startApp({ database: app.database });
    const office = await OfficeClient.make(app);
    const stream = await openStream(`${own.url}${office.at('changes')}`, own.key);
    await stream.next();
    const started = Date.now();
    await Promise.all([own.close(), stream.ended()]);
    expect(Date.now() - started).toBeLessThan(5_000);
    await expect(new Api(own.url, own.key).get('/health/live')).rejects.toThrow();
  });
});
