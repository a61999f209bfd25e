import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { makeCertificates, type Certificates } from '#test/support/certificates.js';
import { eventually } from '#test/support/eventually.js';
import { startMailServer, type Behaviour, type MailServer, type Stage } from '#test/support/mail-server.js';
import { SmtpServerError, type Delivery } from './delivery.js';
import { SmtpSession } from './smtp-session.js';
import { parseSmtpUrl, type SmtpServer } from './smtp-server.js';

const opens = () => Promise.resolve(true);
const forever = new Promise<never>(() => undefined);
const content = (subject = 'Hello') => Buffer.from(`Subject: ${subject}\r\n\r\nText\r\n.\r\nend`);
const mailTo = (recipient: string) => ({ sender: 'office@o.example', recipient, content: content() });

function serverAt(url: string, timeoutMs = 10_000): SmtpServer {
  const server = parseSmtpUrl(url, timeoutMs);
  if (!server) throw new Error(`${url} is not understood`);
  return server;
}

// How these were seen to fail: with the end of the content taken for "not sent" where the connection breaks
// (`isOut` never set), with the gate asked before the envelope, and with a session kept that broke amid a content.
describe('an attempt to send one message', () => {
  let mail: MailServer;

  beforeEach(async () => {
    mail = await startMailServer();
  });
  afterEach(() => mail.close());

  /** One message to a server that behaves so at one stage. */
  async function attempt(at: Stage, behaviour: Behaviour, timeoutMs?: number) {
    const session = await SmtpSession.open(serverAt(mail.url, timeoutMs));
    mail.behave = (stage) => (stage === at ? behaviour : undefined);
    let asked = 0;
    const delivery = await session.send(mailTo('a@client.example'), () => {
      asked++;
      return Promise.resolve(true);
    });
    return { session, delivery, asked };
  }

  test('is sent where the server says so, byte for byte, lines of a single dot included', async () => {
    const { session, delivery, asked } = await attempt('content', undefined);
    expect([delivery, asked]).toEqual([{ outcome: 'sent' }, 1]);
    expect(mail.taken).toMatchObject([{ from: 'office@o.example', to: 'a@client.example' }]);
    expect(mail.taken[0]?.source.trimEnd()).toBe(content().toString());
    session.close();
  });

  test.each<[Stage, Behaviour, Partial<Delivery>]>([
    ['sender', 'refuse', { outcome: 'refused', part: 'sender', detail: '550 no such mailbox' }],
    ['sender', 'defer', { outcome: 'deferred', part: 'sender' }],
    ['recipient', 'refuse', { outcome: 'refused', part: 'recipient', detail: '550 no such mailbox' }],
    ['recipient', 'defer', { outcome: 'deferred', part: 'recipient', detail: '451 come again later' }],
    ['recipient', '503 bad sequence', { outcome: 'deferred', part: 'recipient' }],
    ['sender', '421 closing', { outcome: 'unreachable', detail: '421 closing' }],
    ['sender', '530 log in first', { outcome: 'unreachable' }],
    ['sender', 'drop', { outcome: 'unreachable' }],
    ['recipient', 'drop', { outcome: 'unreachable' }],
  ])(
    'refused at the %s by %p was not handed over: the content was never asked for',
    async (stage, behaviour, expected) => {
      const { delivery, asked } = await attempt(stage, behaviour);
      expect(delivery).toMatchObject(expected);
      expect([asked, mail.taken.length]).toEqual([0, 0]);
    },
  );

  test.each<[Behaviour, Partial<Delivery>]>([
    ['refuse', { outcome: 'refused', part: 'message' }],
    ['554 no spam', { outcome: 'refused', part: 'message', detail: '554 no spam' }],
    ['defer', { outcome: 'deferred', part: 'message' }],
    ['421 closing', { outcome: 'deferred', part: 'message' }],
    ['503 bad sequence', { outcome: 'deferred', part: 'message' }],
    ['drop', { outcome: 'uncertain' }],
  ])('whose content is answered with %p', async (behaviour, expected) => {
    expect((await attempt('content', behaviour)).delivery).toMatchObject(expected);
  });

  test('to a server that hangs is given up, as not sent before the content and as uncertain after it', async () => {
    expect((await attempt('recipient', forever, 200)).delivery.outcome).toBe('unreachable');
    expect((await attempt('content', forever, 200)).delivery.outcome).toBe('uncertain');
  });

  test('is withdrawn where its gate stays shut or fails, and the server has nothing', async () => {
    for (const gate of [() => Promise.resolve(false), () => Promise.reject(new Error('no database'))]) {
      const session = await SmtpSession.open(serverAt(mail.url));
      expect(await session.send(mailTo('a@client.example'), gate)).toEqual({ outcome: 'withdrawn' });
      expect(session.isOpen).toBe(false);
      expect((await session.send(mailTo('b@client.example'), opens)).outcome).toBe('unreachable');
    }
    await eventually('the server sees the connections go', () => mail.connections === 2);
    expect(mail.taken).toEqual([]);
  });

  test('lets no byte out where the gate opens after the connection has gone', async () => {
    const session = await SmtpSession.open(serverAt(mail.url, 200));
    let open = (): void => undefined;
    const late = new Promise<boolean>((resolve) => (open = () => resolve(true)));
    expect((await session.send(mailTo('a@client.example'), () => late)).outcome).toBe('unreachable');
    open();
    await late;
    expect(mail.taken).toEqual([]);
  });

  test('leaves the connection good for the next one where only its recipient was refused', async () => {
    mail.behave = (stage, recipient) => (stage === 'recipient' && recipient.startsWith('no') ? 'refuse' : undefined);
    const session = await SmtpSession.open(serverAt(mail.url));
    for (const recipient of ['no@client.example', 'a@client.example', 'no2@client.example', 'b@client.example']) {
      await session.send(mailTo(recipient), opens);
    }
    session.close();
    expect(mail.taken.map(({ to }) => to)).toEqual(['a@client.example', 'b@client.example']);
    expect(mail.connections).toBe(1);
  });

  test('is cut where its time is up, as not sent before the content and as uncertain after it', async () => {
    for (const [stage, outcome] of [
      ['recipient', 'unreachable'],
      ['content', 'uncertain'],
    ] as const) {
      const stop = new AbortController();
      const session = await SmtpSession.open(serverAt(mail.url), stop.signal);
      let reached = false;
      mail.behave = (at) => {
        if (at !== stage) return undefined;
        reached = true;
        return forever;
      };
      const delivery = session.send(mailTo('a@client.example'), opens);
      await eventually('the server has come so far', () => reached);
      stop.abort();
      expect((await delivery).outcome).toBe(outcome);
      expect(session.isOpen).toBe(false);
    }
  });

  test('to an address that is none is refused, and no command is made of it', async () => {
    const session = await SmtpSession.open(serverAt(mail.url));
    const injected = await session.send(mailTo('a@client.example>\r\nRCPT TO:<b@client.example'), opens);
    expect(injected).toMatchObject({ outcome: 'refused', part: 'message' });
    expect((await session.send(mailTo('c@client.example'), opens)).outcome).toBe('sent');
    expect(mail.taken.map(({ to }) => to)).toEqual(['c@client.example']);
  });

  test('cannot begin where the server is away, hangs, drops or closes at once', async () => {
    for (const behaviour of ['drop', '554 go away', forever] as const) {
      mail.behave = () => behaviour;
      await expect(SmtpSession.open(serverAt(mail.url, 200))).rejects.toThrow(SmtpServerError);
    }
    const { url } = mail;
    await mail.close();
    await expect(SmtpSession.open(serverAt(url))).rejects.toThrow(SmtpServerError);
    mail = await startMailServer();
  });
});

// How these were seen to fail: with `requireTLS` off, and with `rejectUnauthorized: false`.
describe('TLS and logins', () => {
  let certificates: Certificates;
  let authority: string;

  beforeAll(() => {
    certificates = makeCertificates();
    authority = readFileSync(certificates.authority, 'utf8');
  });
  afterAll(() => certificates.remove());

  test.each([
    ['STARTTLS', false, '?tls=starttls'],
    ['TLS from the first byte', true, ''],
  ])('%s, with a login', async (_, implicitTls, query) => {
    const mail = await startMailServer({ certificates, implicitTls, user: 'u@o', password: 'p:/w' });
    const url = `${mail.url.replace('u@o:p:/w', 'u%40o:p%3A%2Fw')}${query}`;
    const session = await SmtpSession.open({ ...serverAt(url), authority });
    expect((await session.send(mailTo('a@client.example'), opens)).outcome).toBe('sent');
    session.close();
    await mail.close();
  });

  test('a server whose certificate nobody vouches for gets no login and no message', async () => {
    for (const [implicitTls, query] of [
      [true, ''],
      [false, '?tls=starttls'],
    ] as const) {
      const mail = await startMailServer({ certificates, implicitTls, user: 'u', password: 'p' });
      await expect(SmtpSession.open(serverAt(`${mail.url}${query}`))).rejects.toThrow(SmtpServerError);
      await mail.close();
    }
  });

  test('a server without STARTTLS gets no login and no message where TLS is wanted', async () => {
    const mail = await startMailServer({ user: 'u', password: 'p' });
    let logins = 0;
    mail.behave = (stage) => (stage === 'login' ? void logins++ : undefined);
    await expect(SmtpSession.open(serverAt(`${mail.url}?tls=starttls`))).rejects.toThrow(SmtpServerError);
    expect(logins).toBe(0);
    await mail.close();
  });

  test('a wrong password is the trouble of the server, and is not in its message', async () => {
    const mail = await startMailServer({ user: 'u', password: 'right' });
    const opening = SmtpSession.open(serverAt(mail.url.replace('right', 'wr0ng-secret')));
    await expect(opening).rejects.toThrow(/535/);
    await expect(opening).rejects.not.toThrow(/wr0ng-secret/);
    await mail.close();
  });
});

describe('SMTP_URL', () => {
  test.each<[string, Partial<SmtpServer>]>([
    ['smtp://mail.example', { host: 'mail.example', port: 587, tls: 'starttls', credentials: undefined }],
    ['smtp://u%40o:p%2Fw@mail.example:2525/', { port: 2525, credentials: { user: 'u@o', password: 'p/w' } }],
    ['smtps://u:p@mail.example', { port: 465, tls: 'implicit' }],
    ['smtp://localhost:25', { tls: 'none' }],
    ['smtp://u:p@[::1]:25', { host: '::1', tls: 'none' }],
    ['smtp://relay:1025?tls=none', { tls: 'none' }],
    ['smtp://localhost?tls=starttls', { tls: 'starttls' }],
  ])('%s', (url, expected) => {
    expect(parseSmtpUrl(url, 1)).toMatchObject(expected);
  });

  test.each([
    '',
    'mail.example',
    'http://mail.example',
    'smtp://',
    'smtp://mail.example/path',
    'smtp://mail.example#x',
    'smtp://mail.example?tls=maybe',
    'smtp://mail.example?x=1',
    'smtps://mail.example?tls=none',
    'smtp://u@mail.example',
    'smtp://:p@mail.example',
    'smtp://u:%@mail.example',
    // A password in clear.
    'smtp://u:p@mail.example?tls=none',
  ])('%p is refused', (url) => {
    expect(parseSmtpUrl(url, 1)).toBeUndefined();
  });
});
