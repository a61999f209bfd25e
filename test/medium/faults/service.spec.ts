import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateApiKey } from '#src/platform/auth/api-keys.js';
import { anAdmin } from '#test/factories/collaborators.js';
import { aClientGroup } from '#test/factories/groups.js';
import { anOffice } from '#test/factories/offices.js';
import { Api } from '#test/support/api.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openStream } from '#test/support/event-stream.js';
import { OfficeClient } from '#test/support/office-client.js';
import { buildService, startService, type ServiceBuild, type ServiceProcess } from '#test/support/service-process.js';
import { faultsOf, SteadyWrites } from '#test/support/steady-writes.js';

const key = generateApiKey();

let build: ServiceBuild;
let database: TestDatabase;
let service: ServiceProcess;
let office: OfficeClient;

const start = async () => {
  service = await startService(build, {
    DATABASE_URL: database.url,
    CARDEA_BOOTSTRAP_KEY: key,
    REQUEST_DEADLINE_MS: '10000',
  });
  office = new OfficeClient(new Api(service.url, key), 'office');
};

beforeAll(async () => {
  build = buildService();
  database = await createTestDatabase();
  await start();
  await office.api.put(office.at(), anOffice());
  await office.collaborator('boss', anAdmin());
  await SteadyWrites.prepare(office);
}, 60_000);
afterAll(async () => {
  await service.kill();
  await database.drop();
  build.remove();
});

describe('the process of the service', () => {
  test('killed in the middle of writes: every acknowledged write is there, no half write, and the next start goes on', async () => {
    for (const run of ['first', 'second']) {
      const writes = SteadyWrites.start(office, run);
      await writes.acknowledgedMore(25);
      await service.kill();
      await writes.stop();
      // Those under way had no answer; whether they happened is theirs to find out, but no half of one did.
      expect([...writes.statuses.keys()].sort()).toEqual([0, 201]);
      await start();
      expect(await faultsOf(database.url, office.id, writes)).toEqual([]);
      expect(await office.may('boss', 'd0')).toBe(true);
    }
  }, 60_000);

  test('killed: a write sent again with its Idempotency-Key happens once, whether the first time it did or not', async () => {
    const send = (n: number) => {
      const body = aClientGroup({ name: `Again ${n}`, collaborators: ['member'] });
      return office.api.post(office.at('client-groups'), body, { 'idempotency-key': `once-${n}` });
    };
    const first = Promise.allSettled(Array.from({ length: 20 }, (_, n) => send(n)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await service.kill();
    const acknowledged = (await first).filter((one) => one.status === 'fulfilled').length;
    await start();
    for (let n = 0; n < 20; n++) expect((await send(n)).status).toBe(201);
    const { body } = await office.api.get<{ total: number }>(`${office.at('client-groups')}?q=Again`);
    expect({ acknowledged, total: body.total }).toEqual({ acknowledged, total: 20 });
  }, 60_000);

  test('asked to stop: finishes what is in flight, ends its streams, and exits with 0', async () => {
    const stream = await openStream(`${service.url}${office.at('changes')}`, key);
    await stream.next();
    const writes = SteadyWrites.start(office, 'stopped');
    await writes.acknowledgedMore(10);
    const started = performance.now();
    const [code] = await Promise.all([service.stop(), stream.ended()]);
    await writes.stop();
    expect(code).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await faultsOf(database.url, office.id, writes)).toEqual([]);
    await start();
  }, 60_000);
});
