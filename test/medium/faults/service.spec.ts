import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateApiKey } from '#src/platform/auth/api-keys.js';
import { anAdmin } from '#test/factories/collaborators.js';
import { aClientGroup } from '#test/factories/groups.js';
import { anOffice } from '#test/factories/offices.js';
import { Api } from '#test/support/api.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openStream } from '#test/support/event-stream.js';
import { toLines } from '#test/support/importing.js';
import { OfficeClient } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';
import { faultsOf, SteadyWrites } from '#test/support/steady-writes.js';

const key = generateApiKey();

let database: TestDatabase;
let service: ServiceProcess;
let office: OfficeClient;

const start = async () => {
  service = await startService({
    DATABASE_URL: database.url,
    CARDEA_BOOTSTRAP_KEY: key,
    REQUEST_DEADLINE_MS: '10000',
  });
  office = new OfficeClient(new Api(service.url, key), 'office');
};

beforeAll(async () => {
  database = await createTestDatabase();
  await start();
  await office.api.put(office.at(), anOffice());
  await office.collaborator('boss', anAdmin());
  await SteadyWrites.prepare(office);
}, 180_000);
afterAll(async () => {
  await service.kill();
  await database.drop();
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
  }, 180_000);

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
  }, 180_000);

  test('killed in the middle of an import: what it said is applied is there, nothing by half, and it can be sent again', async () => {
    const dossiers = 12_000;
    const tie = { kind: 'relationship', relation: 'manager', subject: 'collaborator:member' };
    const lines = Array.from({ length: dossiers }, (_, n) => [
      { kind: 'dossier', id: `imported-${n}`, name: `Imported ${n}`, status: 'active' },
      { ...tie, object: `dossier:imported-${n}` },
    ]).flat();
    const send = () =>
      fetch(`${service.url}${office.at('import')}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/x-ndjson',
          'idempotency-key': 'import',
        },
        body: toLines(lines),
      });
    const reader = (await send()).body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = JSON.parse((await reader?.read())?.value?.split('\n')[0] ?? '') as {
      progress: { applied: number };
    };
    await service.kill();
    await reader?.read().catch(() => undefined);
    const killed = await importedRows();
    expect(killed.dossiers + killed.managers).toBeGreaterThanOrEqual(first.progress.applied);
    expect(killed.dossiers).toBeLessThan(dossiers);
    expect(killed).toMatchObject({ untold: 0, revision: killed.revisions });
    await start();
    const summary = (await (await send()).text()).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(summary)).toMatchObject({ done: true, refused: [] });
    expect(await importedRows()).toMatchObject({ dossiers, managers: dossiers, untold: 0, told: dossiers });
  }, 300_000);

  /** What there is of the import; `untold` rows have no line in the trail, `told` is how many of those lines there are. */
  async function importedRows() {
    const text = `
      select (select count(*) from dossier where office = $1 and id like 'imported-%')::int as dossiers,
             (select count(*) from relationship where office = $1 and object_id like 'imported-%')::int as managers,
             (select count(*) from dossier d where office = $1 and id like 'imported-%' and not exists (
                select from change c where c.office = d.office and c.key = 'dossier:' || d.id))::int as untold,
             (select count(*) from change where office = $1 and key like 'dossier:imported-%' and action = 'create')::int as told,
             (select revision from office where id = $1)::int as revision,
             (select count(distinct revision) from change where office = $1)::int as revisions`;
    const { rows } = await onDatabase(database, (client) => client.query<Record<string, number>>(text, [office.id]));
    return rows[0] as Record<'dossiers' | 'managers' | 'untold' | 'told' | 'revision' | 'revisions', number>;
  }

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
  }, 180_000);
});
