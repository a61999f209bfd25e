import pg from 'pg';
import { asUnavailable } from './database-errors.js';
import { UnavailableError } from './unavailable.js';

/** Where the reader connects to, as the pool does. */
export interface PreparedReaderOptions {
  connection: pg.ClientConfig;
  /** Longest that one read may take. */
  deadlineMs: number;
}

/**
 * Runs one prepared statement, very often, on connections of its own: it never waits behind other work in a pool, and
 * costs no more than the statement. Each connection has one read at a time; one whose read passes the deadline is
 * closed, so a hung read harms only itself.
 */
export class PreparedReader {
  private readonly idle: pg.Client[] = [];
  private readonly all = new Set<pg.Client>();
  private isClosed = false;

  constructor(
    private readonly options: PreparedReaderOptions,
    private readonly statement: { name: string; text: string },
  ) {}

  /** @throws UnavailableError where PostgreSQL is away or too slow */
  async read<Row extends unknown[]>(values: unknown[]): Promise<Row[]> {
    const untilMs = performance.now() + this.options.deadlineMs;
    const client = this.idle.pop() ?? (await this.connect());
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        this.discard(client);
        reject(asUnavailable(error));
      };
      const tooLate = () =>
        fail(new UnavailableError(`PostgreSQL gave no answer within ${this.options.deadlineMs} ms`));
      const timer = setTimeout(tooLate, untilMs - performance.now());
      client.query<Row>({ ...this.statement, values, rowMode: 'array' }, (error, result) => {
        clearTimeout(timer);
        if (error as Error | null) return fail(error);
        // After the deadline it is closed already.
        if (this.all.has(client)) this.idle.push(client);
        resolve(result.rows);
      });
    });
  }

  /** Closes every connection. */
  close(): void {
    this.isClosed = true;
    for (const client of this.all) this.discard(client);
  }

  private async connect(): Promise<pg.Client> {
    if (this.isClosed) throw new UnavailableError('the service is closing');
    const client = new pg.Client({ ...this.options.connection, connectionTimeoutMillis: this.options.deadlineMs });
    this.all.add(client);
    // A connection that breaks while idle must not end the process; the next read finds another.
    client.on('error', () => this.discard(client));
    try {
      await client.connect();
      return client;
    } catch (error) {
      this.discard(client);
      throw asUnavailable(error);
    }
  }

  private discard(client: pg.Client): void {
    this.all.delete(client);
    const at = this.idle.indexOf(client);
    if (at >= 0) this.idle.splice(at, 1);
    // Not politely: a server that hangs never says goodbye.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
