import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp } from '#test/support/app.js';
import { createTestDatabase } from '#test/support/database.js';
import { OfficeClient } from '#test/support/office-client.js';
import { startPrivateRedis, type PrivateRedis } from '#test/support/redis.js';
import { RevokeLanes } from '#test/support/revoke-lanes.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';

const proofMs = 60_000;
const lanes = 8;
const key = 'cdk_proof_proof_proof_proof_proof_1234';

/** What may happen to a cache. @returns how often each did */
async function harass(redis: PrivateRedis, until: number) {
  const done = { paused: 0, killed: 0, flushed: 0 };
  while (Date.now() < until) {
    await sleep(700);
    redis.pause();
    await sleep(400);
    redis.resume();
    done.paused++;
    await sleep(700);
    await redis.client.flushall();
    done.flushed++;
    await sleep(700);
    await redis.kill();
    await sleep(300);
    await redis.restart();
    done.killed++;
  }
  return done;
}

describe('an acknowledged revoke', () => {
  test(
    'is denied by every worker of every instance, while Redis is paused, killed and flushed',
    async () => {
      const database = await createTestDatabase();
      const redis = await startPrivateRedis();
      const environment = {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        CARDEA_BOOTSTRAP_KEY: key,
        WORKERS: '2',
        DATABASE_POOL_MAX: '5',
        REQUEST_DEADLINE_MS: '20000',
      };
      const services: ServiceProcess[] = [];
      try {
        for (let instance = 0; instance < 2; instance++) services.push(await startService(environment));
        const apis = services.map(({ url }) => new Api(url, key));
        const office = 'proof';
        await apis[0]?.put(`/v1/offices/${office}`, { name: 'Proof', email: 'info@proof.example' });
        const run = new RevokeLanes(
          apis.map((api) => new OfficeClient(api, office)),
          lanes,
        );
        await run.prepare();
        run.start();
        const done = await harass(redis, Date.now() + proofMs);
        await run.stop();
        expect(run.seen).toMatchObject({ staleAllows: 0, staleDenies: 0 });
        expect(run.seen.checks).toBeGreaterThan(1_000);
        expect(Math.min(done.paused, done.killed, done.flushed)).toBeGreaterThan(5);
      } finally {
        for (const service of services) await service.stop();
        await redis.remove();
        await database.drop();
      }
    },
    proofMs + 90_000,
  );

  test('is not, with the fence turned off: the proof above can fail', async () => {
    const one = await startApp({ fenceOff: true });
    const two = await startApp({ fenceOff: true, database: one.database });
    try {
      const office = await OfficeClient.make(one);
      const run = new RevokeLanes([office, new OfficeClient(new Api(two.url, two.key), office.id)], lanes);
      await run.prepare();
      run.start();
      const until = Date.now() + 20_000;
      while (run.seen.staleAllows === 0 && Date.now() < until) await sleep(20);
      await run.stop();
      expect(run.seen.staleAllows).toBeGreaterThan(0);
    } finally {
      await two.close();
      await one.close();
    }
  }, 180_000);
});
