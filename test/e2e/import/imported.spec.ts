import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importEventSchema } from '#src/admin/import/import.schema.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { OfficeClient } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { toLines, type Line } from '#test/support/importing.js';

type Event = Record<string, unknown> & { counts?: Record<string, number>; refused?: { line: number; code: string }[] };

const ids = Array.from({ length: 2_500 }, (_, n) => `d${n}`);
const many: Line[] = [
  { kind: 'client_group', id: 'g1', name: 'Bruxelles' },
  ...ids.map((id): Line => ({
    ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' },
  })),
  ...ids.map((id): Line => ({ kind: 'dossier', id, name: id, status: 'active' })),
];

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Sends lines and returns what is streamed back. Every line of it is held to its schema. */
async function send(
  office: OfficeClient,
  body: string | Readable,
  headers: Record<string, string> = {},
): Promise<{ response: Response; events: Event[] }> {
  const response = await fetch(`${app.url}${office.at('import')}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/x-ndjson', ...headers },
    body: body as never,
    duplex: 'half',
  });
  const lines = (await response.text()).trimEnd().split('\n');
  return { response, events: lines.map((line) => importEventSchema.parse(JSON.parse(line)) as Event) };
}

describe('an import', () => {
  test('streams progress, and ends with the counts and every refused line', async () => {
    const office = await OfficeClient.make(app);
    const { response, events } = await send(office, `${toLines(many)}{"kind":"dossier"}\n`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(events.length).toBeGreaterThan(3);
    expect(events.slice(0, -1).every((event) => 'progress' in event)).toBe(true);
    expect(events.at(-2)).toEqual({ progress: { lines: 5_002, applied: 5_001, refused: 1 } });
    const last = events.at(-1);
    expect(last).toMatchObject({ done: true, counts: { client_group: 1, dossier: 2_500, relationship: 2_500 } });
    expect(last?.refused).toMatchObject([{ line: 5_002, code: 'invalid_request' }]);
    expect(last?.revision).toBe(String(await office.revision()));
  });

  test('is seen by the first check after it, and so is every later one (rule 33)', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('mia');
    expect(await office.may('mia', 'd1')).toBe(false);
    const member = {
      kind: 'relationship',
      object: 'client_group:g1',
      relation: 'collaborator',
      subject: 'collaborator:mia',
    };
    await send(office, toLines([...many, member]));
    expect(await office.may('mia', 'd1')).toBe(true);
    await send(office, toLines([{ kind: 'collaborator', id: 'mia', status: 'inactive' }]));
    expect(await office.may('mia', 'd1')).toBe(false);
  });

  test('reads a body of any length as it comes, in pieces', async () => {
    const office = await OfficeClient.make(app);
    const text = Buffer.from(toLines(many));
    const pieces = Array.from({ length: Math.ceil(text.length / 1_000) }, (_, n) =>
      text.subarray(n * 1_000, (n + 1) * 1_000),
    );
    const { events } = await send(office, Readable.from(pieces));
    expect(events.at(-1)).toMatchObject({ done: true, refused: [] });
  });

  test('takes the list of an office as Excel makes it', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('mia', { email: 'mia@office.example' });
    const rows = [
      'dossier;name;code;enterpriseNumber;clientGroup;managers',
      'd1;Élégance;B1;0123.456.749;Général;mia@office.example',
    ];
    const { events } = await send(office, `\uFEFF${rows.join('\r\n')}\r\n`, {
      'content-type': 'text/csv; charset=utf-8',
    });
    expect(events.at(-1)).toMatchObject({ done: true, counts: { dossier: 1, client_group: 1 }, refused: [] });
    expect(await office.may('mia', 'd1')).toBe(true);
  });

  test('says reasons in the language asked for', async () => {
    const office = await OfficeClient.make(app);
    const line = { kind: 'relationship', object: 'dossier:x', relation: 'guest', subject: 'collaborator:boss' };
    const { events } = await send(office, toLines([line]), { 'accept-language': 'nl' });
    expect(events.at(-1)).toMatchObject({ refused: [{ reason: '"x" (dossier) bestaat niet in dit kantoor.' }] });
  });

  test('of a collaborator is in the trail as theirs, with its reason', async () => {
    const office = await OfficeClient.make(app);
    const response = await fetch(`${app.url}${office.at('import')}?reason=merger`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/x-ndjson', 'cardea-actor': 'boss' },
      body: toLines([{ kind: 'dossier', id: 'd1', name: 'D' }]),
    });
    expect(await response.text()).toContain('"done":true');
    const trail = await onDatabase(app.database, (client) =>
      client.query(`select actor, reason from change where office = $1 and key = 'dossier:d1'`, [office.id]),
    );
    expect(trail.rows).toEqual([{ actor: 'collaborator:boss', reason: 'merger' }]);
  });

  test('that is stopped in the middle ends with the error, and can be sent again with its key', async () => {
    const office = await OfficeClient.make(app);
    const key = { 'idempotency-key': 'move-1' };
    const stop = `create function stop() returns trigger language plpgsql as
      $$ begin raise exception 'the disk is full' using errcode = '53100'; end $$`;
    await onDatabase(app.database, async (client) => {
      await client.query(stop);
      await client.query(
        `create trigger stop before insert on dossier for each row when (new.id = 'd999') execute function stop()`,
      );
    });
    const { events } = await send(office, toLines(many), key);
    expect(events.at(-1)).toMatchObject({ error: { status: 503, code: 'unavailable' } });
    expect(JSON.stringify(events)).not.toContain('the disk is full');
    await onDatabase(app.database, (client) => client.query('drop function stop() cascade'));
    const again = await send(office, toLines(many), key);
    expect(again.events.at(-1)).toMatchObject({ done: true, counts: { dossier: 2_500 }, refused: [] });
    expect((await send(office, toLines(many), key)).events.at(-1)).toEqual(again.events.at(-1));
  });

  test('of a client that leaves in the middle of its body changes nothing', async () => {
    const office = await OfficeClient.make(app);
    const before = await office.revision();
    const url = new URL(app.url);
    const sent = request({
      ...{ host: url.hostname, port: url.port, method: 'POST', path: office.at('import') },
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/x-ndjson' },
    });
    sent.on('error', () => undefined);
    await new Promise<void>((resolve) => sent.write(toLines(many.slice(0, 2_000)), () => resolve()));
    sent.destroy();
    // Its place is free again: the service has noticed.
    for (let n = 0; n < 5; n++) expect((await send(office, '')).events.at(-1)).toMatchObject({ done: true });
    expect(await office.revision()).toBe(before);
  });

  test('of a client that leaves while it is applied ends after the chunk in flight', async () => {
    const office = await OfficeClient.make(app);
    const response = await fetch(`${app.url}${office.at('import')}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/x-ndjson' },
      body: toLines([...many, ...ids.map((id) => ({ kind: 'dossier', id: `more-${id}`, name: id }))]),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    let [last, same] = [-1, 0];
    for (; same < 5; await sleep(100)) {
      const now = await office.revision();
      same = now === last ? same + 1 : 0;
      last = now;
    }
    const left = await onDatabase(app.database, (client) =>
      client.query<{ n: number }>('select count(*)::int n from dossier where office = $1', [office.id]),
    );
    expect(left.rows[0]?.n).toBeLessThan(5_000);
  });
});
