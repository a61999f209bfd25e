import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { headers, load } from './load.js';
import { pin, type Served } from './processes.js';
import { whole, type Row } from './table.js';
import { loadOffice, small } from './world.js';

const version = '0.51.0';
/** Beside the checkout's other data: it is a large program, and no part of this project. */
const folder = resolve('.cardea/bench');

/** The same question, by the same rules, put to Cerbos over HTTP, on the same core in the same run. */
export async function* besideCerbos(service: Served): AsyncGenerator<Row> {
  await loadOffice(service, { id: 'cerbos', ...small }, 1);
  const cerbos = await startCerbos();
  try {
    await expectAllowed(cerbos);
    const body = JSON.stringify({ collaborator: 'c5', dossier: 'd7' });
    const mine = await load(service, [{ path: '/v1/offices/cerbos/can-access', body }], 64, { warmSeconds: 10 });
    const theirs = await load(cerbos, [{ path: '/api/check/resources', body: JSON.stringify(question) }], 64);
    yield {
      what: `can-access against the HTTP check of Cerbos ${version}, 64 connections`,
      must: '≥ 5',
      aim: '≥ 8',
      measured: (mine.perSecond / theirs.perSecond).toFixed(1),
      beside: `${whole(mine.perSecond)}/s beside ${whole(theirs.perSecond)}/s; ${mine.cpuMicroseconds.toFixed(0)} µs of CPU beside ${theirs.cpuMicroseconds.toFixed(0)}`,
    };
  } finally {
    await cerbos.stop();
  }
}

/** Someone with five groups about a dossier of one of them: what the service knows, the caller of Cerbos sends. */
const question = {
  principal: {
    id: 'c5',
    roles: ['collaborator'],
    attr: { status: 'active', clientGroups: ['g1', 'g2', 'g3', 'g4', 'g5'], excludedClientGroups: [] },
  },
  resources: [
    {
      resource: {
        kind: 'dossier',
        id: 'd7',
        attr: { status: 'active', private: false, clientGroup: 'g3', managers: ['c9'], guests: [], excluded: [] },
      },
      actions: ['open'],
    },
  ],
};

/** A refusal would be another question than the one that is asked here. */
async function expectAllowed({ url }: Served): Promise<void> {
  const answer = await fetch(`${url}/api/check/resources`, { method: 'POST', headers, body: JSON.stringify(question) });
  const text = await answer.text();
  if (!text.includes('"open":"EFFECT_ALLOW"')) throw new Error(`Cerbos does not allow it: ${text}`);
}

async function startCerbos(): Promise<Served> {
  const program = join(folder, 'node_modules/.bin/cerbos');
  if (!existsSync(program)) {
    const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `cerbos@${version}`];
    execFileSync('npm', install, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const port = await freePort();
  const settings = [
    `server.httpListenAddr=127.0.0.1:${port}`,
    `server.grpcListenAddr=127.0.0.1:${await freePort()}`,
    'storage.driver=disk',
    `storage.disk.directory=${resolve('test/bench/cerbos')}`,
    'telemetry.disabled=true',
  ];
  const child = spawn(program, ['server', '--log-level=error', ...settings.map((setting) => `--set=${setting}`)], {
    env: { ...process.env, GOMAXPROCS: '1' },
    // It logs an error for each connection that a load ends with.
    stdio: 'ignore',
    detached: true,
  });
  const url = `http://127.0.0.1:${port}`;
  for (let left = 100; ; left--) {
    const isUp = await fetch(`${url}/_cerbos/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) break;
    if (left === 0 || child.exitCode !== null) throw new Error('Cerbos did not start');
    await sleep(100);
  }
  // What npm starts is a script that starts the program.
  const pid = Number(
    execFileSync('pgrep', ['-f', `httpListenAddr=127.0.0.1:${port}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1),
  );
  pin(pid, 0);
  return {
    url,
    pid,
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done());
        process.kill(-(child.pid ?? 0), 'SIGTERM');
      }),
  };
}
