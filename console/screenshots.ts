/**
 * `npm run console:screenshots`: every screen of the console as the demo shows it, light and dark, wide and narrow, into
 * `.cardea/screenshots`. `-- --readme` takes the four of the README instead, small, into `docs/images`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const office = 'horta';
const admin = 'Gaëlle Delvaux';
const looks: [name: string, options: BrowserContextOptions][] = [
  ['wide.light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['wide.dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['narrow.light', { viewport: { width: 320, height: 800 }, colorScheme: 'light' }],
  ['narrow.dark', { viewport: { width: 320, height: 800 }, colorScheme: 'dark' }],
];
const ofReadme: [name: string, path: string][] = [
  ['client-groups', 'client-groups/bruxelles'],
  ['monitor', 'monitor'],
  ['dossier', 'dossiers/d1/audience'],
  ['why', 'why?collaborator=c10&dossier=d1&action=open'],
];

/** The service as users start it, with the demo in a folder of its own. */
async function startDemo(folder: string): Promise<{ url: string; process: ChildProcess }> {
  const process = spawn('npm', ['start', '--silent'], {
    env: { ...globalThis.process.env, PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  return new Promise((found, failed) => {
    let output = '';
    process.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /listens on http:\/\/[^\s:]+:(\d+)/.exec(output)?.[1];
      if (port) found({ url: `http://localhost:${port}`, process });
    });
    process.once('exit', (code) => failed(new Error(`the service ended with ${code}: ${output}`)));
  });
}

async function signedIn(browser: Browser, url: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ locale: 'fr-BE', baseURL: url, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(`/console/${office}`);
  await page.getByText(admin).first().click();
  await page.locator('#content').waitFor();
  return page;
}

async function show(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('#content h1').waitFor();
  await page.waitForLoadState('networkidle');
}

const linksIn = (page: Page, place: string) =>
  page.locator(place).evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));

/** The shape of an address: which kind of thing it shows, whatever its id. */
function shapeOf(path: string): string {
  return path.split('?')[0]!.replace(/\/(client-groups|collaborator-groups|collaborators|dossiers)\/[^/~]+/, '/$1/one');
}

/** Every address of another shape that can be reached by links from the side navigation on. */
async function screensOf(page: Page): Promise<string[]> {
  const found = new Map<string, string>();
  const waiting = await linksIn(page, 'nav a');
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (!path.startsWith(`/console/${office}/`) || found.has(shapeOf(path))) continue;
    found.set(shapeOf(path), path);
    await show(page, path);
    waiting.push(...(await linksIn(page, '#content a')));
  }
  return [...found.values()];
}

async function takeAll(browser: Browser, url: string): Promise<void> {
  const folder = '.cardea/screenshots';
  rmSync(folder, { recursive: true, force: true });
  let screens: string[] | undefined;
  for (const [look, options] of looks) {
    const page = await signedIn(browser, url, options);
    screens ??= await screensOf(page);
    for (const path of screens) {
      await show(page, path);
      const name = shapeOf(path).replace(`/console/${office}/`, '').replaceAll('/', '.');
      await page.screenshot({ path: join(folder, `${name}.${look}.png`), fullPage: true });
    }
    await page.context().close();
  }
  console.log(`${(screens?.length ?? 0) * looks.length} screenshots of ${screens?.length} screens in ${folder}`);
}

async function takeOfReadme(browser: Browser, url: string): Promise<void> {
  const folder = 'docs/images';
  mkdirSync(folder, { recursive: true });
  const page = await signedIn(browser, url, { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 0.5 });
  for (const [name, path] of ofReadme) {
    await show(page, `/console/${office}/${path}`);
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cardea-screenshots-'));
const demo = await startDemo(folder);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  await (process.argv.includes('--readme') ? takeOfReadme : takeAll)(browser, demo.url);
} finally {
  await browser.close();
  const ended = new Promise((end) => demo.process.once('exit', end));
  process.kill(-demo.process.pid!, 'SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
