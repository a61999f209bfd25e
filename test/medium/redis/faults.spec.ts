import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { createLogger } from '#src/platform/logs.js';
import { Api } from '#test/support/api.js';
import { startApp } from '#test/support/app.js';
import { ColdProcesses } from '#test/support/cold-process.js';
import { eventually } from '#test/support/eventually.js';
import { LogLines } from '#test/support/log-lines.js';
import { metric } from '#test/support/metric.js';
import { member, officeWithMember } from '#test/support/membership.js';
import type { OfficeClient } from '#test/support/office-client.js';
import { at, seededRandom } from '#test/support/random.js';
import { startPrivateRedis, type PrivateRedis } from '#test/support/redis.js';
import { theService } from '#test/support/service.js';
import { startTcpProxy, type TcpProxy } from '#test/support/tcp-proxy.js';

let redis: PrivateRedis;
let proxy: TcpProxy;
let processes: ColdProcesses;
let office: OfficeClient;

/** Until a process that has just started has the answer from there. */
const served = (url: string) =>
  eventually('an answer from Redis', async () => {
    const fresh = await processes.start(url);
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
    return fresh.events.hit === 2;
  });

beforeAll(async () => {
  processes = await ColdProcesses.over(theService().database.url);
  redis = await startPrivateRedis();
});

beforeEach(async () => {
  proxy = await startTcpProxy(redis.port);
  office = await officeWithMember(theService());
});

afterEach(async () => {
  processes.stop();
  await proxy.close();
});

afterAll(async () => {
  await processes.close();
  await redis.remove();
});

const behind = () => `redis://127.0.0.1:${proxy.port}`;

describe('a Redis', () => {
  test('that is absent when the service starts keeps nobody waiting, and is used once it is there', async () => {
    const port = await freePort();
    const log = new LogLines();
    const environment = { REDIS_URL: `redis://127.0.0.1:${port}`, LOG_LEVEL: 'warn' };
    const app = await startApp({ environment, log });
    const api = new Api(app.url, app.key);
    let late: PrivateRedis | undefined;
    try {
      const own = await officeWithMember(app);
      expect(await own.may('anne', 'd')).toBe(true);
      expect(await metric(api, 'cardea_redis_state{state="reconnecting"}')).toBe(1);
      expect(await metric(api, 'cardea_redis_entries_total{event="rest"}')).toBeGreaterThan(0);
      expect(log.text).toContain(`"reason":"connect ECONNREFUSED 127.0.0.1:${port}"`);
      late = await startPrivateRedis({}, port);
      await eventually('Redis is used', async () => {
        await member(own, 'remove');
        expect(await own.may('anne', 'd')).toBe(false);
        await member(own, 'add');
        expect(await own.may('anne', 'd')).toBe(true);
        return (await metric(api, 'cardea_redis_entries_total{event="miss"}')) > 0;
      });
      expect(await late.client.exists(`cardea:1:{${own.id}}:c:anne`)).toBe(1);
      expect(await metric(api, 'cardea_redis_state{state="reconnecting"}')).toBe(0);
    } finally {
      await app.close();
      await late?.remove();
    }
  }, 300_000);

  test('that is slow, but within the deadline, is used', async () => {
    proxy.delayMs = 60;
    await served(behind());
  });

  test('that is slower than the deadline costs one deadline, and then nothing for a second', async () => {
    await served(redis.url);
    const fresh = await processes.start(behind(), { deadlineMs: undefined });
    proxy.delayMs = 300;
    await member(office, 'remove');
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(false);
    expect(fresh.state).toBe('circuit_open');
    // Had anyone waited for the answer, it would have counted; what was loaded then is not even offered.
    expect(fresh.events).toEqual({ hit: 0, miss: 0, rejected: 0, error: 1, rest: 1 });
    proxy.delayMs = 0;
    await eventually('it is used again', async () => {
      await member(office, 'add');
      expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
      await member(office, 'remove');
      expect(await fresh.may(office.id, 'anne', 'd')).toBe(false);
      return fresh.state === 'connected' && fresh.events.hit + fresh.events.miss > 0;
    });
  });

  test('whose connection is cut in the middle of a reply changes no answer, and is connected to again', async () => {
    await served(redis.url);
    const fresh = await processes.start(behind());
    // Its greeting went through; of an entry only the head will.
    proxy.cutAfterBytes = 400;
    await member(office, 'remove');
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(false);
    expect(fresh.events.error).toBeGreaterThan(0);
    await eventually('it was cut', () => proxy.cuts > 0);
    proxy.cutAfterBytes = Number.POSITIVE_INFINITY;
    await eventually('it is connected to again', () => fresh.state === 'connected');
    await member(office, 'add');
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
  });

  test('that makes room for others by forgetting what we gave it has every answer right', async () => {
    const offices = [office, ...(await Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => officeWithMember(theService()))))];
    const fresh = await processes.start(redis.url, { isForgetful: true });
    for (const { id } of [...offices, ...offices]) expect(await fresh.may(id, 'anne', 'd')).toBe(true);
    const bytes = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await redis.client.config('SET', 'maxmemory', String(bytes + 80_000));
    const random = seededRandom(7);
    const members = new Set(offices);
    const isKept = { yes: 0, no: 0 };
    for (let step = 0; step < 100; step++) {
      for (let other = 0; other < 5; other++) await redis.client.set(`other:${step}:${other}`, 'x'.repeat(500));
      // Some offices are asked about more often than others, and stay longer.
      const one = at(offices, Math.floor(random() ** 2 * offices.length));
      isKept[(await redis.client.exists(`cardea:1:{${one.id}}:state`)) ? 'yes' : 'no']++;
      if (random() < 0.2) {
        if (!members.delete(one)) members.add(one);
        await member(one, members.has(one) ? 'add' : 'remove');
      }
      expect(await fresh.may(one.id, 'anne', 'd')).toBe(members.has(one));
    }
    await redis.client.config('SET', 'maxmemory', '0');
    // Both have happened: it was there, and it was forgotten.
    expect(Math.min(isKept.yes, isKept.no, fresh.events.hit)).toBeGreaterThan(0);
  });

  test('that is full and may forget nothing, or has become a replica, is left alone and says so', async () => {
    const log = new LogLines();
    const fresh = await processes.start(redis.url, { logger: createLogger('warn', log) });
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
      await eventually('that it is full is told', () => log.text.includes('OOM command not allowed'));
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    await redis.client.replicaof('127.0.0.1', await freePort());
    try {
      // Each turn changes something, so that each has something to put there.
      let isMember = true;
      await eventually('that it may not be written to is told', async () => {
        isMember = !isMember;
        await member(office, isMember ? 'add' : 'remove');
        expect(await fresh.may(office.id, 'anne', 'd')).toBe(isMember);
        return log.text.includes('READONLY');
      });
    } finally {
      await redis.client.replicaof('NO', 'ONE');
    }
    await member(office, 'add');
    await served(redis.url);
  });
});
