import { Browser, type Page } from './browser.js';
import { signedIn, type SignedIn } from './signed-in.js';
import type { TestService } from './service.js';

/** Someone on the page that asks a visitor of the demo who they are. */
export interface DemoVisit {
  browser: Browser;
  page: Page;
  /** The links on it, with what they read: name, address, profile. */
  people: { text: string; href: string }[];
}

/** Goes to the page of the demo. */
export async function visitDemo(app: Pick<TestService, 'url'>, browser = new Browser(app.url)): Promise<DemoVisit> {
  const page = await browser.go('/session/sign-in');
  const links = [...page.body.matchAll(/<a href="([^"]*)"[^<]*>([\s\S]*?)<\/a/g)];
  const people = links.map(([, href = '', inner = '']) => ({ href, text: textOf(inner) }));
  return { browser, page, people };
}

/** Picks the first person whose link reads so. @throws where there is none, or no session comes of it */
export async function pick({ browser, page, people }: DemoVisit, text: string): Promise<SignedIn> {
  const person = people.find((one) => one.text.includes(text));
  if (!person) throw new Error(`nobody reads ${text}: ${page.status}`);
  await browser.go(new URL(person.href, page.url).href, (url) => new URL(url).pathname === '/console');
  return signedIn(browser);
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
