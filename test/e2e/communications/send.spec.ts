import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Row {
  dossier: string;
  status: 'queued' | 'refused';
  to?: string;
  from?: string;
  replyTo?: string;
  source?: string;
  code?: string;
}

interface Answer extends Problem {
  id: string;
  results: Row[];
  counts: { queued: number; refused: number };
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app, { email: 'office@o.example' });
  await office.collaborator('mia', { email: 'mia@o.example' });
  await office.collaborator('anne');
  await office.collaborator('sam', { profile: 'support' });
  await office.dossier('managed', { email: 'managed@client.example', managers: ['mia'] });
  await office.dossier('grouped', { email: 'grouped@client.example' });
  await office.dossier('alone', { email: 'alone@client.example' });
  await office.dossier('no-address', { email: null });
  await office.dossier('private', { email: 'private@client.example', private: true, managers: ['mia'] });
  await office.dossier('closed', { email: 'closed@client.example' });
  await office.clientGroup('g1', { email: 'g1@o.example', dossiers: ['grouped'], collaborators: ['anne', 'sam'] });
  await office.api.post(office.at('dossiers', 'closed', 'deactivate'));
});

function send(body: object, as?: string, query = '', headers?: Record<string, string>) {
  const api = as === undefined ? office.api : office.api.as(as);
  const message = { subject: 'Your VAT return', body: 'Dear client,\n…', ...body };
  return api.post<Answer>(`${office.at('communications')}${query}`, message, headers);
}

const short = (rows: Row[]) => Object.fromEntries(rows.map((row) => [row.dossier, row.code ?? row.status]));

async function outbox(id: string) {
  const text = `select dossier, recipient, sender, reply_to, subject, body, status from communication_message
                 where communication = $1 order by dossier`;
  return onDatabase(app.database, async (client) => (await client.query(text, [id])).rows as object[]);
}

describe('a communication', () => {
  test('rules 19 and 25: goes to each dossier, from whoever answers for it, and is queued as it says', async () => {
    const answer = await send({ select: { ids: ['managed', 'grouped', 'alone'] } }, 'boss');
    expect(answer.status).toBe(201);
    expect(answer.body.results).toEqual([
      row('managed', 'mia@o.example', 'manager'),
      row('grouped', 'g1@o.example', 'client_group'),
      row('alone', 'office@o.example', 'office'),
    ]);
    const queued = await outbox(answer.body.id);
    const message = { subject: 'Your VAT return', body: 'Dear client,\n…', status: 'queued' };
    expect(queued).toEqual([
      {
        dossier: 'alone',
        recipient: 'alone@client.example',
        sender: 'office@o.example',
        reply_to: 'office@o.example',
        ...message,
      },
      {
        dossier: 'grouped',
        recipient: 'grouped@client.example',
        sender: 'g1@o.example',
        reply_to: 'g1@o.example',
        ...message,
      },
      {
        dossier: 'managed',
        recipient: 'managed@client.example',
        sender: 'mia@o.example',
        reply_to: 'mia@o.example',
        ...message,
      },
    ]);
  });

  test('rule 25: each row is authorised by itself and has its own result; nothing is skipped silently', async () => {
    const ids = ['grouped', 'no-address', 'private', 'closed', 'nowhere', 'grouped'];
    const answer = await send({ select: { ids } }, 'boss');
    expect(answer.status).toBe(201);
    expect(answer.body.results.map(({ dossier }) => dossier)).toEqual(ids.slice(0, 5));
    expect(short(answer.body.results)).toEqual({
      grouped: 'queued',
      'no-address': 'dossier_without_address',
      private: 'not_found',
      closed: 'forbidden',
      nowhere: 'not_found',
    });
    expect(answer.body.counts).toEqual({ queued: 1, refused: 4 });
    expect(await outbox(answer.body.id)).toHaveLength(1);
  });

  test('rules 15 and 25: all that match a filter are those that the sender may open', async () => {
    expect(short((await send({ select: { filter: {} } }, 'anne')).body.results)).toEqual({ grouped: 'queued' });
    expect(short((await send({ select: { filter: { status: ['active'] } } }, 'boss')).body.results)).toEqual({
      managed: 'queued',
      grouped: 'queued',
      alone: 'queued',
      'no-address': 'dossier_without_address',
    });
    expect(short((await send({ select: { filter: { mine: true } } }, 'mia')).body.results)).toEqual({
      managed: 'queued',
      private: 'queued',
    });
  });

  test('support opens and does not communicate', async () => {
    const answer = await send({ select: { ids: ['grouped', 'managed'] } }, 'sam');
    expect(short(answer.body.results)).toEqual({ grouped: 'forbidden', managed: 'not_found' });
    expect(await outbox(answer.body.id)).toEqual([]);
  });

  test('is in the trail with who sent it, and without the message', async () => {
    const { body } = await send(
      { select: { ids: ['managed'] }, body: 'a-word-of-the-message', reason: 'Deadline' },
      'mia',
    );
    const trail = await office.api.get<{ items: object[] }>(`${office.at('changes')}?key=communication:${body.id}`);
    expect(trail.body.items).toMatchObject([{ actor: 'collaborator:mia', reason: 'Deadline', action: 'create' }]);
    expect(JSON.stringify(trail.body)).not.toContain('a-word-of-the-message');
  });

  test('rules 25 and 29: a dry run says where each message would go, and queues none', async () => {
    const select = { ids: ['managed', 'no-address'] };
    const before = await office.revision();
    const preview = await send({ select }, 'boss', '?dryRun=true');
    expect(preview.status).toBe(200);
    expect(preview.body).toMatchObject({ dryRun: true, counts: { queued: 1, refused: 1 } });
    expect(await office.revision()).toBe(before);
    const done = await send({ select }, 'boss');
    expect(preview.body.results).toEqual(done.body.results);
  });

  test('an Idempotency-Key sends once', async () => {
    const headers = { 'idempotency-key': 'm1' };
    const first = await send({ select: { ids: ['managed'] } }, undefined, '', headers);
    const second = await send({ select: { ids: ['managed'] } }, undefined, '', headers);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    const other = await send({ select: { ids: ['managed'] }, subject: 'Other' }, undefined, '', headers);
    expect(verdict(other)).toEqual([422, 'idempotency_key_reused']);
  });

  test.each<[string, object]>([
    ['a subject of two lines', { subject: 'Hello\r\nBcc: all@x.example' }],
    ['a subject with another line end', { subject: 'Hello\u2028Bcc: x' }],
    ['a blank subject', { subject: ' ' }],
    ['no subject', { subject: undefined }],
    ['no text', { body: '' }],
    ['a text with NUL', { body: 'a\0b' }],
    ['a sender of its own', { from: 'x@x.example' }],
    ['no selection', { select: undefined }],
    ['an empty selection', { select: { ids: [] } }],
    ['a filter that does not exist', { select: { filter: { group: 'g1' } } }],
  ])('%s is 400', async (_, body) => {
    expect((await send({ select: { ids: ['managed'] }, ...body })).status).toBe(400);
  });

  test('without a key it is 401, with one that may only read 403', async () => {
    expect((await new Api(app.url).post(office.at('communications'), {})).status).toBe(401);
    const key = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'Reads', scopes: ['read'] });
    const reading = new Api(app.url, key.body.key);
    expect(verdict(await reading.post(office.at('communications'), {}))).toEqual([403, 'insufficient_scope']);
  });
});

function row(dossier: string, from: string, source: string) {
  return { dossier, status: 'queued', to: `${dossier}@client.example`, from, replyTo: from, source };
}
