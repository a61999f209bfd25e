import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { anAdmin } from '#test/factories/collaborators.js';
import { anOffice } from '#test/factories/offices.js';
import { Api } from '#test/support/api.js';
import { Crowd, type CrowdRequest } from '#test/support/crowd.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { eventually } from '#test/support/eventually.js';
import { addMember } from '#test/support/membership.js';
import { valueIn } from '#test/support/metric.js';
import { OfficeClient } from '#test/support/office-client.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.js';

const key = 'cdk_overload_overload_overload_1234';
const maxRequests = 30;
const clients = 10 * maxRequests;
/** So long at least; on a busy machine, until some of each kind were answered. */
const crowdMs = 6_000;
const longestCrowdMs = 60_000;
const kinds = ['check', 'list', 'export', 'preview', 'import', 'large'];
/** How late PostgreSQL answers, over a wire that this busy process makes slower still. */
const delayMs = 10;
const residentMaxMiB = 400;

let database: TestDatabase;
let wire: TcpProxy;
let service: ServiceProcess;
let metricsUrl: string;
let office: OfficeClient;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  wire = await startTcpProxy(Number(url.port));
  url.port = String(wire.port);
  const metricsPort = await freePort();
  metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  service = await startService({
    DATABASE_URL: url.href,
    CARDEA_BOOTSTRAP_KEY: key,
    MAX_REQUESTS: String(maxRequests),
    // What has a place is answered, however busy the machine is: here it is the places that are looked at.
    REQUEST_DEADLINE_MS: '20000',
    METRICS_PORT: String(metricsPort),
    LOG_LEVEL: 'silent',
  });
  office = new OfficeClient(new Api(service.url, key), 'crowded');
  await office.api.put(office.at(), anOffice());
  await office.collaborator('boss', anAdmin());
  await addMember(office);
}, 180_000);
afterAll(async () => {
  await service.kill();
  await wire.close();
  await database.drop();
});

const json = { 'content-type': 'application/json' };
const check = (collaborator: string, allowed: boolean): CrowdRequest => ({
  what: 'check',
  method: 'POST',
  path: office.at('can-access'),
  headers: json,
  body: JSON.stringify({ collaborator, dossier: 'd' }),
  isRight: (body) => (JSON.parse(body) as { allowed: boolean }).allowed === allowed,
});

/** Half of the crowd checks; the other half asks for what is slow. */
function requests(): CrowdRequest[] {
  const both = [check('anne', true), check('bert', false)];
  const large = check('bert', false);
  const line = JSON.stringify({ kind: 'collaborator', id: 'carl', email: 'carl@office.example' });
  return [
    ...[...both, ...both],
    { what: 'list', method: 'GET', path: `${office.at('dossiers')}?include=audience`, isRight: hasDossier },
    { what: 'export', method: 'GET', path: office.at('export'), isRight: hasDossier },
    {
      what: 'preview',
      method: 'PATCH',
      path: `${office.at('client-groups', 'g')}?dryRun=true`,
      headers: { ...json, 'if-match': '*' },
      body: JSON.stringify({ collaborators: { remove: ['anne'] } }),
      isRight: (body) => body.includes('"dryRun":true'),
    },
    {
      what: 'import',
      method: 'POST',
      path: office.at('import'),
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${line}\n`,
      isRight: (body) => body.includes('"done":true') || /"status":(429|503)/.test(body),
    },
    // Much nothing before the question.
    { ...large, what: 'large', body: ' '.repeat(2 ** 20) + large.body },
  ];
}
const hasDossier = (body: string) => body.includes('"id":"d"');

/** The most that was under way at once in each lane, and how often metrics and health did not answer. */
async function watch(until: () => boolean) {
  const seen = { check: 0, read: 0, write: 0, unanswered: 0 };
  while (!until()) {
    try {
      const text = await (await fetch(metricsUrl)).text();
      for (const lane of ['check', 'read', 'write'] as const)
        seen[lane] = Math.max(seen[lane], valueIn(text, `cardea_requests_in_flight{lane="${lane}"}`));
      const [live, ready] = await Promise.all([office.api.get('/health/live'), office.api.get('/health/ready')]);
      if (live.status !== 200 || ready.status !== 200) seen.unanswered++;
    } catch {
      seen.unanswered++;
    }
    await sleep(50);
  }
  return seen;
}

/** Clients that begin and never go on, and some that leave: each takes a place for a while. */
function startHanging(count: number): () => void {
  const { hostname, port } = new URL(service.url);
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(`POST ${office.at('can-access')} HTTP/1.1\r\nhost: a\r\n${'content-type: application/json\r\n'}`);
    socket.write('content-length: 100\r\n\r\n{');
    return socket;
  });
  return () => sockets.forEach((socket) => socket.destroy());
}

function residentMiB(): number {
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1];
  return Number(peak) / 1_024;
}

describe('ten times the load that it can take', () => {
  // Seen to fail with the bound of `boundRequests` taken out: hundreds of checks were under way at once.
  test('every answer is right or a refusal with Retry-After, health and metrics answer, memory is bounded, and all recovers', async () => {
    expect(await office.may('anne', 'd')).toBe(true);
    wire.delayMs = delayMs;
    const leave = startHanging(maxRequests / 10);
    const crowd = new Crowd(service.url, { authorization: `Bearer ${key}` }, requests(), clients);
    let isOver = false;
    const watching = watch(() => isOver);
    await sleep(crowdMs);
    // Nobody starves: not the checks behind the slow ones, nor these behind the checks.
    const isAnswered = (what: string) =>
      crowd.count(new RegExp(`^${what} 200$`)) > (what === 'check' ? maxRequests : 0);
    await eventually('some of each kind are answered', () => kinds.every(isAnswered), longestCrowdMs);
    leave();
    await crowd.stop();
    isOver = true;
    const seen = await watching;

    expect([...crowd.faults]).toEqual([]);
    expect(crowd.count(/ (503|429)$/)).toBeGreaterThan(clients);
    expect(seen.unanswered).toBe(0);
    expect(seen.check).toBeLessThanOrEqual(maxRequests * 0.5);
    expect(seen.read).toBeLessThanOrEqual(maxRequests * 0.2);
    expect(seen.write).toBeLessThanOrEqual(maxRequests * 0.15);
    expect(residentMiB()).toBeLessThan(residentMaxMiB);

    wire.delayMs = 0;
    await eventually('every place is given back', async () => {
      const text = await (await fetch(metricsUrl)).text();
      return ['check', 'read', 'write', 'large'].every(
        (lane) => valueIn(text, `cardea_requests_in_flight{lane="${lane}"}`) === 0,
      );
    });
    const after = new Crowd(service.url, { authorization: `Bearer ${key}` }, requests().slice(0, 5), 5);
    await eventually('it answers as before', () => after.count(/ 200$/) > 200);
    await after.stop();
    expect({ refused: after.count(/ (?!200)\d+$/), faults: [...after.faults] }).toEqual({ refused: 0, faults: [] });
  }, 300_000);
});
