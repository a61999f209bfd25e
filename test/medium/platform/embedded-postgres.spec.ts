import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { homeFor } from '#src/platform/embedded-postgres-home.js';
import { ensureCluster, freePort, runningPostmaster, startPostmaster } from '#src/platform/embedded-postgres-server.js';
import { EmbeddedPostgres } from '#src/platform/embedded-postgres.js';
import { makeScratchFolder } from '#test/support/scratch.js';

/** Each test makes a cluster from nothing, which takes seconds of a busy machine. */
jest.setTimeout(90_000);

const asRoot = process.getuid?.() === 0;

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let dataDir: string;
  let lines: string[];
  const started: EmbeddedPostgres[] = [];

  beforeEach(() => {
    parent = makeScratchFolder();
    chmodSync(parent, 0o755);
    dataDir = join(parent, '.cardea');
    lines = [];
  });

  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    const place = join(dataDir, 'postgres');
    if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
    rmSync(parent, { recursive: true, force: true });
  });

  async function start(): Promise<EmbeddedPostgres> {
    const server = await EmbeddedPostgres.start({ dataDir, log: (line) => lines.push(line) });
    started.push(server);
    return server;
  }

  async function ask<T>(url: string, text: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T & pg.QueryResultRow>(text)).rows;
    } finally {
      await client.end();
    }
  }

  test('starts on nothing, keeps what was written over a restart, and leaves no process', async () => {
    const first = await start();
    await ask(first.url, `create table note as select 'kept' as text`);
    await first.stop();
    expect(first.pid).toBeUndefined();
    const second = await start();
    expect(await ask(second.url, 'select * from note')).toEqual([{ text: 'kept' }]);
  });

  test('speaks Unicode whatever the locale of the machine', async () => {
    const { url } = await start();
    expect(await ask(url, `select lower('ÉØ') as low, current_setting('server_encoding') as encoding`)).toEqual([
      { low: 'éø', encoding: 'UTF8' },
    ]);
  });

  test('listens on this machine only, and lets nobody in without the password, which only its user can read', async () => {
    const { url } = await start();
    expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(join(dataDir, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  test('refuses a second process on the same folder, and says what to do', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(/Another process uses .*\.cardea .*stop it, or set DATA_DIR/);
    expect(await ask(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('stopping twice does not stop the next one', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    await first.stop();
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('takes over a server that a killed process left running', async () => {
    const home = homeFor(dataDir, () => undefined);
    await ensureCluster(home);
    await startPostmaster(home, await freePort(), []);
    const left = runningPostmaster(home)?.pid;
    const server = await start();
    expect(server.pid).toBe(left);
    await server.stop();
    expect(runningPostmaster(home)).toBeUndefined();
  });

  test('starts where a dead server left its number, which is now another process', async () => {
    const first = await start();
    const file = join(realpathSync(join(dataDir, 'postgres')), 'data', 'postmaster.pid');
    const text = readFileSync(file, 'utf8');
    await first.stop();
    // The parent of this process: PostgreSQL itself would take it for a postmaster and refuse to start.
    writeFileSync(file, text.replace(/^\d+/, String(process.ppid)));
    expect(await ask((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a server that is killed comes back where it was', async () => {
    const server = await start();
    await ask(server.url, `create table note as select 'kept' as text`);
    process.kill(server.pid ?? 0, 'SIGKILL');
    const until = Date.now() + 20_000;
    while (!lines.includes('PostgreSQL is back')) {
      expect(Date.now()).toBeLessThan(until);
      await sleep(50);
    }
    expect(await ask(server.url, 'select * from note')).toEqual([{ text: 'kept' }]);
  });

  test('a removed folder is a fresh start', async () => {
    const first = await start();
    await ask(first.url, 'create table note ()');
    await first.stop();
    rmSync(dataDir, { recursive: true });
    expect(await ask((await start()).url, `select to_regclass('note') as note`)).toEqual([{ note: null }]);
  });

  if (asRoot) {
    test('as root, works in a folder that the user PostgreSQL runs as cannot reach, and says where the files are', async () => {
      chmodSync(parent, 0o700);
      const first = await start();
      const place = realpathSync(join(dataDir, 'postgres'));
      expect(place).toMatch(/^\/var\/lib\/cardea\//);
      expect(lines.join('\n')).toContain(place);
      await ask(first.url, `create table note as select 'kept' as text`);
      await first.stop();
      const second = await start();
      expect(await ask(second.url, 'select * from note')).toEqual([{ text: 'kept' }]);
      await second.stop();
      rmSync(place, { recursive: true });
      const shelf = dirname(place);
      if (readdirSync(shelf).length === 0) rmdirSync(shelf);
    });
  }
});
