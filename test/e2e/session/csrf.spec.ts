import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { makeKey } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { describedRoutes, fillPath, type Route } from '#test/support/routes.js';
import { answerOf } from '#test/support/id-questions.js';
import { startSignInIssuer, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { signIn, type SignedIn } from '#test/support/signed-in.js';

let issuer: SignInIssuer;
let app: TestApp;
let office: OfficeClient;
let anne: SignedIn;
let bob: SignedIn;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  app = await startApp({ environment: issuer.environment });
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'bob']) await office.collaborator(id, { profile: 'admin' });
  anne = await signIn(app, issuer, { sub: 'anne' });
  bob = await signIn(app, issuer, { sub: 'bob' });
});
afterAll(async () => {
  await app.close();
  await issuer.close();
});

const check = () => ({ collaborator: 'anne', dossier: 'd1' });
const refused = [403, 'csrf_token_missing'] as const;

/** By the cookie, with whatever is said to be the token. */
const withToken = (token: string) => anne.browser.api({ 'x-csrf-token': token });

// How these were seen to fail: without the comparison, with tokens of the same length, without the look at the site, and
// with the cookie looked at beside a header.
describe('a request that changes something, by the cookie of a session', () => {
  test('attack: is refused on every route of the API without the CSRF token of the session, before anything else', async () => {
    const routes = (await describedRoutes(office.api)).filter(({ method }) => method !== 'get');
    expect(routes.length).toBeGreaterThan(40);
    const url = (route: Route) => fillPath(route.path, (name) => (name === 'office' ? office.id : 'x'));
    for (const route of routes) {
      const answer = await answerOf(anne.browser.api(), route, url(route), {});
      const isOwnForm = route.path.startsWith('/offices/');
      expect({ route, status: answer.status, body: answer.body }).toMatchObject({
        status: 403,
        body: expect.stringContaining(isOwnForm ? 'X-CSRF-Token' : 'csrf_token_missing'),
      });
    }
  });

  test('attack: is refused with a token of another session, a changed one, a longer one and an empty one', async () => {
    const own = anne.session.csrfToken;
    const swapped = own === own.toLowerCase() ? own.toUpperCase() : own.toLowerCase();
    const wrong = [bob.session.csrfToken, '', ' ', own.slice(0, -1), `${own}x`, swapped, `${own}, ${own}`, 'undefined'];
    for (const token of wrong) {
      expect(verdict(await withToken(token).post(office.at('can-access'), check()))).toEqual(refused);
      expect(verdict(await withToken(token).put(office.at('client-groups', 'x'), { name: 'X' }))).toEqual(refused);
    }
    expect((await office.api.get(office.at('client-groups', 'x'))).status).toBe(404);
  });

  test('attack: is refused where the token comes in the query, the body or a cookie', async () => {
    const { csrfToken } = anne.session;
    const path = `${office.at('client-groups', 'x')}?dryRun=true`;
    const api = anne.browser.api();
    const cookie = `cardea=${anne.browser.cookie('cardea')}; X-CSRF-Token=${csrfToken}; csrf=${csrfToken}`;
    for (const answer of [
      await api.put(`${path}&csrfToken=${csrfToken}`, { name: 'X' }),
      await api.put(path, { name: 'X', csrfToken }),
      await api.put(path, { name: 'X' }, { cookie }),
    ]) {
      expect(verdict(answer)).toEqual(refused);
    }
  });

  test('is served with it, checks included', async () => {
    expect(verdict(await anne.api.post(office.at('can-access'), check()))).toEqual([200, undefined]);
    expect(verdict(await anne.api.post(office.at('can-access', 'batch'), { checks: [check()] }))).toEqual([
      200,
      undefined,
    ]);
    expect(verdict(await anne.api.put(office.at('client-groups', 'y'), { name: 'Y' }))).toEqual([201, undefined]);
  });

  test('needs none to read', async () => {
    expect((await anne.browser.api().get(office.at())).status).toBe(200);
    const headers = { cookie: `cardea=${anne.browser.cookie('cardea')}` };
    expect((await fetch(app.url + office.at(), { method: 'HEAD', headers })).status).toBe(200);
  });
});

describe('a request from another site', () => {
  test.each(['cross-site', 'same-site', 'Same-Origin', '', 'x'])(
    'attack: is refused by the cookie, even to read, and with the token: Sec-Fetch-Site %j',
    async (site) => {
      for (const answer of [
        await anne.api.get(office.at(), { 'sec-fetch-site': site }),
        await anne.api.post(office.at('can-access'), check(), { 'sec-fetch-site': site }),
        await anne.api.get('/v1/session', { 'sec-fetch-site': site }),
        await anne.api.post('/session/sign-out', undefined, { 'sec-fetch-site': site }),
      ]) {
        expect(verdict(answer)).toEqual([403, 'cross_site_request']);
      }
      expect((await anne.api.get('/v1/session')).status).toBe(200);
    },
  );

  test.each(['same-origin', 'none'])('is none where the browser says %s', async (site) => {
    expect((await anne.api.get(office.at(), { 'sec-fetch-site': site })).status).toBe(200);
  });
});

describe('a cookie beside an Authorization header', () => {
  test('counts for nothing: a key needs no token, and can do what it can', async () => {
    const { key } = await makeKey(office, ['check']);
    const cookie = `cardea=${anne.browser.cookie('cardea')}`;
    const api = new Api(app.url, key, { cookie });
    // The first makes the key known, so that the second is answered ahead of the framework.
    for (let asked = 0; asked < 2; asked++) {
      expect((await api.post(office.at('can-access'), check(), { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
    }
    expect(verdict(await api.get(office.at()))).toEqual([403, 'insufficient_scope']);
    expect(verdict(await api.get('/v1/session'))).toEqual([403, 'insufficient_scope']);
  });

  test.each(['Bearer x', 'Basic YTpi', 'x', ''])(
    'attack: does not stand in for one that is not good: %j',
    async (authorization) => {
      for (const answer of [
        await anne.api.get(office.at(), { authorization }),
        await anne.api.post(office.at('can-access'), check(), { authorization }),
      ]) {
        expect(verdict(answer)).toEqual([401, 'unauthenticated']);
      }
    },
  );
});
