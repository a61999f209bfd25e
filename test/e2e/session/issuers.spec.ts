import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp } from '#test/support/app.js';
import { Browser } from '#test/support/browser.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { OfficeClient } from '#test/support/office-client.js';
import { startSignInIssuer, type SignInIssuerOptions } from '#test/support/sign-in-issuer.js';
import { signedIn, signIn } from '#test/support/signed-in.js';
import { openSql, type Sql } from '#test/support/sql.js';

let database: TestDatabase;
let sql: Sql;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = await openSql(database);
  const { app } = await start();
  const office = await OfficeClient.make(app);
  await office.collaborator('anne', { email: 'anne@office.example' });
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await sql.close();
  await database.drop();
});

/** A service with an issuer of its own. */
async function start(options: SignInIssuerOptions = {}, environment: NodeJS.ProcessEnv = {}) {
  const issuer = await startSignInIssuer(options);
  const app = await startApp({ database, environment: { ...issuer.environment, ...environment } });
  closing.push(
    () => issuer.close(),
    () => app.close(),
  );
  return { issuer, app };
}

const anne = { sub: 'x', email: 'anne@office.example', email_verified: true };
const idTokens = () => sql.owner<{ id_token: string | null }>('select id_token from session');

describe('an issuer', () => {
  test.each<[string, SignInIssuerOptions]>([
    ['that tells the address in the ID token', { tellsInIdToken: true }],
    ['that tells the address when it is asked for it', { tellsInIdToken: false }],
    ['at which the service is a public client', { isPublic: true }],
  ])('%s signs people in', async (_what, options) => {
    const { issuer, app } = await start(options);
    const { session } = await signIn(app, issuer, anne);
    expect(session.offices.map((one) => one.collaborator.id)).toEqual(['anne']);
  });

  test('without a page to sign out is not led to, and nothing is kept for it', async () => {
    const { issuer, app } = await start({ keepsSessions: true });
    await sql.owner('delete from session');
    const { api } = await signIn(app, issuer, anne);
    expect(await idTokens()).toEqual([{ id_token: null }]);
    expect((await api.post('/session/sign-out')).body).toEqual({ signOutUrl: null });
  });

  test('that does not know the client’s secret begins no session', async () => {
    const { issuer, app } = await start({}, { OIDC_CLIENT_SECRET: 'another' });
    issuer.next = anne;
    const page = await new Browser(app.url).go('/session/sign-in');
    expect(page.status).toBe(400);
  });

  test('that is away is a 503 at each step, and works again once it is back', async () => {
    const { issuer, app } = await start();
    issuer.next = anne;
    issuer.broken = 503;
    const browser = new Browser(app.url);
    const page = await browser.go('/session/sign-in');
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    issuer.broken = undefined;
    const callback = await browser.go('/session/sign-in', (url) => new URL(url).pathname === '/session/callback');
    issuer.broken = 500;
    expect((await browser.request(callback.url)).status).toBe(503);
    issuer.broken = undefined;
    expect((await signIn(app, issuer, anne, browser)).session.offices).toHaveLength(1);
  });

  test('with an odd subject or address is answered, and never by an error of ours', async () => {
    const { issuer, app } = await start();
    for (const claims of [
      { sub: 'é' },
      { sub: 'x'.repeat(256) },
      { sub: 'a\u0000b' },
      { sub: ' ', email: 'anne@office.example' },
      { sub: 'x', email: 'a\u0000@office.example', email_verified: true },
      { sub: 'x', email: `${'x'.repeat(300)}@office.example`, email_verified: true },
      { sub: 'x', email: 42 as unknown as string, email_verified: true },
    ]) {
      issuer.next = claims;
      const page = await new Browser(app.url).go('/session/sign-in');
      expect({ claims, isRefused: [400, 403].includes(page.status) }).toEqual({ claims, isRefused: true });
    }
  });
});

// How this was seen to fail: with cookies that are not secure, and with the port of the process in the address.
describe('behind a proxy that ends TLS', () => {
  const publicUrl = 'https://cardea.example/base';

  test('cookies are for this host and TLS alone, and every address is the one of PUBLIC_URL', async () => {
    const { issuer, app } = await start({ publicUrl }, { PUBLIC_URL: publicUrl });
    issuer.next = anne;
    const browser = new Browser(app.url, publicUrl);
    const page = await browser.go(`${publicUrl}/session/sign-in`, (url) => url.endsWith('/console'));
    expect(page.url).toBe(`${publicUrl}/console`);
    expect(browser.setCookies.filter((text) => /cardea/.test(text))).toEqual([
      expect.stringMatching(
        /^__Host-cardea-sign-in-[\w-]{12}=.*; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
      ),
      expect.stringMatching(/^__Host-cardea-sign-in-[\w-]{12}=; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=0/),
      expect.stringMatching(/^__Host-cardea=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/),
    ]);
    const token = browser.cookie('__Host-cardea', 'cardea.example') ?? '';
    const headers = (cookie: string) => ({ headers: { cookie } });
    expect((await browser.request(`${app.url}/v1/session`, headers(`__Host-cardea=${token}`))).status).toBe(200);
    expect((await browser.request(`${app.url}/v1/session`, headers(`cardea=${token}`))).status).toBe(401);
  });
});

// How this was seen to fail: with the browser led on each time that the address is another one.
describe('an address of the service other than the one it calls its own', () => {
  test('leads there before the sign-in begins, and once only', async () => {
    const { issuer, app } = await start();
    issuer.next = anne;
    const browser = new Browser(app.url);
    const first = await browser.request('/session/sign-in?returnTo=/console/x');
    expect(first.headers.get('location')).toMatch(
      /^http:\/\/localhost:\d+\/session\/sign-in\?returnTo=%2Fconsole%2Fx&moved=$/,
    );
    const there = new URL(first.headers.get('location') ?? '');
    // A proxy that hides the address that the browser knows: no circle.
    const second = await browser.request(`${app.url}${there.pathname}${there.search}`);
    expect(second.headers.get('location')?.startsWith(issuer.issuer)).toBe(true);
    await browser.go('/session/sign-in', (url) => url.endsWith('/console'));
    await signedIn(browser);
  });
});
