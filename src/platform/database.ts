import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IsolationLevel, MikroORM, type EntityManager, type PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { ClientConfig, Pool } from 'pg';
import { copyLines } from './copy.js';
import {
  connectionOptions,
  copyPool,
  fenceRole,
  longTimeouts,
  ormConfiguration,
  ownerRole,
  statementPool,
  type DatabaseOptions,
} from './database-connections.js';
import { Deadlines } from './database-deadline.js';
import { codeOf } from './database-errors.js';
import { PreparedReader } from './prepared-reader.js';

export interface WorkOptions {
  /** Reads only, and all statements see the data as of the first. */
  readOnly?: boolean;
  /** All statements see the data as of the first, and may make temporary tables: which a transaction that only reads may not. */
  snapshot?: boolean;
  /** A deadline of its own, for work that is known to be long. */
  deadlineMs?: number;
}

/** A client closes its connections politely, but a server that hangs never says goodbye. */
const closeDeadlineMs = 3_000;
/** Connections that a process may open beside its pool: up to four for revisions, one for health, one for the log of decisions. */
export const otherConnections = 6;

/** Where each kind of work has its connections. */
interface Connections {
  orm: MikroORM;
  statements: Pool;
  copies: Pool;
  fence: ClientConfig;
}

/**
 * PostgreSQL. Every connection works as the role of the application, for which row-level security hides all offices but
 * the one in the setting `cardea.office`; without it, nothing is seen.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly #orm: MikroORM;
  /** For single statements, apart from transactions: slow lists and exports must not be what a check waits for. */
  readonly #pool: Pool;
  readonly #copies: Pool;
  readonly #deadlines: Deadlines;
  readonly #deadlineMs: number;
  readonly #onClose: () => Promise<void>;
  readonly #connection: ClientConfig;
  readonly #readers: PreparedReader[] = [];
  readonly #pulse: PreparedReader;
  #ping: Promise<unknown> | undefined;

  private constructor(
    connections: Connections,
    deadlines: Deadlines,
    deadlineMs: number,
    onClose: () => Promise<void>,
  ) {
    this.#orm = connections.orm;
    this.#pool = connections.statements;
    this.#copies = connections.copies;
    this.#connection = connections.fence;
    this.#deadlines = deadlines;
    this.#deadlineMs = deadlineMs;
    this.#onClose = onClose;
    this.#pulse = this.preparedReader({ name: 'ping', text: 'select 1' });
  }

  /**
   * Prepares the pool; the first connection is made by the first work.
   *
   * @param onClose runs once the last connection is closed
   */
  static async open(
    options: DatabaseOptions,
    onClose: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Database> {
    const deadlines = new Deadlines();
    const connections = {
      orm: await MikroORM.init<PostgreSqlDriver>(ormConfiguration(options, deadlines)),
      statements: statementPool(options, deadlines),
      copies: copyPool(options, deadlines),
      fence: connectionOptions(options.url, fenceRole, options.deadlineMs),
    };
    return new Database(connections, deadlines, options.deadlineMs, onClose);
  }

  /**
   * Runs `work` in one transaction that sees and changes one office only. It is committed when `work` resolves, and
   * rolled back when it throws or the deadline passes. Do not nest: each call takes a connection.
   *
   * @throws UnavailableError where PostgreSQL is away or too slow, else what `work` throws
   */
  async inOffice<T>(office: string, work: (em: EntityManager) => Promise<T>, options: WorkOptions = {}): Promise<T> {
    return this.#transaction({ 'cardea.office': office }, undefined, work, options);
  }

  /**
   * Runs `work` in one transaction as the owner of the tables, past row-level security: for what belongs to no office,
   * such as platform keys and upkeep. Never for a request about one office.
   *
   * @throws UnavailableError where PostgreSQL is away or too slow, else what `work` throws
   */
  async asOwner<T>(work: (em: EntityManager) => Promise<T>, options: WorkOptions = {}): Promise<T> {
    return this.#transaction({}, ownerRole, work, options);
  }

  /**
   * Runs one statement, prepared once per connection under `name`, which must always come with the same `text`.
   *
   * @throws UnavailableError where PostgreSQL is away or too slow, else the driver's error
   */
  async query<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#deadlines.run(this.#deadlineMs, async () => {
      const client = await this.#pool.connect();
      try {
        return (await client.query<Row>({ name, text, values: values as unknown[] })).rows;
      } finally {
        // A broken connection knows that it is, and the pool throws it out.
        client.release();
      }
    });
  }

  /**
   * Runs one `copy … from stdin` as the owner of the tables, all or nothing, on a connection that nothing else waits for.
   *
   * @param lines of `copyLine`
   * @throws UnavailableError where PostgreSQL is away or too slow, else the driver's error
   */
  async copy(statement: string, lines: string): Promise<void> {
    await this.#deadlines.run(this.#deadlineMs, async () => {
      const client = await this.#copies.connect();
      try {
        await copyLines(client, statement, lines);
      } finally {
        client.release();
      }
    });
  }

  /** A reader of one statement about all offices, on connections of its own, as {@link fenceRole}; closed with this. */
  preparedReader(statement: { name: string; text: string }): PreparedReader {
    // Planned once and for all: a plan made anew for each read would cost four times what the read costs.
    const options = `${this.#connection.options} -c plan_cache_mode=force_generic_plan`;
    const connection = { ...this.#connection, options };
    const reader = new PreparedReader({ connection, deadlineMs: this.#deadlineMs }, statement);
    this.#readers.push(reader);
    return reader;
  }

  /** Resolves when PostgreSQL answers, however many wait for it: on a connection of its own. @throws UnavailableError */
  async ping(): Promise<void> {
    // All who ask at once share one question: anyone may ask, and each connection of PostgreSQL is dear.
    this.#ping ??= this.#pulse.read([]).finally(() => (this.#ping = undefined));
    await this.#ping;
  }

  /** Closes every connection, those at work when they are done. */
  async close(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    // A closed ORM has no driver left to close, so a second call finds nothing to do.
    const ends = [this.#pool, this.#copies].map((pool) => (pool.ending ? undefined : pool.end()));
    const pools = Promise.all([this.#orm.close(true), ...ends]);
    await Promise.race([pools, sleep(closeDeadlineMs, undefined, { ref: false })]);
    await this.#onClose();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  async #transaction<T>(
    variables: Record<string, string>,
    role: string | undefined,
    work: (em: EntityManager) => Promise<T>,
    { readOnly = false, snapshot = readOnly, deadlineMs = this.#deadlineMs }: WorkOptions,
  ): Promise<T> {
    // The server gives up on a statement too, so that none goes on for a caller who has long left.
    const patience = deadlineMs === this.#deadlineMs ? {} : longTimeouts(deadlineMs);
    return this.#deadlines.run(deadlineMs, () => {
      const em = this.#orm.em.fork() as EntityManager;
      em.setSessionContext({ variables: { ...variables, ...patience }, role });
      const isolationLevel = snapshot ? IsolationLevel.REPEATABLE_READ : IsolationLevel.READ_COMMITTED;
      return em.transactional(work, { readOnly, isolationLevel });
    });
  }
}

/** Whether the whole transaction may succeed when tried again: a deadlock, or a serialization failure. */
export function isRetryable(error: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(error) ?? '');
}
