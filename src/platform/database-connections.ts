import { Logger } from '@nestjs/common';
import { defineConfig, type Options } from '@mikro-orm/postgresql';
import pg, { type ClientConfig, type Pool } from 'pg';
import type { Deadlines } from './database-deadline.js';

/** The role that requests work as. Row-level security binds it, as it does not bind the owner of the tables. */
export const applicationRole = 'cardea_app';

/** The role that reads revisions and changed keys of every office, and can see nothing else. */
export const fenceRole = 'cardea_fence';

/** For PostgreSQL, the role `none` is the one that a connection was made with: the owner of the tables. */
export const ownerRole = 'none';

export interface DatabaseOptions {
  url: string;
  entities: NonNullable<Options['entities']>;
  /** At least 2. */
  poolMax: number;
  /** Longest that a piece of work may take unless it asks for more. */
  deadlineMs: number;
}

const idleInTransactionMs = 30_000;
const idleConnectionMs = 30_000;
/** Of its connections, the part that is for single prepared statements: those of checks. */
const statementShare = 1 / 3;

function timeouts(deadlineMs: number): { statement_timeout: number; lock_timeout: number } {
  return { statement_timeout: deadlineMs, lock_timeout: deadlineMs };
}

/** Long work may wait for a client that reads slowly, and says nothing to PostgreSQL meanwhile. */
export function longTimeouts(deadlineMs: number): Record<string, number> {
  return {
    ...timeouts(deadlineMs),
    idle_in_transaction_session_timeout: Math.max(deadlineMs, idleInTransactionMs),
  };
}

/** How the ORM finds the database, for whole transactions. */
export function ormConfiguration({ url, entities, poolMax, deadlineMs }: DatabaseOptions, deadlines: Deadlines) {
  const logger = new Logger('Database');
  return defineConfig({
    clientUrl: url,
    entities,
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    logger: (message) => logger.warn(message),
    colors: false,
    driverOptions: {
      ...connectionOptions(url, applicationRole, deadlineMs),
      max: poolMax - statementsMax(poolMax),
      idleTimeoutMillis: idleConnectionMs,
      onPoolCreated: (pool: Pool) => deadlines.watch(pool),
    },
  });
}

/** Connections for single statements, apart from those of transactions. */
export function statementPool(options: DatabaseOptions, deadlines: Deadlines): Pool {
  return makePool(options, deadlines, { role: applicationRole, max: statementsMax(options.poolMax) });
}

/** The connection for `COPY`, which row-level security leaves to the owner alone. */
export function copyPool(options: DatabaseOptions, deadlines: Deadlines): Pool {
  return makePool(options, deadlines, { role: ownerRole, max: 1 });
}

function makePool(
  { url, deadlineMs }: DatabaseOptions,
  deadlines: Deadlines,
  { role, max }: { role: string; max: number },
): Pool {
  const pool = new pg.Pool({
    ...connectionOptions(url, role, deadlineMs),
    max,
    idleTimeoutMillis: idleConnectionMs,
  });
  // A connection that breaks must not end the process, neither while idle nor in the middle of a statement: that fails
  // by itself, and the next one finds another connection.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  deadlines.watch(pool);
  return pool;
}

function statementsMax(poolMax: number): number {
  return Math.max(1, Math.floor(poolMax * statementShare));
}

/**
 * Every statement is about some rows of one office, to which an index leads. A plan that PostgreSQL keeps, such as that of
 * a foreign key, may have been made when a table was nearly empty, and would read all of it for each row once it is full.
 */
const indexesOnly = '-c enable_seqscan=off';

/** How every connection is made: as a role that sees only what its work needs, and with patience for one request. */
export function connectionOptions(url: string, role: string, deadlineMs: number): ClientConfig {
  // What the URL itself sets wins over the driver's options, and must not undo the role.
  const address = new URL(url);
  const ownOptions = address.searchParams.get('options');
  address.searchParams.delete('options');
  return {
    connectionString: address.href,
    application_name: 'cardea',
    options: [indexesOnly, ownOptions, `-c role=${role}`].filter(Boolean).join(' '),
    connectionTimeoutMillis: deadlineMs,
    keepAlive: true,
    ...timeouts(deadlineMs),
    idle_in_transaction_session_timeout: idleInTransactionMs,
  };
}
