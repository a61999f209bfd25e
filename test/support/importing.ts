import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { createApp } from '#src/app.js';
import { Exporter } from '#src/admin/export/exporter.js';
import { Importer, type ImportEvent } from '#src/admin/import/importer.js';
import type { ImportSummary } from '#src/admin/import/tally.js';
import { OfficesService } from '#src/admin/offices.service.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { createLogger } from '#src/platform/logs.js';
import { Metrics } from '#src/platform/metrics.js';
import { readSettings } from '#src/platform/settings.js';
import { anOffice } from '#test/factories/offices.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { openSql, type Sql } from './sql.js';

/** A line of an import as a test writes it. */
export type Line = Record<string, unknown> & { kind: string };

/** The services that import and export, on a database of their own, without HTTP. */
export class Importing {
  private constructor(
    readonly database: TestDatabase,
    readonly sql: Sql,
    private readonly importer: Importer,
    private readonly exporter: Exporter,
    private readonly offices: OfficesService,
    /** Another of the app's services. */
    readonly get: INestApplicationContext['get'],
    readonly close: () => Promise<void>,
  ) {}

  static async open(environment: NodeJS.ProcessEnv = {}): Promise<Importing> {
    const database = await createTestDatabase();
    const settings = readSettings({ DATABASE_URL: database.url, REQUEST_DEADLINE_MS: '20000', ...environment });
    const app = await createApp({ settings, logger: createLogger('silent'), metrics: new Metrics() });
    await app.init();
    const sql = await openSql(database);
    const close = async () => {
      await sql.close();
      await app.close();
      await database.drop();
    };
    return new Importing(
      database,
      sql,
      app.get(Importer),
      app.get(Exporter),
      app.get(OfficesService),
      app.get.bind(app),
      close,
    );
  }

  /** Makes an office for a test of its own. */
  async office(id: string, overrides: Parameters<typeof anOffice>[0] = {}): Promise<string> {
    await this.offices.put(aRequest(id), { policySet: null, ...anOffice(overrides) });
    return id;
  }

  /** The events of an import as they come. Lines are objects; a text or bytes are sent as they are. */
  run(
    office: string,
    body: readonly Line[] | string | Buffer | AsyncIterable<Buffer>,
    options: Partial<WriteRequest> & { format?: 'ndjson' | 'csv' } = {},
  ): AsyncGenerator<ImportEvent> {
    const { format = 'ndjson', ...request } = options;
    return this.importer.run({ ...aRequest(office), ...request }, { format, body: bytesOf(body) });
  }

  /** Runs an import to its end. */
  async import(...[office, body, options]: Parameters<Importing['run']>): Promise<ImportSummary> {
    let last: ImportEvent | undefined;
    for await (const event of this.run(office, body, options)) last = event;
    if (!last || !('done' in last)) throw new Error(`the import ended with ${JSON.stringify(last)}`);
    return last;
  }

  /** The lines of an export. */
  async export(office: string, overrides: Partial<WriteRequest> = {}): Promise<Line[]> {
    return this.readLines(await this.exportStream(office, overrides));
  }

  async exportStream(office: string, overrides: Partial<WriteRequest> = {}): Promise<Readable> {
    return (await this.exporter.export({ ...aRequest(office), ...overrides })).stream;
  }

  async readLines(stream: Readable): Promise<Line[]> {
    return (await text(stream))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }

  /** Ends what the service has under way in PostgreSQL, as a crash does, and waits until there was something. */
  async cutConnectionsAtWork(): Promise<void> {
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and pid <> pg_backend_pid() and state = 'active' and query like 'insert into %'`;
    while ((await this.sql.owner(cut)).length === 0) await setImmediate();
  }

  /** What the database holds of an office, by a query with the office as `$1`. */
  rows<Row = Record<string, unknown>>(office: string, query: string): Promise<Row[]> {
    return this.sql.owner<Row>(query, [office]);
  }
}

/** The request of a key of the platform, which acts as the office's own system. */
export function aRequest(office: string, overrides: Partial<WriteRequest> = {}): WriteRequest {
  return {
    office,
    principal: { kind: 'key', office: null, id: 'test', scopes: ['read', 'write'], asOf: 1, expiresAtMs: Infinity },
    actor: undefined,
    language: 'en',
    requestId: 'test',
    ifMatch: undefined,
    idempotencyKey: undefined,
    fingerprint: Buffer.from('POST import'),
    dryRun: false,
    reason: null,
    ...overrides,
  };
}

/** Lines of NDJSON. */
export function toLines(lines: readonly Line[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** What is left of exported lines when what differs between two offices that are the same is taken away. */
export function comparable(lines: readonly Line[], { withTimes = true } = {}): Line[] {
  return lines.map((line) => {
    const copy = { ...line };
    if (line.kind === 'office') delete copy.id;
    if (!withTimes) delete copy.createdAt;
    return copy;
  });
}

function bytesOf(body: Parameters<Importing['run']>[1]): AsyncIterable<Buffer> {
  if (typeof body === 'string') return Readable.from([Buffer.from(body)]);
  if (Buffer.isBuffer(body)) return Readable.from([body]);
  return Array.isArray(body) ? Readable.from([Buffer.from(toLines(body as Line[]))]) : (body as AsyncIterable<Buffer>);
}
