import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { migrateUp } from '#src/platform/migrate.js';
import { startPrivatePostgres, type PrivatePostgres } from '#test/support/servers.js';
import { startArguments } from '#test/support/service-process.js';
import { benchKey } from './load.js';

/** A server of its own process, on a core of its own where the machine has two. */
export interface Served {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Keeps a process and its children to one core, where `taskset` is there: figures are per core. */
export function pin(pid: number, core: number): void {
  if (cpus().length < 2) return;
  try {
    execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    process.stdout.write(`(taskset is missing: process ${pid} is not kept to a core)\n`);
  }
}

/** A fresh PostgreSQL with the schema, on the second core. */
export async function startDatabase(): Promise<PrivatePostgres> {
  const server = await startPrivatePostgres({ onDisk: true });
  await migrateUp(server.url);
  pin(server.pid, 1);
  return server;
}

/** The service as users start it, on the first core. */
export async function startService(databaseUrl: string, environment: NodeJS.ProcessEnv = {}): Promise<Served> {
  return start(startArguments(), {
    DATABASE_URL: databaseUrl,
    CARDEA_BOOTSTRAP_KEY: benchKey,
    LOG_LEVEL: 'warn',
    PORT: '0',
    ...environment,
  });
}

/** The bare route that figures stand beside, on the first core. */
export async function startBareRoute(): Promise<Served> {
  return start(['dist/test/bench/bare-route.js'], {});
}

async function start(args: string[], environment: NodeJS.ProcessEnv): Promise<Served> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await listening(child);
  const pid = child.pid ?? 0;
  pin(pid, 0);
  return {
    url,
    pid,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /listens on (http:\/\/\S+?);?\s/.exec(output)?.[1];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** CPU time of a process so far, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** CPU time of a server so far, in microseconds, with that of its processes and of those that have ended. */
export function cpuMicrosecondsOfAll(pid: number): number {
  const fields = (of: string) => readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const own = fields(String(pid));
  let ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(own[at]), 0);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const child = fields(name);
      if (Number(child[1]) === pid) ticks += Number(child[11]) + Number(child[12]);
    } catch {
      // It ended after the folder was listed; its time counts as its parent's.
    }
  }
  return ticks * 10_000;
}

/** The most memory that a process has held, in MiB. */
export function peakMiB(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** The memory that a process holds now, in MiB. */
export function residentMiB(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
}
