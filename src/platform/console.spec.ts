import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendRaw, rawRequest } from '#test/support/raw-http.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { serveConsole } from './console.js';

const script = `console.log('the console');\n`.repeat(50);

let parent: string;
let app: SmallApp;
let unbuilt: SmallApp;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'cardea-console-'));
  const folder = join(parent, 'dist');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>The page</title>');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/index-Cx12.js'), script);
  writeFileSync(join(folder, 'assets/index-Cx12.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, '.env'), 'a secret');
  writeFileSync(join(parent, 'secret.txt'), 'a secret');
  app = await startSmallApp({ prepare: (small) => serveConsole(small, folder) });
  unbuilt = await startSmallApp({ prepare: (small) => serveConsole(small, join(parent, 'none')) });
});
afterAll(async () => {
  await app.close();
  await unbuilt.close();
  rmSync(parent, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => app.fetch(path, { redirect: 'manual', headers });

// How these were seen to fail: with any path looked up in the folder, with a policy that lets inline styles in, and with
// the page sent where a script is missing.
describe('the console', () => {
  test.each([
    '/console',
    '/console/',
    '/console/horta/client-groups/g1',
    '/console/a.b/dossiers/d.1',
    '/console/assets',
  ])('is one page at every address: %s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([200, '<!doctype html><title>The page</title>']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  test('may load nothing from elsewhere, and nothing that is not a file of its own', async () => {
    for (const path of ['/console', '/console/icon.svg', '/console/assets/index-Cx12.js']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy.split('; ').sort()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  test('has files that are named by what is in them, which a browser asks for once', async () => {
    const answer = await get('/console/assets/index-Cx12.js', { 'accept-encoding': 'br' });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toMatch(/javascript/);
    expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual(['br', 'accept-encoding']);
    expect(await answer.text()).toBe(script);
    const plain = await get('/console/assets/index-Cx12.js', { 'accept-encoding': 'identity' });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, script]);
  });

  test('answers 404 for a file of a former build, and not the page in its place', async () => {
    const answer = await get('/console/assets/index-Old1.js');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test.each([
    '/console/../secret.txt',
    '/console/%2e%2e/secret.txt',
    '/console/..%2fsecret.txt',
    '/console/assets/..%2f..%2fsecret.txt',
    '/console/assets/../../secret.txt',
    '/console/assets\\..\\..\\secret.txt',
    '/console//secret.txt',
    '/console/.env',
    '/console/%2eenv',
    '/console/assets/%00',
  ])('attack: shows nothing beside its folder, and no hidden file: %s', async (path) => {
    const { status, text } = await sendRaw(app.url, rawRequest(`GET ${path}`, ['host: x', 'accept: text/html']));
    expect([200, 400, 404]).toContain(status);
    expect(text).not.toContain('a secret');
  });

  test('is where the service’s own address leads', async () => {
    const answer = await get('/');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'console']);
  });

  test('says which command builds it where it is not built', async () => {
    for (const path of ['/console', '/console/horta']) {
      const answer = await unbuilt.fetch(path);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('npm run build:console');
    }
  });
});
