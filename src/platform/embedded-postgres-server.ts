import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PostgresHome } from './embedded-postgres-home.js';

/** PostgreSQL's own superuser in an embedded cluster. */
export const superuser = 'cardea';

/** A postmaster that serves a home's cluster. */
export interface Postmaster {
  pid: number;
  port: number;
}

const logBytesMax = 8 * 1024 * 1024;

/**
 * Makes the home's cluster where there is none yet, with a generated password that only this process's user can read.
 *
 * @returns the superuser's password
 * @throws Error with what `initdb` said
 */
export async function ensureCluster(home: PostgresHome): Promise<string> {
  const password = ensurePassword(home);
  const data = join(home.folder, 'data');
  if (existsSync(data)) return password;
  const mark = randomBytes(4).toString('hex');
  const draft = `${data}-${mark}`;
  const passwordFile = join(home.folder, `initdb-${mark}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.user) chownSync(passwordFile, home.user.uid, home.user.gid);
  try {
    // The builtin provider needs no locale of the system and still knows the case of every letter.
    await run(home, 'initdb', [
      ...['-D', draft, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
      ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    ]);
    // Moved into place whole: a first start that is cut short leaves no half cluster.
    renameSync(draft, data);
  } catch (error) {
    // Another process made it in the meantime; whether that one is alive is seen when connecting.
    if (!existsSync(data)) throw error;
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
  return password;
}

function ensurePassword({ folder, user }: PostgresHome): string {
  const file = join(folder, 'password');
  try {
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
    // Whoever owns the data may as well start the service on it.
    if (user) chownSync(file, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}

/**
 * Starts the home's cluster on `port` of the loopback address, apart from this process, so that a signal to the
 * terminal's group does not reach it before the requests in flight are done.
 *
 * @throws Error with what PostgreSQL said
 */
export async function startPostmaster(home: PostgresHome, port: number, flags: readonly string[]): Promise<void> {
  const log = join(home.folder, 'server.log');
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) truncateSync(log);
  const settings = [
    ...['listen_addresses=127.0.0.1', "unix_socket_directories=''"],
    // Errors go to the client that made them; with statements and values the log would hold personal data.
    ...['log_min_messages=log', 'log_min_error_statement=panic', 'log_error_verbosity=terse'],
    ...flags,
  ];
  const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
  await run(home, 'pg_ctl', ['start', '-w', '-t', '60', '-D', join(home.folder, 'data'), '-l', log, '-o', options]);
}

/** Stops the home's postmaster, ending its sessions, and waits until it is gone; at once where none runs. */
export async function stopPostmaster(home: PostgresHome): Promise<void> {
  if (!runningPostmaster(home)) return;
  try {
    await run(home, 'pg_ctl', ['stop', '-w', '-t', '30', '-m', 'fast', '-D', join(home.folder, 'data')]);
  } catch (error) {
    if (runningPostmaster(home)) throw error;
  }
}

/** The postmaster that serves the home's cluster, whoever started it; a file left by a dead one does not count. */
export function runningPostmaster({ folder }: PostgresHome): Postmaster | undefined {
  const data = join(folder, 'data');
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
  if (!pid || !commandOf(pid).includes(data)) return undefined;
  return { pid, port: port ?? 0 };
}

/** Removes the file of a postmaster that is no more: its number may be another process's by now, and block a start. */
export function forgetDeadPostmaster(home: PostgresHome): void {
  if (!runningPostmaster(home)) rmSync(join(home.folder, 'data', 'postmaster.pid'), { force: true });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).stdout ?? '';
  }
}

/** A port of the loopback address that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Runs one of PostgreSQL's programs as the home's user, from a folder and with an environment that any user has. */
async function run(home: PostgresHome, program: string, args: readonly string[]): Promise<void> {
  const child = spawn(join(home.binaries, 'bin', program), args, {
    ...home.user,
    cwd: home.user ? '/' : home.folder,
    env: { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${program} could not be run: ${cause.message}`, { cause })));
    child.once('close', (code) => {
      if (code === 0) return resolve();
      reject(new Error(`${program} failed (${code}): ${output.trim()}${lastWords(home)}`));
    });
  });
}

function lastWords({ folder }: PostgresHome): string {
  const log = join(folder, 'server.log');
  return existsSync(log) ? `\n${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n')}` : '';
}
