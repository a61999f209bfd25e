import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startApp, type TestApp } from './app.js';
import { OfficeClient } from './office-client.js';
import { ensureProgram } from './programs.js';
import { startSignInIssuer, type SignInIssuer } from './sign-in-issuer.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The rules of WCAG 2.2 AA, and what axe counts as good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Who looks at the console, and with what. */
export interface Looking extends BrowserContextOptions {
  office: OfficeClient;
  /** The id of a collaborator of the office. */
  as: string;
  /** The language of the browser; French where nothing is said, for the tasks are told in French. */
  language?: string;
}

/** The service with the console, an issuer to sign in at, and Debian's Chromium. */
export class TestConsole {
  /** Errors of scripts and refusals of the content security policy, on any page: nothing is what one wants. */
  readonly troubles: string[] = [];

  private constructor(
    readonly app: TestApp,
    private readonly issuer: SignInIssuer,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<TestConsole> {
    ensureProgram('chromium', '--version', 'chromium');
    const issuer = await startSignInIssuer();
    const app = await startApp({ environment: issuer.environment });
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    return new TestConsole(app, issuer, browser);
  }

  office(overrides: Parameters<typeof OfficeClient.make>[1] = {}): Promise<OfficeClient> {
    return OfficeClient.make(this.app, overrides);
  }

  /** Opens a page of an office, signed in as one of its people: `open({ office, as: 'boss' }, 'collaborators')`. */
  async open({ office, as, language = 'fr', ...options }: Looking, ...parts: string[]): Promise<Page> {
    this.issuer.next = { sub: as };
    const { port } = new URL(this.app.url);
    const locale = `${language}-BE`;
    const baseURL = `http://localhost:${port}`;
    const context = await this.browser.newContext({ locale, baseURL, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.troubles.push(error.message));
    page.on('console', (message) => {
      // An answer that says no is told in the log of a browser as well; the page deals with it.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.troubles.push(message.text());
    });
    // The person's own language at the office would come before that of the browser.
    await page.addInitScript(`localStorage.setItem('cardea.language', '${language}')`);
    await page.goto(`/console/${[office.id, ...parts].join('/')}`);
    // Before there is a session, a page that is about to go and sign in has a main part too, and not this one.
    await page.locator('#content').waitFor();
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.app.close();
    await this.issuer.close();
  }
}

/** What axe finds on a page, as sentences; nothing is what one wants. A rule that is left out has its reason. */
export async function axeFindings(page: Page, leftOut: readonly string[] = []): Promise<string[]> {
  await page.evaluate(axe);
  const options = { runOnly: tags, rules: Object.fromEntries(leftOut.map((rule) => [rule, { enabled: false }])) };
  const { violations } = await page.evaluate<{
    violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[];
  }>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} ${target.join(' ')} ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than its window: 0 where one need not scroll sideways. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
