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
    let client: pg.Client | undefined;
    let timer: NodeJS.Timeout | undefined;
    const { deadlineMs } = this.options;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new UnavailableError(`PostgreSQL gave no answer within ${deadlineMs} ms`)),
        deadlineMs,
      );
    });
    try {
      client = this.idle.pop() ?? (await Promise.race([this.connect(), tooLate]));
      const query = { ...this.statement, values, rowMode: 'array' as const };
      const { rows } = await Promise.race([client.query<Row>(query), tooLate]);
      this.idle.push(client);
      return rows;
    } catch (error) {
      if (client) this.discard(client);
      throw asUnavailable(error);
    } finally {
      clearTimeout(timer);
      // Nobody else waits for it.
      tooLate.catch(() => undefined);
    }
  }

  /** Closes every connection. */
  close(): void {
    this.isClosed = true;
    for (const client of this.all) this.discard(client);
  }

  private async connect(): Promise<pg.Client> {
    if (this.isClosed) throw new UnavailableError('the service is closing');
    const client = new pg.Client(this.options.connection);
    this.all.add(client);
    // A connection that breaks while idle must not end the process; the next read finds another.
    client.on('error', () => this.discard(client));
    await client.connect();
    return client;
  }

  private discard(client: pg.Client): void {
    this.all.delete(client);
    const at = this.idle.indexOf(client);
    if (at >= 0) this.idle.splice(at, 1);
    // Not politely: a server that hangs never says goodbye.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
