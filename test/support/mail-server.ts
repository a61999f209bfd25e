import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Certificates } from './certificates.js';

/** A message that the server has taken and answered 250 for, or taken without an answer. */
export interface TakenMail {
  from: string;
  to: string;
  /** As it came over the wire. */
  source: string;
  header(name: string): string | undefined;
  /** Without the header, decoded. */
  body: string;
}

/** Where in the exchange the server does what it does. */
export type Stage = 'connect' | 'login' | 'sender' | 'recipient' | 'content';

/** `refuse`: 550, `defer`: 451, `drop`: closes the connection, a text: that reply. Anything else waits, and takes it then. */
export type Behaviour = 'refuse' | 'defer' | 'drop' | `${number} ${string}` | Promise<unknown> | undefined;

/** A mail server on loopback, as bad as a test wants it. */
export interface MailServer {
  port: number;
  url: string;
  /** All that it has taken, in the order in which it came. A message that is dropped after its content is in it too. */
  taken: TakenMail[];
  /** Messages whose content has come and that wait for an answer. */
  waiting: number;
  connections: number;
  /** What it does at a stage, of a message to `recipient` where that is known. */
  behave: (stage: Stage, recipient: string) => Behaviour;
  close(): Promise<void>;
}

/** Starts one; with certificates it speaks TLS, by STARTTLS or from the first byte. */
export async function startMailServer(
  options: { certificates?: Certificates; implicitTls?: boolean; user?: string; password?: string; port?: number } = {},
): Promise<MailServer> {
  const open = new Set<Socket>();
  const act = (
    stage: Stage,
    recipient: string,
    socket: () => Socket | undefined,
    done: (error?: Error | null) => void,
  ) => {
    actAs(mail.behave(stage, recipient), socket, done);
  };
  const actAs = (behaviour: Behaviour, socket: () => Socket | undefined, done: (error?: Error | null) => void) => {
    if (behaviour === undefined) return done();
    if (typeof behaviour !== 'string') return void behaviour.then(() => done());
    if (behaviour === 'drop') return void socket()?.destroy();
    done(replyOf(behaviour));
  };
  const socketOf =
    ({ remotePort }: { remotePort: number }) =>
    () =>
      [...open].find((one) => one.remotePort === remotePort);
  const server = new SMTPServer({
    ...tlsOf(options),
    authOptional: options.user === undefined,
    allowInsecureAuth: true,
    disabledCommands: options.certificates ? [] : ['STARTTLS'],
    disableReverseLookup: true,
    onConnect: (session, done) => act('connect', '', socketOf(session), done),
    onAuth(auth, session, done) {
      const isRight = auth.username === options.user && auth.password === options.password;
      act('login', '', socketOf(session), (error) =>
        error || !isRight ? done(error ?? replyOf('535 no such login')) : done(null, { user: auth.username }),
      );
    },
    onMailFrom: (_address, session, done) => act('sender', '', socketOf(session), done),
    onRcptTo: ({ address }, session, done) => act('recipient', address, socketOf(session), done),
    onData(stream, session, done) {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
      text(stream).then(
        (source) => {
          const takes = () => mail.taken.push(takenMail(from, to, source));
          const behaviour = mail.behave('content', to);
          // It has the message, and nobody hears of it.
          if (behaviour === 'drop') takes();
          mail.waiting++;
          actAs(behaviour, socketOf(session), (error) => {
            mail.waiting--;
            if (!error) takes();
            done(error);
          });
        },
        () => undefined,
      );
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    mail.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const login = options.user === undefined ? '' : `${options.user}:${options.password}@`;
  const mail: MailServer = {
    port,
    url: `${options.implicitTls ? 'smtps' : 'smtp'}://${login}127.0.0.1:${port}`,
    taken: [],
    waiting: 0,
    connections: 0,
    behave: () => undefined,
    async close() {
      const closed = once(server.server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
  return mail;
}

function tlsOf({
  certificates,
  implicitTls = false,
}: Parameters<typeof startMailServer>[0] & object): SMTPServerOptions {
  if (!certificates) return {};
  const file = (name: string) => readFileSync(certificates.lines[name]!);
  return { secure: implicitTls, cert: file('tls-cert-file'), key: file('tls-key-file') };
}

function replyOf(behaviour: string): Error {
  const replies: Record<string, string> = { refuse: '550 no such mailbox', defer: '451 come again later' };
  const [, code, message] = /^(\d{3}) (.*)$/.exec(replies[behaviour] ?? behaviour) ?? [];
  return Object.assign(new Error(message), { responseCode: Number(code) });
}

function takenMail(from: string, to: string, source: string): TakenMail {
  const [head = '', body = ''] = source.split(/\r\n\r\n([\s\S]*)/);
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const header = (name: string) =>
    lines.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))?.slice(name.length + 2);
  const encoding = header('content-transfer-encoding');
  return { from, to, source, header, body: decoded(body, encoding).replaceAll('\r\n', '\n').trimEnd() };
}

function decoded(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
