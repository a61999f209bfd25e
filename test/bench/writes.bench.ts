import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivatePostgres } from '#test/support/servers.js';
import { below, seededRandom } from '#test/support/random.js';
import { load } from './load.js';
import { cpuMicroseconds, cpuMicrosecondsOfAll, startService, type Served } from './processes.js';
import { SteadyClient } from './steady-client.js';
import { whole, type Row } from './table.js';
import { check, loadOffice, small } from './world.js';

const checksPerSecond = 2_000;
const writesPerSecond = 20;
const seconds = 10;
const connections = 64;
const office = { id: 'busy', ...small };

/** Latency of checks while their office is written to, and how soon a revoke is a deny on another instance. */
export async function* underWrites(service: Served, database: PrivatePostgres): AsyncGenerator<Row> {
  await loadOffice(service, office, 3);
  // Warm: the code compiled, every person and dossier asked about.
  await load(service, everyDossier(), 64, { seconds: 8 });
  yield await writeCosts(service, database);
  yield await latencies(service);
  const other = await startService(database.url);
  try {
    yield await revokes(service, other);
  } finally {
    await other.stop();
  }
}

function everyDossier() {
  const of = (n: number, count: number) => (n % count) + 1;
  return Array.from({ length: small.dossiers }, (_, n) => check(office.id, of(n, small.collaborators), n + 1));
}

/** One write after the other, each of which changes something, without any checks. */
async function writeCosts(service: Served, { pid }: PrivatePostgres): Promise<Row> {
  const writes = 300;
  const writer = new SteadyClient(service.url, 1);
  const change = async (count: number) => {
    for (let n = 0; n < count; n++) await membership(writer, 'g1', n % 2 === 0);
  };
  await change(100);
  const before = { own: cpuMicroseconds(service.pid), postgres: cpuMicrosecondsOfAll(pid), atMs: performance.now() };
  await change(writes);
  const each = (total: number) => `${(total / 1_000 / writes).toFixed(1)} ms`;
  const own = each(cpuMicroseconds(service.pid) - before.own);
  const postgres = each(cpuMicrosecondsOfAll(pid) - before.postgres);
  writer.close();
  return {
    what: 'a write of one membership: CPU of the service, of PostgreSQL',
    measured: `${own}, ${postgres}`,
    beside: `${each((performance.now() - before.atMs) * 1_000)} from request to acknowledgement`,
  };
}

/** At a steady rate, whatever the answers take: the latency counts from when a check was due. */
async function latencies(service: Served): Promise<Row> {
  const random = seededRandom(5);
  const [checker, writer] = [new SteadyClient(service.url, connections), new SteadyClient(service.url, 1)];
  const taken: number[] = [];
  const running: Promise<unknown>[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  const start = performance.now();
  for (let sent = 0, written = 0; sent < checksPerSecond * seconds;) {
    const dueMs = performance.now() - start;
    for (; written < (dueMs / 1_000) * writesPerSecond; written++) {
      // One after the other, so that each changes something.
      const isMember = written % 2 === 0;
      writing = writing.then(() => membership(writer, 'g1', isMember));
    }
    for (; sent < (dueMs / 1_000) * checksPerSecond; sent++) {
      const at = start + (sent / checksPerSecond) * 1_000;
      const question = {
        collaborator: `c${below(random, small.collaborators) + 1}`,
        dossier: `d${below(random, small.dossiers) + 1}`,
      };
      running.push(ask(checker, question).then(() => taken.push(performance.now() - at)));
    }
    await sleep(1);
  }
  await Promise.all([...running, writing]);
  for (const client of [checker, writer]) client.close();
  taken.sort((a, b) => a - b);
  const percentile = (share: number) => (taken[Math.floor(taken.length * share)] ?? Number.NaN).toFixed(1);
  return {
    what: `latency at ${whole(checksPerSecond)} checks/s with ${writesPerSecond} writes/s to the same office: p50, p95, p99`,
    must: '≤ 5, 15, 30 ms',
    measured: `${percentile(0.5)}, ${percentile(0.95)}, ${percentile(0.99)} ms`,
    beside: `${whole(taken.length)} checks`,
  };
}

/** Grants and revokes through one instance, and asks the other as soon as the write is acknowledged. */
async function revokes(first: Served, second: Served): Promise<Row> {
  const rounds = 300;
  const [one, other] = [new SteadyClient(first.url, 1), new SteadyClient(second.url, 1)];
  const taken: number[] = [];
  let stale = 0;
  const question = { collaborator: 'c3', dossier: 'revoked' };
  await send(one, 'PUT', '/dossiers/revoked', { name: 'Revoked', status: 'active' });
  await send(one, 'PUT', '/client-groups/revoked', { name: 'Revoked', dossiers: ['revoked'] });
  for (let round = 0; round < rounds; round++) {
    await membership(one, 'revoked', true, 'c3');
    if (!(await ask(other, question))) throw new Error('a grant was not seen');
    await membership(one, 'revoked', false, 'c3');
    const acknowledged = performance.now();
    while (await ask(other, question)) stale++;
    taken.push(performance.now() - acknowledged);
  }
  for (const client of [one, other]) client.close();
  taken.sort((a, b) => a - b);
  return {
    what: 'revoke to deny over 2 instances: stale answers',
    must: '0',
    measured: String(stale),
    beside: `${rounds} revokes; denied by the first answer, p50 ${(taken[rounds / 2] ?? 0).toFixed(1)} ms after the acknowledgement`,
  };
}

async function ask(client: SteadyClient, question: object): Promise<boolean> {
  const answer = await send(client, 'POST', '/can-access', question);
  return (JSON.parse(answer) as { allowed: boolean }).allowed;
}

function membership(client: SteadyClient, group: string, isMember: boolean, collaborator = 'c2') {
  const change = { [isMember ? 'add' : 'remove']: [collaborator] };
  return send(client, 'PATCH', `/client-groups/${group}`, { collaborators: change }, { 'if-match': '*' });
}

function send(client: SteadyClient, method: string, path: string, body: object, more: Record<string, string> = {}) {
  return client.send(method, `/v1/offices/${office.id}${path}`, body, more);
}
