import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { binariesFor, userFor, type PostgresHome } from '#src/platform/embedded-postgres-home.js';
import {
  ensureCluster,
  forgetDeadPostmaster,
  freePort,
  runningPostmaster,
  startPostmaster,
  stopPostmaster,
  superuser,
} from '#src/platform/embedded-postgres-server.js';
import { migrateUp } from '#src/platform/migrate.js';
import { ensureConsoleBuilt } from './built-console.js';
import { createTestDatabase, onServer, testDatabaseUrl, templateName } from './database.js';
import { makeScratchFolder } from './scratch.js';
import { buildService, startService } from './service-process.js';

declare global {
  // Set by the set-up and called by the tear-down, which Jest loads apart.
  var stopTestServers: (() => Promise<void>) | undefined;
}

/** A PostgreSQL of a test's own, which it may stop, pause or kill. */
export interface PrivatePostgres {
  url: string;
  pid: number;
  /** Freezes every process of it: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Kills every process of it at once: nothing that was in memory only is left. */
  crash(): void;
  /** Starts it again after a crash, at the same address, and waits until it has recovered. */
  restart(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/**
 * Makes what the tests of this run share: the PostgreSQL (`DATABASE_URL` where given, else a private one), the template
 * of the tests' databases in it, and one running service. Tells the workers through the environment, and leaves
 * `stopTestServers` for the tear-down.
 */
export async function startServers(): Promise<void> {
  if (globalThis.stopTestServers) return;
  ensureConsoleBuilt();
  const own = process.env.DATABASE_URL ? undefined : await startPrivatePostgres();
  process.env.TEST_POSTGRES_URL = own?.url ?? process.env.DATABASE_URL;
  process.env.TEST_DATABASE_PREFIX = `cardea_test_${randomBytes(4).toString('hex')}`;
  let stopService = () => Promise.resolve();
  globalThis.stopTestServers = async () => {
    globalThis.stopTestServers = undefined;
    await stopService();
    await (own ? own.remove() : dropDatabases());
  };
  try {
    await onServer((client) => client.query(`create database "${templateName()}"`));
    await migrateUp(testDatabaseUrl(templateName()));
    stopService = await startSharedService();
  } catch (error) {
    // Jest runs no tear-down after a set-up that failed.
    await globalThis.stopTestServers();
    throw error;
  }
}

const serverFlags = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** Starts the service that most tests over HTTP share. @returns what stops it */
async function startSharedService(): Promise<() => Promise<void>> {
  const { url: DATABASE_URL } = await createTestDatabase();
  const CARDEA_BOOTSTRAP_KEY = `cdk_${randomBytes(16).toString('hex')}`;
  const removeBuild = buildService();
  try {
    const service = await startService({ DATABASE_URL, CARDEA_BOOTSTRAP_KEY, REQUEST_DEADLINE_MS: '10000' });
    process.env.TEST_SERVICE = JSON.stringify({ url: service.url, key: CARDEA_BOOTSTRAP_KEY, database: DATABASE_URL });
    return async () => {
      await service.stop();
      removeBuild();
    };
  } catch (error) {
    removeBuild();
    throw error;
  }
}

/**
 * Starts a PostgreSQL in a temporary folder, in memory where there is room; where figures are taken it is on the disk. It
 * forgets crashes of the machine, which a test does not survive either.
 */
export async function startPrivatePostgres({ onDisk = false } = {}): Promise<PrivatePostgres> {
  const parent = onDisk ? mkdtempSync(join(tmpdir(), 'cardea-test-')) : makeScratchFolder();
  const flags = onDisk ? serverFlags : [...serverFlags, 'max_wal_size=256MB'];
  const user = userFor(parent);
  const folder = join(parent, 'postgres');
  mkdirSync(folder, { mode: 0o700 });
  if (user) {
    chmodSync(parent, 0o755);
    chownSync(folder, user.uid, user.gid);
  }
  // Not where files may be in memory: programs do not start from there on every machine.
  const programs = join(tmpdir(), `${basename(parent)}-programs`);
  const home: PostgresHome = { binaries: binariesFor(user, programs, () => undefined), folder, user };
  const password = await ensureCluster(home);
  const port = await freePort();
  const start = async () => {
    await startPostmaster(home, port, flags);
    const pid = runningPostmaster(home)?.pid ?? 0;
    return { pid, endGuard: guard(pid, [parent, programs]) };
  };
  let { pid, endGuard } = await start();
  return {
    url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return pid;
    },
    pause: () => signalAll(pid, 'SIGSTOP'),
    resume: () => signalAll(pid, 'SIGCONT'),
    crash: () => signalAll(pid, 'SIGKILL'),
    async restart() {
      await endGuard();
      forgetDeadPostmaster(home);
      ({ pid, endGuard } = await start());
    },
    async remove() {
      await stopPostmaster(home);
      for (const made of [parent, programs]) rmSync(made, { recursive: true, force: true });
      await endGuard();
    },
  };
}

function signalAll(pid: number, signal: NodeJS.Signals): void {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const processes = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  for (const [child = 0, parent] of processes) if (child === pid || parent === pid) process.kill(child, signal);
}

/** A process that cleans up where this one is killed: it waits for the end of its input, which no process outlives. */
function guard(pid: number, folders: readonly string[]): () => Promise<void> {
  const script = 'read -r done && exit 0; kill -CONT "$1"; kill -QUIT "$1"; sleep 1; shift; rm -rf -- "$@"';
  const child = spawn('sh', ['-c', script, 'sh', String(pid), ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return () =>
    new Promise((resolve) => {
      child.ref();
      child.once('close', () => resolve());
      child.stdin.end('done\n');
    });
}

/** A server that was there before is left as it was found. */
async function dropDatabases(): Promise<void> {
  await onServer(async (client) => {
    const mine = 'select datname from pg_database where starts_with(datname, $1)';
    const { rows } = await client.query<{ datname: string }>(mine, [process.env.TEST_DATABASE_PREFIX]);
    for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`);
  });
}
