import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { eventually } from '#test/support/eventually.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { startMailServer, type MailServer } from '#test/support/mail-server.js';
import { OfficeClient } from '#test/support/office-client.js';
import { communicate, emptyOutbox, outboxOf, setRows, untilCounted } from '#test/support/outbox.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';

let database: TestDatabase;
let mail: MailServer;
/** Queues and looks, and sends nothing. */
let desk: TestApp;
let office: OfficeClient;

beforeAll(async () => {
  database = await createTestDatabase();
  desk = await startApp({ database });
});
afterAll(async () => {
  await desk.close();
  await database.drop();
});
beforeEach(async () => {
  mail = await startMailServer();
  office = await OfficeClient.make(desk);
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()));
  await emptyOutbox(database);
  await mail.close();
});

async function queue(count: number): Promise<string> {
  const ids = Array.from({ length: count }, (_, index) => `d${index}`);
  for (const id of ids) await office.dossier(id, { email: `${id}@client.example` });
  return communicate(office, ids);
}

const processes: ServiceProcess[] = [];

async function senderProcess(more: NodeJS.ProcessEnv = {}): Promise<ServiceProcess> {
  const environment = { DATABASE_URL: database.url, SMTP_URL: mail.url, SMTP_TIMEOUT_SECONDS: '20', ...more };
  const started = await startService(environment);
  processes.push(started);
  return started;
}

/** Lets whoever holds a message be taken for dead. */
const lapse = (id: string) => setRows(database, id, `lease_until = now() - interval '1 second'`, `status = 'sending'`);

const messageIds = () => mail.taken.map((one) => one.header('message-id')).sort();

// How these were seen to fail: with the row not locked when it is claimed, with `handed_over_at` not looked at, and with
// an outbox that does not wait for the message in flight.
describe('several senders of one outbox', () => {
  test('two instances send every message once between them', async () => {
    const id = await queue(40);
    const environment = { SMTP_URL: mail.url };
    const two = await Promise.all([startApp({ database, environment }), startApp({ database, environment })]);
    const rows = await untilCounted(database, id, 'sent', 40);
    expect(messageIds()).toEqual(rows.map((row) => row.message_id).sort());
    expect(rows.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(mail.connections).toBe(2);
    await Promise.all(two.map((app) => app.close()));
  });

  test('several workers of a process send every message once between them', async () => {
    const id = await queue(16);
    const service = await senderProcess({ WORKERS: '2' });
    const rows = await untilCounted(database, id, 'sent', 16);
    expect(messageIds()).toEqual(rows.map((row) => row.message_id).sort());
    expect(await service.stop()).toBe(0);
  });

  test('one that is killed amid a content leaves one message uncertain; the others are sent once, by the next', async () => {
    const id = await queue(5);
    let held = 0;
    // The third content comes, and is never answered.
    mail.behave = (stage) => (stage === 'content' && ++held === 3 ? new Promise(() => undefined) : undefined);
    const first = await senderProcess();
    await eventually('two are sent and the third waits', () => mail.taken.length === 2 && mail.waiting === 1);
    await first.kill();
    await lapse(id);
    const second = await senderProcess();
    await untilCounted(database, id, 'sent', 4);
    const rows = await untilCounted(database, id, 'uncertain', 1);
    expect(rows.find(({ status }) => status === 'uncertain')).toMatchObject({ error: 'interrupted' });
    expect(new Set(messageIds()).size).toBe(mail.taken.length);
    expect(mail.taken).toHaveLength(4);
    expect(await second.stop()).toBe(0);
  });

  test('one that is killed before the content loses nothing: the message is sent by the next', async () => {
    const id = await queue(1);
    let isReached = false;
    mail.behave = (stage) => {
      if (stage !== 'recipient') return undefined;
      isReached = true;
      return new Promise(() => undefined);
    };
    const first = await senderProcess();
    await eventually('the server has the recipient', () => isReached);
    await first.kill();
    mail.behave = () => undefined;
    await lapse(id);
    const second = await senderProcess();
    await eventually('it waits anew', async () => (await outboxOf(database, id))[0]?.status === 'queued');
    await setRows(database, id, 'due_at = now()');
    await untilCounted(database, id, 'sent', 1);
    expect(mail.taken).toHaveLength(1);
    expect(await second.stop()).toBe(0);
  });

  test('one whose claim has lapsed sends nothing, even where it is alive', async () => {
    const id = await queue(1);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    mail.behave = (stage) => (stage === 'recipient' && ++asked === 1 ? held : undefined);
    const slow = await startApp({ database, environment: { SMTP_URL: mail.url } });
    await eventually('it is amid the envelope', () => asked === 1);
    await lapse(id);
    const quick = await startApp({ database, environment: { SMTP_URL: mail.url } });
    await eventually('it waits anew', async () => (await outboxOf(database, id))[0]?.claim === null);
    await setRows(database, id, 'due_at = now()');
    await untilCounted(database, id, 'sent', 1);
    release();
    await Promise.all([slow.close(), quick.close()]);
    expect(mail.taken).toHaveLength(1);
    expect(await outboxOf(database, id)).toMatchObject([{ status: 'sent' }]);
  });

  test('one that was taken for dead and was only slow still says that it has sent the message', async () => {
    const id = await queue(1);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    mail.behave = (stage) => (stage === 'content' ? held : undefined);
    const slow = await startApp({ database, environment: { SMTP_URL: mail.url } });
    await eventually('the content waits for its answer', () => mail.waiting === 1);
    await lapse(id);
    const quick = await startApp({ database, environment: { SMTP_URL: mail.url } });
    await untilCounted(database, id, 'uncertain', 1);
    release();
    expect(await untilCounted(database, id, 'sent', 1)).toMatchObject([{ error: null, claim: null }]);
    expect(mail.taken).toHaveLength(1);
    await Promise.all([slow.close(), quick.close()]);
  });
});

describe('a stop', () => {
  test('finishes the message in flight and takes up no other', async () => {
    const id = await queue(3);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    mail.behave = (stage) => (stage === 'content' ? held : undefined);
    const service = await senderProcess({ LOG_LEVEL: 'info' });
    await eventually('a content waits for its answer', () => mail.waiting === 1);
    const stopped = service.stop();
    await eventually('it is stopping', () => service.output().includes('stopping'));
    release();
    expect(await stopped).toBe(0);
    const rows = await outboxOf(database, id);
    expect(rows.map(({ status }) => status).sort()).toEqual(['queued', 'queued', 'sent']);
    expect(mail.taken).toHaveLength(1);
  });

  test('that cannot wait any longer leaves the message uncertain, and says so at once', async () => {
    const id = await queue(2);
    mail.behave = (stage) => (stage === 'content' ? new Promise(() => undefined) : undefined);
    const service = await senderProcess();
    await eventually('a content waits for its answer', () => mail.waiting === 1);
    expect(await service.stop()).toBe(0);
    const rows = await outboxOf(database, id);
    expect(rows.map(({ status, error }) => [status, error]).sort()).toEqual([
      ['queued', null],
      ['uncertain', 'answer_lost'],
    ]);
  });
});
