import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateApiKey } from '#src/platform/auth/api-keys.js';
import { anOffice } from '#test/factories/offices.js';
import { Api, officePath } from '#test/support/api.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { eventually } from '#test/support/eventually.js';
import { startService, type ServiceProcess } from '#test/support/service-process.js';

const key = generateApiKey();
const folder = mkdtempSync(join(tmpdir(), 'policies-'));
const file = join(folder, 'dossier.policy.yaml');
const sound = readFileSync('policies/dossier.policy.yaml', 'utf8');
/** Nobody validates any more but those whom other rules let. */
const stricter = sound.replace('configure, validate, communicate, export]', 'configure, communicate, export]');
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
}, 180_000);
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function start(environment: NodeJS.ProcessEnv): Promise<{ service: ServiceProcess; api: Api }> {
  cpSync('policies', folder, { recursive: true });
  const service = await startService({
    DATABASE_URL: database.url,
    CARDEA_BOOTSTRAP_KEY: key,
    POLICY_DIR: folder,
    ...environment,
  });
  const api = new Api(service.url, key);
  await api.put(officePath('office'), anOffice());
  const lines = [
    { kind: 'collaborator', id: 'c1', email: 'c1@office.example', profile: 'admin' },
    { kind: 'collaborator', id: 'c2', email: 'c2@office.example', profile: 'collaborator' },
    { kind: 'dossier', id: 'd1', name: 'D', status: 'active' },
    { kind: 'relationship', object: 'dossier:d1', relation: 'manager', subject: 'collaborator:c2' },
  ];
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  await api.post(officePath('office', 'import'), body, { 'content-type': 'application/x-ndjson' });
  return { service, api };
}

interface Decision {
  allowed: boolean;
  policy: string;
}

async function validates(api: Api): Promise<boolean> {
  const question = { collaborator: 'c2', action: 'validate', dossier: 'd1' };
  const { body } = await api.post<Decision>(officePath('office', 'can-access'), question);
  return body.allowed;
}

async function readiness({ url }: ServiceProcess): Promise<{ status: number; reason: string | undefined }> {
  const answer = await fetch(`${url}/health/ready`);
  const { reasons } = (await answer.json()) as { reasons?: Record<string, string> };
  return { status: answer.status, reason: reasons?.policies };
}

/** How often it was said that policies were reloaded: each worker says it once for each signal. */
const reloads = (service: ServiceProcess) => service.output().split('policies reloaded').length - 1;

// How these were seen to fail: with the policy left out of the entity tag of an exported ability, with the signal passed on to one worker only, without the swap, with a broken file that
// is not told, and with a watch that ends with the first mistake.
describe('policies that change while the service runs', () => {
  test('are in force from the signal on; broken ones change nothing, and readiness says so until they are mended', async () => {
    const { service, api } = await start({});
    try {
      expect(await validates(api)).toBe(true);
      writeFileSync(file, stricter);
      expect(await validates(api)).toBe(true);
      process.kill(service.pid, 'SIGHUP');
      await eventually('the new rule', async () => !(await validates(api)));
      writeFileSync(file, sound.replace('profile: admin', 'profile: admim'));
      process.kill(service.pid, 'SIGHUP');
      await eventually('not ready', async () => (await readiness(service)).status === 503);
      expect((await readiness(service)).reason).toMatch(/^policies could not be reloaded; [0-9a-f]{12} is in force$/);
      expect(await validates(api)).toBe(false);
      expect(service.output()).toMatch(/dossier\.policy\.yaml:\d+:\d+ unknown profile/);
      writeFileSync(file, sound);
      process.kill(service.pid, 'SIGHUP');
      await eventually('ready', async () => (await readiness(service)).status === 200);
      expect((await readiness(service)).reason).toBeUndefined();
      expect(await validates(api)).toBe(true);
      // Others that say the same are others all the same: an exported ability names them.
      const tag = async () =>
        (await api.get(officePath('office', 'collaborators', 'c2', 'ability'))).headers.get('etag');
      const before = await tag();
      writeFileSync(file, `${sound}# A comment.\n`);
      process.kill(service.pid, 'SIGHUP');
      await eventually('another tag', async () => (await tag()) !== before);
    } finally {
      await service.stop();
    }
  }, 180_000);

  test('are in force in every worker from the signal to the first process on', async () => {
    const { service, api } = await start({ WORKERS: '2', LOG_LEVEL: 'info' });
    try {
      expect(await validates(api)).toBe(true);
      writeFileSync(file, stricter);
      process.kill(service.pid, 'SIGHUP');
      await eventually('both have reloaded', () => reloads(service) === 2);
      const answers = await Promise.all(Array.from({ length: 20 }, () => validates(api)));
      expect(answers).not.toContain(true);
    } finally {
      await service.stop();
    }
  }, 180_000);

  test('where files are watched: broken ones change nothing, and mended ones are in force', async () => {
    const { service, api } = await start({ POLICY_WATCH: 'true' });
    try {
      writeFileSync(file, stricter.replace('profile: admin', 'profile: admim'));
      await eventually('not ready', async () => (await readiness(service)).status === 503);
      expect(await validates(api)).toBe(true);
      writeFileSync(file, stricter);
      await eventually('ready', async () => (await readiness(service)).status === 200);
      expect(await validates(api)).toBe(false);
    } finally {
      await service.stop();
    }
  }, 180_000);

  test('are in force in every worker, and without a signal where files are watched', async () => {
    const { service, api } = await start({ WORKERS: '2', POLICY_WATCH: 'true' });
    try {
      expect(await validates(api)).toBe(true);
      writeFileSync(file, stricter);
      // One answer after another, of whichever worker: ten in a row are of both.
      await eventually('the new rule in both', async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => validates(api)));
        return !answers.includes(true);
      });
    } finally {
      await service.stop();
    }
  }, 180_000);
});
