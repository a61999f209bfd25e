import pg from 'pg';
import type { PrivatePostgres } from '#test/support/servers.js';
import { below, pick, seededRandom, type Random } from '#test/support/random.js';
import { defaultBounds } from '#src/ability/office-states.js';
import { counters } from './counters.js';
import { headers, load, type BenchRequest } from './load.js';
import { residentMiB, startService, type Served } from './processes.js';
import { whole, type Row } from './table.js';
import { check, largeOffices, loadOffice, loadWorld, small, type BenchOffice } from './world.js';

/**
 * The large world: its import, cold checks, warm checks beside those of a small office, first pages, memory.
 *
 * @param share of the large world, such as 0.1 for a try
 */
export async function* largeWorld(importing: Served, database: PrivatePostgres, share: number): AsyncGenerator<Row> {
  const offices = largeOffices(share);
  const { lines, seconds, peakMiB } = await loadWorld(importing, offices);
  yield {
    what: `import of ${whole(dossiersOf(offices))} dossiers with their tuples, two offices at a time`,
    must: '≤ 10 min, ≤ 512 MB',
    aim: '≤ 3 min, ≤ 300 MB',
    measured: `${(seconds / 60).toFixed(1)} min, ${peakMiB} MiB`,
    beside: `${whole(lines)} lines, ${whole(lines / seconds)} lines/s`,
  };
  await loadOffice(importing, { id: 'small', ...small }, 1);
  await comeToRest(database.url);
  // Afresh, so that memory and caches are those of a service that answers checks.
  const service = await startService(database.url);
  try {
    yield* cold(service, offices);
    yield* warm(service, offices);
    yield* pages(service, offices);
    yield await memory(service, offices);
    yield await past(service, offices[0] as BenchOffice);
  } finally {
    await service.stop();
  }
}

/** What autovacuum and the checkpointer are busy with for minutes after an import, on the core of the load. */
async function comeToRest(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
  await client.end();
}

/** Each question about an office, a person and a dossier that were not asked about before. */
async function* cold(service: Served, offices: readonly BenchOffice[]): AsyncGenerator<Row> {
  const questions = Array.from({ length: 30_000 }, (_, n) => {
    const office = offices[n % offices.length] as BenchOffice;
    const turn = Math.floor(n / offices.length);
    return check(office.id, (turn % (office.collaborators - 1)) + 2, turn + 1);
  });
  const before = await counters(service);
  const measured = await load(service, questions, 1, { warmSeconds: 0 });
  const after = await counters(service);
  const asked = after.waits - before.waits;
  yield {
    what: 'a cold check: statements, p50',
    must: '≤ 4, ≤ 3 ms',
    aim: '≤ 2, ≤ 1.5 ms',
    measured: `${((after.statements - before.statements) / asked).toFixed(1)}, ${measured.latencyMs.p50.toFixed(2)} ms`,
    beside: `p99 ${measured.latencyMs.p99.toFixed(2)} ms, ${whole(asked)} checks, one at a time`,
  };
}

/** Checks all over the large world beside checks of one small office, as many different ones of both. */
async function* warm(service: Served, offices: readonly BenchOffice[]): AsyncGenerator<Row> {
  const random = seededRandom(7);
  const anywhere = Array.from({ length: 5_000 }, () => someCheck(pick(random, offices), random));
  const inSmall = Array.from({ length: 5_000 }, () => someCheck({ id: 'small', ...small }, random));
  // Once through all of them, whatever the machine needs for it: then each is in the caches.
  await askEach(service, [...inSmall, ...anywhere]);
  const before = await load(service, inSmall, 64);
  const measured = await load(service, anywhere, 64);
  const after = await load(service, inSmall, 64);
  const base = (before.cpuMicroseconds + after.cpuMicroseconds) / 2;
  yield {
    what: `CPU per check in ${whole(offices.length)} offices with ${whole(dossiersOf(offices))} dossiers against 1 with ${whole(small.dossiers)}`,
    must: '≤ 1.2',
    aim: '≤ 1.05',
    measured: (measured.cpuMicroseconds / base).toFixed(2),
    beside: `${measured.cpuMicroseconds.toFixed(1)} µs beside ${base.toFixed(1)} µs`,
  };
}

async function* pages(service: Served, offices: readonly BenchOffice[]): AsyncGenerator<Row> {
  const [largest, ordinary] = offices as [BenchOffice, BenchOffice];
  const page = ({ id }: BenchOffice, who: string): BenchRequest => ({
    method: 'GET',
    path: `/v1/offices/${id}/collaborators/${who}/dossiers?action=open&limit=100`,
  });
  const cases: [string, BenchRequest][] = [
    [`a collaborator of an office with ${whole(ordinary.dossiers)} dossiers`, page(ordinary, 'c2')],
    [`a collaborator of an office with ${whole(largest.dossiers)} dossiers`, page(largest, 'c2')],
    [`an admin of an office with ${whole(largest.dossiers)} dossiers`, page(largest, 'c1')],
  ];
  for (const [who, request] of cases) {
    const measured = await load(service, [request], 1);
    yield {
      what: `first page (100) of “what may C open”, p50: ${who}`,
      must: '≤ 10 ms',
      aim: '≤ 3 ms',
      measured: `${measured.latencyMs.p50.toFixed(1)} ms`,
      beside: `p99 ${measured.latencyMs.p99.toFixed(1)} ms`,
    };
  }
}

/** Asks about nearly as many dossiers as the caches hold, for past the bound they let go of half; and about as many people. */
async function memory(service: Served, offices: readonly BenchOffice[]): Promise<Row> {
  const wanted = defaultBounds.dossiers * 0.98;
  let asked = 0;
  for (const office of [...offices].reverse()) {
    for (let from = 1; from <= office.dossiers && asked < wanted; from += 1_000) {
      const count = Math.min(1_000, office.dossiers - from + 1);
      const checks = Array.from({ length: count }, (_, n) => ({
        collaborator: `c${((from + n) % office.collaborators) + 1}`,
        dossier: `d${from + n}`,
      }));
      await batch(service, office.id, checks);
      asked += count;
    }
  }
  return {
    what: `process memory, ${whole(dossiersOf(offices))} dossiers stored, caches full`,
    must: '≤ 400 MB',
    aim: '≤ 250 MB',
    measured: `${residentMiB(service.pid)} MiB`,
    beside: `after ${whole(asked)} dossiers were asked about`,
  };
}

/** The office as it was after its import: what the trail holds of it is folded. */
async function past(service: Served, { id, dossiers }: BenchOffice): Promise<Row> {
  const { revision } = (await ask(service, `/v1/offices/${id}`)) as { revision: number };
  const asOf = `asOf=${revision}`;
  const timed = async (path: string) => {
    const start = performance.now();
    await ask(service, `/v1/offices/${id}${path}`);
    return (performance.now() - start) / 1_000;
  };
  const taken = [
    await timed(`/collaborators/c2/dossiers?action=open&limit=100&${asOf}`),
    await timed(`/access-review?format=csv&${asOf}`),
  ];
  return {
    what: `as of a revision, an office of ${whole(dossiers)} dossiers: a first page, the whole review`,
    measured: taken.map((seconds) => `${seconds.toFixed(1)} s`).join(', '),
  };
}

async function ask({ url }: Served, path: string): Promise<unknown> {
  const answer = await fetch(url + path, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text.length;
}

function dossiersOf(offices: readonly BenchOffice[]): number {
  return offices.reduce((sum, { dossiers }) => sum + dossiers, 0);
}

async function askEach({ url }: Served, requests: readonly BenchRequest[]): Promise<void> {
  for (let from = 0; from < requests.length; from += 64) {
    const some = requests.slice(from, from + 64);
    const answers = await Promise.all(
      some.map(({ path, body }) => fetch(url + path, { method: 'POST', headers, body })),
    );
    for (const answer of answers) if (!answer.ok) throw new Error(await answer.text());
  }
}

async function batch({ url }: Served, office: string, checks: object[]): Promise<void> {
  const path = `${url}/v1/offices/${office}/can-access/batch`;
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify({ checks }) });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.arrayBuffer();
}

function someCheck({ id, collaborators, dossiers }: BenchOffice, random: Random): BenchRequest {
  return check(id, below(random, collaborators) + 1, below(random, dossiers) + 1);
}
