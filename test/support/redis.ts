import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { ensureProgram } from './programs.js';

/** A Redis of a test's own, which it may pause, kill and fill as it likes. */
export interface PrivateRedis {
  url: string;
  port: number;
  /** Past the service: for what an attacker or an accident does to it. */
  client: Redis;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Starts a Redis on a free port or the given one, from PATH; installs Debian's where it is missing and we may. `settings`
 * are further lines of its configuration.
 */
export async function startPrivateRedis(
  settings: Readonly<Record<string, string>> = {},
  port?: number,
): Promise<PrivateRedis> {
  return startOn(port ?? (await freePort()), settings);
}

async function startOn(port: number, settings: Readonly<Record<string, string>>): Promise<PrivateRedis> {
  ensureProgram('redis-server', '--version', 'redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'cardea-redis-'));
  const lines = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', ...settings };
  const args = Object.entries(lines).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')]);
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => 100,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => undefined);
  let server = await run(args, client);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client,
    pause: () => server.kill('SIGSTOP'),
    resume: () => server.kill('SIGCONT'),
    async kill() {
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    async restart() {
      server = await run(args, client);
    },
    async remove() {
      client.disconnect();
      server.kill('SIGCONT');
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(args: readonly string[], client: Redis): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  if (client.status === 'wait') await client.connect().catch(() => undefined);
  for (let tries = 0; client.status !== 'ready'; tries++) {
    if (tries > 200) throw new Error('redis-server does not answer');
    await sleep(50);
  }
  return server;
}
