/** `npm run bench:check`: what a check costs, beside a bare Nest + Fastify route in the same run. */
import { createReadStream } from 'node:fs';
import autocannon from 'autocannon';
import { compile } from '#src/ability/compile.js';
import { verdictOf } from '#src/ability/decide.js';
import { loadBundle } from '#src/policy/load.js';
import { benchKey, cpuMicroseconds, machine, pin, startBareRoute, startDatabase, startService } from './processes.js';

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const headers = { authorization: `Bearer ${benchKey}`, 'content-type': 'application/json' };

interface Load {
  perSecond: number;
  /** CPU time of the server for each request. */
  microseconds: number;
  p50: number;
  p99: number;
}

async function load(url: string, pid: number, body: string, connections: number): Promise<Load> {
  const options = { url, method: 'POST' as const, headers, body, connections };
  await autocannon({ ...options, duration: 2 });
  const before = cpuMicroseconds(pid);
  const result = await autocannon({ ...options, duration: seconds });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  const { total } = result.requests;
  return {
    perSecond: total / result.duration,
    microseconds: (cpuMicroseconds(pid) - before) / total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

function row(what: string, bare: Load | undefined, ours: Load, checks = 1): void {
  const ratio = bare
    ? `${(ours.perSecond / bare.perSecond).toFixed(2)} | ${(bare.microseconds / ours.microseconds).toFixed(2)}`
    : ' | ';
  const speeds = `${bare ? Math.round(bare.perSecond) : ''} | ${Math.round(ours.perSecond)} | ${Math.round(ours.perSecond * checks)}`;
  console.log(`| ${what} | ${speeds} | ${ratio} | ${ours.microseconds.toFixed(0)} | ${ours.p50} / ${ours.p99} |`);
}

async function counter(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

function decisionsPerSecond(): number {
  const policy = loadBundle('policies').policies.get('dossier');
  if (!policy) throw new Error('no dossier policy');
  const subject = {
    id: 'c1',
    profile: 'collaborator',
    status: 'active',
    clientGroups: ['g1'],
    collaboratorGroups: [],
    excludedClientGroups: [],
    validUntil: null,
  } as const;
  const settings = { onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null };
  const ability = compile(policy, { subject, settings });
  const dossier = {
    id: 'd1',
    status: 'active',
    private: false,
    clientGroup: 'g1',
    managers: ['c2'],
    guests: [],
    excluded: [],
  };
  const rounds = 3_000_000;
  for (let n = 0; n < rounds / 3; n++) verdictOf(ability, 'open', dossier);
  const start = process.hrtime.bigint();
  let allowed = 0;
  for (let n = 0; n < rounds; n++) if (verdictOf(ability, 'open', dossier).allowed) allowed++;
  if (allowed !== rounds) throw new Error('the decision is wrong');
  return rounds / (Number(process.hrtime.bigint() - start) / 1e9);
}

const database = await startDatabase();
const service = await startService(database.url);
const bare = await startBareRoute();
pin(process.pid, 1);
try {
  const office = `${service.url}/v1/offices/horta`;
  const made = await fetch(office, { method: 'PUT', headers, body: '{"name":"Horta","email":"info@horta.example"}' });
  if (made.status !== 201) throw new Error(await made.text());
  const imported = await fetch(`${office}/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: createReadStream('examples/demo/horta.ndjson') as never,
    duplex: 'half',
  });
  if (!(await imported.text()).includes('"done":true')) throw new Error('the import did not end');

  console.log(`${machine()}; ${seconds} s each; the service on one core, PostgreSQL and the load on another\n`);
  console.log(
    '| what | bare, requests/s | Cardea, requests/s | checks/s | ratio | ratio of CPU | CPU µs a request | p50 / p99 ms |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  const single = JSON.stringify({ collaborator: 'c10', dossier: 'd1' });
  for (const connections of [16, 64]) {
    const base = await load(`${bare.url}/single`, bare.pid, single, connections);
    const [reads, waits] = [
      await counter(service.url, 'cardea_fence_reads_total'),
      await counter(service.url, 'cardea_fence_waits_total'),
    ];
    row(
      `can-access, ${connections} connections`,
      base,
      await load(`${office}/can-access`, service.pid, single, connections),
    );
    const share = (await counter(service.url, 'cardea_fence_waits_total')) - waits;
    console.log(
      `| — statements per check | | | 1/${(share / ((await counter(service.url, 'cardea_fence_reads_total')) - reads)).toFixed(1)} | | | | |`,
    );
  }
  for (const size of [50, 1_000]) {
    const checks = Array.from({ length: size }, (_, n) => ({
      collaborator: `c${10 + (n % 7)}`,
      dossier: `d${(n % 997) + 1}`,
    }));
    const body = JSON.stringify({ checks });
    const base = await load(`${bare.url}/batch`, bare.pid, body, 16);
    row(`batch of ${size}`, base, await load(`${office}/can-access/batch`, service.pid, body, 16), size);
  }
  console.log(`\nThe pure decision: ${(decisionsPerSecond() / 1e6).toFixed(1)} M/s`);
} finally {
  await service.stop();
  await bare.stop();
  await database.remove();
}
