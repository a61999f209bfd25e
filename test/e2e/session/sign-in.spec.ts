import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '#test/support/app.js';
import { Browser } from '#test/support/browser.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { startSignInIssuer, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { signedIn, signIn } from '#test/support/signed-in.js';

let issuer: SignInIssuer;
let app: TestApp;
let office: OfficeClient;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  app = await startApp({ environment: issuer.environment });
  office = await OfficeClient.make(app);
  await office.collaborator('anne', { email: 'Anne.Dupont@office.example', profile: 'admin' });
  await office.collaborator('former', { email: 'former@office.example', status: 'inactive' });
});
afterAll(async () => {
  await app.close();
  await issuer.close();
});

const anne = { sub: 'anne-at-the-issuer', email: 'anne.dupont@office.example', email_verified: true };

describe('a sign-in', () => {
  test('leads to the issuer and back to the page that was asked for, with a session', async () => {
    issuer.next = anne;
    const browser = new Browser(app.url);
    const arrives = (url: string) => new URL(url).pathname.startsWith('/console');
    const page = await browser.go('/session/sign-in?returnTo=/console/horta/client-groups?q=x', arrives);
    expect(new URL(page.url).pathname + new URL(page.url).search).toBe('/console/horta/client-groups?q=x');
    const { session } = await signedIn(browser);
    expect(session.person).toEqual({ subject: anne.sub, email: anne.email });
    expect(session.offices).toEqual([
      {
        office: office.id,
        name: expect.any(String),
        language: 'fr',
        collaborator: expect.objectContaining({ id: 'anne', profile: 'admin', email: 'Anne.Dupont@office.example' }),
      },
    ]);
  });

  test('asks the issuer with PKCE, a state and a nonce that no two sign-ins share', async () => {
    const ask = async () => {
      const page = await new Browser(app.url).go('/session/sign-in', (url) => url.startsWith(issuer.issuer));
      return new URL(page.url).searchParams;
    };
    const [one, other] = [await ask(), await ask()];
    expect(Object.fromEntries(one)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    expect(one.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/session\/callback$/);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one.get(name)).not.toBe(other.get(name));
    }
  });

  test('gives a cookie that scripts and other sites cannot have, and leaves nothing else behind', async () => {
    const { browser } = await signIn(app, issuer, anne);
    expect(browser.setCookies).toContainEqual(
      expect.stringMatching(/^cardea=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    );
    const own = browser.setCookies.filter((text) => text.startsWith('cardea-sign-in-'));
    expect(own).toEqual([
      expect.stringMatching(
        /^cardea-sign-in-[\w-]{12}=[\w-]+\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
      ),
      expect.stringMatching(/^cardea-sign-in-[\w-]{12}=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=.* 1970 /),
    ]);
  });

  test('is a person like one with a token: the same rights, and the same name in the trail', async () => {
    const { api } = await signIn(app, issuer, anne);
    const revision = await office.revision();
    expect((await api.put(office.at('client-groups', 'made'), { name: 'Made' })).status).toBe(201);
    const { body } = await office.api.get<{ items: unknown[] }>(`${office.at('changes')}?after=${revision}`);
    expect(body.items).toEqual([expect.objectContaining({ actor: 'collaborator:anne', via: 'person' })]);
    expect((await api.post(office.at('can-access'), { collaborator: 'anne', dossier: 'none' })).status).toBe(200);
    expect(verdict(await api.get((await OfficeClient.make(app)).at()))).toEqual([404, 'office_not_found']);
    expect(verdict(await api.get('/metrics'))).toEqual([403, 'insufficient_scope']);
  });

  test('of someone whom no office has as an active collaborator ends on a page that says so, without a session', async () => {
    for (const claims of [
      { sub: 'nobody' },
      { sub: 'former' },
      { sub: 'x', email: 'former@office.example', email_verified: true },
      { sub: 'x', email: anne.email, email_verified: false },
      { sub: 'x', email: anne.email },
    ]) {
      issuer.next = claims;
      const browser = new Browser(app.url);
      const page = await browser.go('/session/sign-in');
      expect({ claims, status: page.status }).toEqual({ claims, status: 403 });
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.body).toContain('no office has you as an active collaborator');
      expect(browser.cookie('cardea')).toBeUndefined();
    }
  });
});
