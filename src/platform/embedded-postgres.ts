import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { homeFor, type PostgresHome } from './embedded-postgres-home.js';
import {
  ensureCluster,
  forgetDeadPostmaster,
  freePort,
  runningPostmaster,
  startPostmaster,
  stopPostmaster,
  superuser,
} from './embedded-postgres-server.js';

export interface EmbeddedPostgresOptions {
  /** The folder that the cluster belongs to and, with that, is kept and removed with. */
  dataDir: string;
  /** Connections that the cluster must have room for. */
  connections?: number;
  log: (message: string) => void;
}

const databaseName = 'cardea';
/** Any number that no other user of the cluster takes. */
const lockKey = 0x63_61_72_64;
const startDeadlineMs = 60_000;
/** Longer than a killed process's session lives on, shorter than anyone wants to wait for "in use". */
const lockPatienceMs = 2_000;

/**
 * A real PostgreSQL that belongs to one `DATA_DIR` and to one process at a time. A session lock in the cluster itself
 * says which: it ends with its process however that ends, and a cluster that was left running is taken over.
 */
export class EmbeddedPostgres {
  readonly #home: PostgresHome;
  readonly #password: string;
  readonly #options: EmbeddedPostgresOptions;
  #port = 0;
  #lock: pg.Client | undefined;
  #restart: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  private constructor(home: PostgresHome, password: string, options: EmbeddedPostgresOptions) {
    this.#home = home;
    this.#password = password;
    this.#options = options;
  }

  /**
   * Starts the PostgreSQL of `options.dataDir`, with an empty database on the first start.
   *
   * @throws Error where another process uses that folder, or PostgreSQL does not start, with what to do
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const home = homeFor(options.dataDir, options.log);
    const server = new EmbeddedPostgres(home, await ensureCluster(home), options);
    await server.#serve();
    await server.#ensureDatabase();
    return server;
  }

  /** Where the database is, with the superuser's name and password. */
  get url(): string {
    return `postgres://${superuser}:${this.#password}@127.0.0.1:${this.#port}/${databaseName}`;
  }

  /** The process that serves the cluster now. */
  get pid(): number | undefined {
    return runningPostmaster(this.#home)?.pid;
  }

  /**
   * Ends every session, writes everything to disk and waits until the server is gone. Once stopped, it may be another
   * process's, so a second call stops nothing.
   */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #stop(): Promise<void> {
    // What is being started again can be stopped only then.
    await this.#restart;
    await stopPostmaster(this.#home);
    await this.#lock?.end().catch(() => undefined);
  }

  /** Starts the server where none runs, takes over one that was left running, and waits until the lock is ours. */
  async #serve(): Promise<void> {
    const until = Date.now() + startDeadlineMs;
    for (let attempt = 0; ; attempt++) {
      try {
        if (!runningPostmaster(this.#home)) await this.#startServer();
        this.#port = runningPostmaster(this.#home)?.port ?? this.#port;
        this.#lock = await this.#takeLock();
        return;
      } catch (error) {
        // It may be starting, stopping, or have lost its port to another process between the choice and the start.
        if (error instanceof InUseError || Date.now() > until || (attempt >= 5 && !runningPostmaster(this.#home))) {
          throw error;
        }
        await sleep(100);
      }
    }
  }

  async #startServer(): Promise<void> {
    forgetDeadPostmaster(this.#home);
    // A restart under a living pool of connections must come back where they look for it.
    const port = this.#lock ? this.#port : await freePort();
    await startPostmaster(this.#home, port, [
      `max_connections=${Math.max(100, (this.#options.connections ?? 0) + 20)}`,
    ]);
  }

  async #takeLock(): Promise<pg.Client> {
    const client = await this.#connect();
    const until = Date.now() + lockPatienceMs;
    while (!(await this.#tryLock(client))) {
      if (Date.now() > until) {
        await client.end();
        throw new InUseError(
          `Another process uses ${this.#options.dataDir} (its PostgreSQL is process ${this.pid}): ` +
            'stop it, or set DATA_DIR to another folder',
        );
      }
      await sleep(100);
    }
    client.once('end', () => {
      this.#restart = this.#comeBack();
    });
    return client;
  }

  async #tryLock(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) taken', [lockKey]);
    return rows[0]?.taken === true;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...{ host: '127.0.0.1', port: this.#port, user: superuser, password: this.#password, database: 'postgres' },
      ...{ application_name: 'cardea-lock', connectionTimeoutMillis: 5_000, keepAlive: true },
    });
    // What matters is the end, which comes after; an unheard error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** The server dropped the lock's session: it was killed or restarted, and nobody else will start it again. */
  async #comeBack(): Promise<void> {
    if (this.#stopped) return;
    this.#options.log('PostgreSQL went away; starting it again');
    try {
      await this.#serve();
      this.#options.log('PostgreSQL is back');
    } catch (error) {
      this.#options.log(`PostgreSQL did not come back: ${(error as Error).message}`);
    }
  }

  async #ensureDatabase(): Promise<void> {
    const found = await this.#lock?.query('select from pg_database where datname = $1', [databaseName]);
    if (found?.rowCount === 0) await this.#lock?.query(`create database ${databaseName}`);
  }
}

class InUseError extends Error {}
