import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Api } from '#test/support/api.js';
import { ask, Pdp } from '#test/support/authzen.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';

const key = 'cdk_an-example-for-the-tests';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
}, 180_000);
afterAll(async () => {
  await database.drop();
});

/** The service as `npm run example:…` starts it. */
function start(example: string): Promise<ServiceProcess> {
  const settings = parseEnv(readFileSync(`examples/${example}/settings.env`, 'utf8'));
  return startService({ ...settings, DATABASE_URL: database.url, CARDEA_BOOTSTRAP_KEY: key });
}

describe('examples, started by configuration alone', () => {
  test('the fixture of the certification is there before the first request, and again after a restart', async () => {
    for (let round = 0; round < 2; round++) {
      const service = await start('authzen');
      const pdp = new Pdp(new Api(service.url, key), 'authzen');
      const may = async (who: string, action: string, what: string, more = {}) =>
        pdp.decides(ask(`user:${who}`, action, `record:record-${what}`, more));
      expect([await may('alice', 'write', '1'), await may('alice', 'write', '2')]).toEqual([true, false]);
      expect([await may('bob', 'write', '1'), await may('bob', 'write', '2')]).toEqual([false, true]);
      const soft = { action: { name: 'delete', properties: { soft: true } } };
      expect([await may('alice', 'delete', '1'), await may('alice', 'delete', '1', soft)]).toEqual([false, true]);
      expect(await pdp.finds('subject', ask('identity:', 'read', 'record:record-1'))).toEqual(['alice', 'bob']);
      expect(await pdp.finds('resource', ask('user:mallory', 'read', 'record:'))).toEqual([]);
      expect(await service.stop()).toBe(0);
    }
  }, 180_000);

  test('invoices follow the rights on their dossier until they are booked', async () => {
    const service = await start('invoices');
    const pdp = new Pdp(new Api(service.url, key), 'invoices');
    const may = async (who: string, action: string) => pdp.finds('resource', ask(`user:${who}`, action, 'invoice:'));
    expect(await may('anna', 'read')).toEqual(['2026-001', '2026-002']);
    expect(await may('anna', 'edit')).toEqual(['2026-002']);
    expect(await may('sam', 'read')).toEqual(['2026-001', '2026-002']);
    expect(await may('sam', 'edit')).toEqual([]);
    expect(await may('chantal', 'edit')).toEqual(['2026-002', '2026-003']);
    expect(await service.stop()).toBe(0);
  }, 180_000);
});
