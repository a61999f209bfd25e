import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPError } from 'nodemailer/lib/smtp-connection';
import { SmtpServerError, deliveryOf, detailOf, type Delivery } from './delivery.js';
import type { SmtpServer } from './smtp-server.js';

/** A message on its way: the envelope, and the bytes between DATA and the final dot. */
export interface OutgoingMail {
  sender: string;
  recipient: string;
  content: Buffer;
}

/** One connection to a mail server, for messages one after another. */
export class SmtpSession {
  #broken: Error | undefined;

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly signal: AbortSignal | undefined,
  ) {
    // A connection may break between two messages: the next one finds out.
    connection.on('error', (error: Error) => (this.#broken ??= error));
    connection.on('end', () => (this.#broken ??= new Error('the server closed the connection')));
  }

  /**
   * Connects, secures the connection, and logs in. Once `signal` is aborted the connection is cut, whatever is under way.
   *
   * @throws SmtpServerError whatever keeps it from doing so
   */
  static async open(server: SmtpServer, signal?: AbortSignal): Promise<SmtpSession> {
    const { host, port, tls, credentials, timeoutMs, authority } = server;
    const connection = new SMTPConnection({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...(authority !== undefined && { tls: { ca: authority } }),
    });
    const session = new SmtpSession(connection, signal);
    try {
      await session.step((done) => connection.connect(done));
      if (credentials) {
        await session.step((done) => connection.login({ user: credentials.user, pass: credentials.password }, done));
      }
      return session;
    } catch (error) {
      connection.close();
      throw new SmtpServerError(detailOf(error as SMTPError));
    }
  }

  /** `false` once no other message can be sent over it. */
  get isOpen(): boolean {
    return this.#broken === undefined;
  }

  /**
   * Sends one message, and never throws. Once the server has taken the recipient and is ready for the content,
   * `beforeContent` is asked; only when that says yes does the first byte go out. Until then the message is not sent,
   * whatever happens; from then on only the server's own answer tells.
   */
  async send({ sender, recipient, content }: OutgoingMail, beforeContent: () => Promise<boolean>): Promise<Delivery> {
    const body = new GatedContent(content, beforeContent);
    const envelope = { from: sender, to: [recipient], size: content.length };
    const error = await this.step((done) => this.connection.send(envelope, body, done)).then(
      () => null,
      (failure: SMTPError) => failure,
    );
    const delivery = error ? deliveryOf(error, body) : ({ outcome: 'sent' } as const);
    // A gate that opens after all of this finds nothing to let out.
    body.destroy();
    if (delivery.outcome !== 'sent') await this.recover(body.wasAsked);
    return delivery;
  }

  /** Says goodbye. */
  close(): void {
    if (this.isOpen) this.connection.quit();
    else this.connection.close();
  }

  /** After a refused envelope the connection is good for the next message; in the middle of a content it is not. */
  private async recover(isAmidContent: boolean): Promise<void> {
    if (isAmidContent) {
      this.#broken ??= new Error('left in the middle of a message');
      this.connection.close();
    } else if (this.isOpen) {
      await this.step((done) => this.connection.reset(done)).catch((error: Error) => (this.#broken ??= error));
    }
  }

  /** One exchange: it ends with its callback, with the connection, or with the signal. */
  private step(run: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      // What the exchange itself says of its end tells more, and comes in the same turn.
      const fail = () => setImmediate(() => reject(this.#broken ?? new Error('the connection ended')));
      const cut = () => {
        this.#broken ??= new Error('given up');
        this.connection.close();
        fail();
      };
      this.connection.once('end', fail);
      this.signal?.addEventListener('abort', cut, { once: true });
      run((error) => {
        this.connection.off('end', fail);
        this.signal?.removeEventListener('abort', cut);
        if (error) reject(error);
        else resolve();
      });
      if (this.signal?.aborted) cut();
    });
  }
}

/** The bytes of a message, which flow once the gate has opened; it is asked when the server waits for the first one. */
class GatedContent extends Readable {
  wasAsked = false;
  /** `true` from the moment that a byte may be out. */
  isOut = false;

  constructor(
    private readonly content: Buffer,
    private readonly gate: () => Promise<boolean>,
  ) {
    super();
    // Whoever reads it is told; after that, an end is an end.
    this.on('error', () => undefined);
  }

  override _read(): void {
    if (this.wasAsked) return;
    this.wasAsked = true;
    this.gate().then(
      (opens) => {
        if (this.destroyed) return;
        if (!opens) return void this.destroy(new Error('withdrawn'));
        this.isOut = true;
        this.push(this.content);
        this.push(null);
      },
      (error: Error) => this.destroy(error),
    );
  }
}
