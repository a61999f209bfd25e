import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { ensureConsoleBuilt } from '#test/support/built-console.js';
import { ensureProgram } from '#test/support/programs.js';
import type { PrivatePostgres } from '#test/support/servers.js';
import { startSignInIssuer, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { headers } from './load.js';
import { startService, type Served } from './processes.js';
import { whole, type Row } from './table.js';

const dossiers = 20_000;
const keys = 12;

/**
 * The console in Chromium on loopback, which shares the machine's cores with the service and PostgreSQL: an office with
 * 20,000 dossiers, all in one client group.
 */
export async function* consoleFigures(_service: Served, database: PrivatePostgres): AsyncGenerator<Row> {
  ensureProgram('chromium', '--version', 'chromium');
  ensureConsoleBuilt();
  const issuer = await startSignInIssuer();
  const service = await startService(database.url, issuer.environment);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    await loadOffice(service);
    const context = await signedIn(await browser.newContext({ locale: 'fr-BE' }), service, issuer);
    yield scripts();
    yield await firstScreen(context, service);
    const page = await context.newPage();
    yield await opening(page, service);
    yield await typing(page, 'Nom du groupe de clients', 'typing into the name of that group: p50, slowest of 12');
    yield await typing(page, 'Filtrer : Dossiers du groupe', 'filtering its dossiers: p50, slowest of 12');
    yield await typing(page, 'Dossiers', 'searching among all dossiers: p50, slowest of 12');
  } finally {
    await browser.close();
    await service.stop();
    await issuer.close();
  }
}

async function loadOffice({ url }: Served): Promise<void> {
  const path = `${url}/v1/offices/wide`;
  const office = { name: 'Fiduciaire', email: 'o@wide.example', language: 'fr' };
  await done(fetch(path, { method: 'PUT', headers, body: JSON.stringify(office) }));
  const lines: object[] = [
    { kind: 'collaborator', id: 'boss', email: 'boss@wide.example', firstName: 'A', lastName: 'B', profile: 'admin' },
    { kind: 'client_group', id: 'all', name: 'Tout le monde' },
  ];
  for (let n = 1; n <= dossiers; n++) {
    lines.push({ kind: 'dossier', id: `d${n}`, name: `Boulangerie ${n} SA`, code: `B${n}`, status: 'active' });
    lines.push({
      kind: 'relationship',
      object: `dossier:d${n}`,
      relation: 'client_group',
      subject: 'client_group:all',
    });
  }
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const type = { ...headers, 'content-type': 'application/x-ndjson' };
  await done(fetch(`${path}/import`, { method: 'POST', headers: type, body }));
}

async function done(call: Promise<Response>): Promise<void> {
  const answer = await call;
  const text = await answer.text();
  if (!answer.ok) throw new Error(`a preparing step answered ${answer.status}: ${text.slice(0, 300)}`);
}

async function signedIn(context: BrowserContext, service: Served, issuer: SignInIssuer): Promise<BrowserContext> {
  issuer.next = { sub: 'boss' };
  const page = await context.newPage();
  await page.goto(addressOf(service, 'client-groups'));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.close();
  return context;
}

function addressOf({ url }: Served, path: string): string {
  return `http://localhost:${new URL(url).port}/console/wide/${path}`;
}

/** All that the build has, and what one screen takes of it, is told by the next row. */
function scripts(): Row {
  const folder = 'console/dist/assets';
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  const texts = files.map((name) => readFileSync(join(folder, name)));
  const packed = texts.reduce((sum, text) => sum + brotliCompressSync(text).length, 0);
  const plain = texts.reduce((sum, text) => sum + text.length, 0);
  return {
    what: 'the console, all screens and languages, packed',
    measured: `${whole(packed / 1_000)} kB`,
    beside: `${whole(plain / 1_000)} kB as they are, in ${files.length} files`,
  };
}

/** A visit with nothing in the browser's cache but the session. */
async function firstScreen(context: BrowserContext, service: Served): Promise<Row> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.clearBrowserCache');
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(addressOf(service, 'client-groups'));
  await page.getByRole('link', { name: /^Tout le monde/ }).waitFor();
  const lcpMs = await page.evaluate<number>(`new Promise((found) => {
    new PerformanceObserver((list) => found(list.getEntries().at(-1).startTime))
      .observe({ type: 'largest-contentful-paint', buffered: true });
  })`);
  await page.close();
  return {
    what: 'first visit to the client groups: largest contentful paint',
    measured: `${whole(lcpMs)} ms`,
    beside: `${whole(bytes / 1_000)} kB in all, on loopback`,
  };
}

/** From the last byte of the group to the frame in which its rows are painted. */
async function opening(page: Page, service: Served): Promise<Row> {
  await page.addInitScript(`window.painted = new Promise((painted) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[role=grid] [role=row]')) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => painted(performance.now())));
    }).observe(document, { subtree: true, childList: true });
  })`);
  await page.goto(addressOf(service, 'client-groups/all'));
  const paintedAt = await page.evaluate<number>('window.painted');
  const [responseEnd = 0, bytes = 0] = await page.evaluate<number[]>(`(() => {
    const group = performance.getEntriesByType('resource').find(({ name }) => name.includes('include=members'));
    return [group.responseEnd, group.encodedBodySize];
  })()`);
  return {
    what: `a group of ${whole(dossiers)} dossiers opens after its data`,
    must: '< 1 s',
    measured: `${whole(paintedAt - responseEnd)} ms`,
    beside: `${whole(bytes / 1_000)} kB of data`,
  };
}

/** From a key that is pressed to the frame after the one that shows it. */
async function typing(page: Page, label: string, what: string): Promise<Row> {
  const field = page.getByLabel(label, { exact: true }).and(page.locator('input'));
  await field.click();
  const times: number[] = [];
  for (const key of 'boulangerie 19'.slice(0, keys)) {
    await page.evaluate(`void (window.shown = new Promise((shown) => {
      document.activeElement.addEventListener('keydown', () => {
        const from = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => shown(performance.now() - from)));
      }, { once: true });
    }))`);
    await page.keyboard.press(key);
    times.push(await page.evaluate<number>('window.shown'));
  }
  times.sort((a, b) => a - b);
  await page.keyboard.press('Escape');
  return {
    what,
    measured: `${whole(times[keys / 2] ?? 0)} ms, ${whole(times.at(-1) ?? 0)} ms`,
    beside: 'two frames are 33 ms',
  };
}
