import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The service as a process that a test may kill. */
export interface ServiceProcess {
  url: string;
  pid: number;
  /** All that it has written so far, log lines included. */
  output(): string;
  /** Kills it: it has no time for anything. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits. @returns its exit code */
  stop(): Promise<number | null>;
}

/**
 * Builds the service into a temporary folder, as `npm run build` does, for all tests of this run: no other build takes it
 * away under their feet. Nothing may be written into it.
 *
 * @returns what removes it
 */
export function buildService(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-service-'));
  const swc = resolve('node_modules/.bin/swc');
  execFileSync(process.execPath, [swc, 'src', 'migrations', '-d', join(folder, 'dist'), '--quiet'], {
    stdio: 'inherit',
  });
  copyFileSync('package.json', join(folder, 'package.json'));
  for (const needed of ['node_modules', 'policies', 'examples', 'console'])
    symlinkSync(resolve(needed), join(folder, needed));
  process.env.TEST_BUILD = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** The folder with the build of the service. */
export function theBuild(): string {
  if (!process.env.TEST_BUILD) {
    throw new Error('This test needs the service: its project must name the set-up of test/support');
  }
  return process.env.TEST_BUILD;
}

/** Starts the service as users start it, on a free port; `environment` are its settings. */
export async function startService(environment: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const child = spawn(process.execPath, startArguments(), {
    cwd: theBuild(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let output = '';
  const url = await new Promise<string>((found, failed) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const listening = /listens on (http:\/\/[^\s;]+)/.exec(output)?.[1];
      if (listening) found(listening);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then((code) => failed(new Error(`the service ended with ${code}: ${output}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** What `npm start` gives to Node. */
export function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' node ').at(-1)!.split(' ');
}
