import { cpSync, createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCommand } from '#src/platform/command.js';
import { diffCommand } from '#src/ability/tool/diff/diff.command.js';
import { Api, officePath } from '#test/support/api.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { startApp, type TestApp } from '#test/support/app.js';

const demo = 'examples/demo/horta.ndjson';
const folder = mkdtempSync(join(tmpdir(), 'diff-'));
let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startApp({ database });
  const api = new Api(app.url, app.key);
  await api.put(officePath('horta'), { name: 'Horta', email: 'info@horta.example' });
  const lines = await textOf(createReadStream(demo));
  const imported = await api.post(officePath('horta', 'import'), lines, { 'content-type': 'application/x-ndjson' });
  expect(imported.body).toContain('"refused":[]');
  cpSync('policies', folder, { recursive: true });
  const file = join(folder, 'dossier.policy.yaml');
  const policy = readFileSync(file, 'utf8');
  writeFileSync(file, policy.replace('private: false, clientGroup: { in:', 'clientGroup: { in:'));
});

afterAll(async () => {
  await app.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function differences(...source: string[]): Promise<string[]> {
  let text = '';
  const output = { write: (more: string) => void (text += more), say: (more: string) => void (text += more) };
  const args = ['policy', 'diff', 'policies', folder, ...source, '--format', 'json'];
  expect({ exit: await runCommand([diffCommand], args, output), text: text.slice(0, 200) }).toMatchObject({ exit: 0 });
  const read = JSON.parse(text) as { differences: Record<string, string>[] };
  return read.differences.map((one) => `${one.collaborator} ${one.change} ${one.action} ${one.dossier}`).sort();
}

test('a database, a running service and an export of the same office give the same differences', async () => {
  const ofFile = await differences('--export', demo);
  expect(ofFile.length).toBeGreaterThan(0);
  expect(await differences('--database', database.url)).toEqual(ofFile);
  expect(await differences('--url', app.url, '--key', app.key, '--office', 'horta')).toEqual(ofFile);
});
