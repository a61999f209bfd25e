import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { createLogger } from '#src/platform/logs.js';
import { Api } from '#test/support/api.js';
import { startApp } from '#test/support/app.js';
import { makeCertificates } from '#test/support/certificates.js';
import { ColdProcesses, type ColdStart } from '#test/support/cold-process.js';
import { eventually } from '#test/support/eventually.js';
import { LogLines } from '#test/support/log-lines.js';
import { metric, valueIn } from '#test/support/metric.js';
import { member, officeWithMember } from '#test/support/membership.js';
import { OfficeClient } from '#test/support/office-client.js';
import { documentedAcl } from '#test/support/redis-acl.js';
import { startPrivateRedis, type PrivateRedis } from '#test/support/redis.js';
import { startService } from '#test/support/service-process.js';
import { theService } from '#test/support/service.js';

// As a generator makes them; percent-encoded in the URL, as every password there is.
const password = 'p/w:@%41-for-this-test-only';
let redis: PrivateRedis;
let processes: ColdProcesses;
let office: OfficeClient;
let log: LogLines;

const acl = (...command: string[]) => redis.client.call('ACL', ...command);
const urlWith = (secret: string) => `redis://cardea:${encodeURIComponent(secret)}@127.0.0.1:${redis.port}`;
const startWith = (secret: string, how?: ColdStart) =>
  processes.start(urlWith(secret), { logger: createLogger('trace', log), ...how });

beforeAll(async () => {
  processes = await ColdProcesses.over(theService().database.url);
  redis = await startPrivateRedis();
});

beforeEach(async () => {
  log = new LogLines();
  office = await officeWithMember(theService());
  await acl('SETUSER', ...documentedAcl(password));
  await acl('LOG', 'RESET');
});

afterEach(() => processes.stop());

afterAll(async () => {
  await processes.close();
  await redis.remove();
});

/** Commands that the users of this server have sent since the last reset. */
async function sentCommands(): Promise<string[]> {
  const stats = await redis.client.info('commandstats');
  return [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => String(name));
}

describe('a user of Redis', () => {
  test('needs no more than the documented ACL, and all of it', async () => {
    await redis.client.config('RESETSTAT');
    const first = await startWith(password);
    await first.may(office.id, 'anne', 'd');
    await member(office, 'remove');
    expect(await first.may(office.id, 'anne', 'd')).toBe(false);
    await eventually('a second process has it from Redis', async () => {
      const second = await startWith(password);
      expect(await second.may(office.id, 'anne', 'd')).toBe(false);
      return second.events.hit === 2;
    });
    expect(first.events.error).toBe(0);
    expect(await acl('LOG')).toEqual([]);
    const granted = documentedAcl(password).flatMap((word) => /^\+(.+)/.exec(word)?.[1] ?? []);
    // Only a cluster is asked for its slots, and for a key on the move: see cluster.spec.ts.
    const expected = granted.filter((name) => !['cluster|slots', 'asking'].includes(name));
    expect(await sentCommands()).toEqual(expect.arrayContaining(expected));
  });

  test('with a wrong password, or none that is known, is told of, without the password, and every answer is right', async () => {
    const wrong = 'wr0ng-passw0rd';
    const fresh = await startWith(wrong);
    expect(fresh.state).toBe('reconnecting');
    await member(office, 'remove');
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(false);
    await eventually('it was tried again', async () => {
      const [entry] = (await acl('LOG')) as [unknown[]];
      return Number(entry[1]) > 1;
    });
    expect(log.lines.filter((line) => line.includes('WRONGPASS'))).toHaveLength(1);
    expect(log.text).not.toContain(wrong);
    await acl('SETUSER', 'cardea', `>${wrong}`);
    await eventually('it is let in', () => fresh.state === 'connected');
    await startWith(password);
    expect(log.text).not.toContain(wrong);
    expect(log.text).not.toContain(password);
    expect(log.text).not.toContain(encodeURIComponent(password));
  });

  test.each(['eval', 'set', 'hget'])('that may not use %s is told of, and every answer is right', async (command) => {
    await acl('SETUSER', 'cardea', `-${command}`);
    const fresh = await startWith(password);
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
    await member(office, 'remove');
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(false);
    await eventually('it is told of', () => fresh.state === 'circuit_open');
    expect(log.text).toMatch(/"level":"warn".*(no permissions to run|can't run this command)/);
  });
});

describe('Redis over TLS', () => {
  test('is used where its authority is known, and refused where not: that is told, and every answer is right', async () => {
    const certificates = makeCertificates();
    const [port, metricsPort] = [await freePort(), await freePort()];
    const secured = await startPrivateRedis({
      'tls-port': String(port),
      'tls-auth-clients': 'no',
      ...certificates.lines,
    });
    const REDIS_URL = `rediss://127.0.0.1:${port}`;
    const unknowing = await startApp({ environment: { REDIS_URL, LOG_LEVEL: 'warn' }, log });
    const knowing = await startService({
      DATABASE_URL: unknowing.database.url,
      REDIS_URL,
      METRICS_PORT: String(metricsPort),
      NODE_EXTRA_CA_CERTS: certificates.authority,
    });
    try {
      const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      expect(valueIn(metrics, 'cardea_redis_state{state="connected"}')).toBe(1);
      const api = new Api(unknowing.url, unknowing.key);
      expect(await metric(api, 'cardea_redis_state{state="reconnecting"}')).toBe(1);
      expect(log.text).toMatch(/"level":"warn".*"reason":"self-signed certificate in certificate chain"/);
      const without = await officeWithMember(unknowing);
      const withRedis = new OfficeClient(new Api(knowing.url, unknowing.key), without.id);
      expect([await without.may('anne', 'd'), await withRedis.may('anne', 'd')]).toEqual([true, true]);
      const entry = `cardea:1:{${without.id}}:c:anne`;
      await eventually('it is in Redis', async () => (await secured.client.exists(entry)) === 1);
      await member(without, 'remove');
      expect([await without.may('anne', 'd'), await withRedis.may('anne', 'd')]).toEqual([false, false]);
    } finally {
      await knowing.stop();
      await unknowing.close();
      await secured.remove();
      certificates.remove();
    }
  }, 300_000);
});
