import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionSchema } from '#src/session/session.schema.js';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { Browser } from '#test/support/browser.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { startSignInIssuer, type Claims, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { signIn, type SessionBody } from '#test/support/signed-in.js';
import { theService } from '#test/support/service.js';

let issuer: SignInIssuer;
let app: TestApp;
let offices: OfficeClient[];

const email = 'kim@office.example';

beforeAll(async () => {
  issuer = await startSignInIssuer();
  app = await startApp({ environment: issuer.environment });
  offices = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => OfficeClient.make(app, { name: `Office ${n}` })));
  const [byEmail, byId, both, idGone, emailGone] = offices as [
    OfficeClient,
    OfficeClient,
    OfficeClient,
    OfficeClient,
    OfficeClient,
  ];
  await byEmail.collaborator('c1', { email: email.toUpperCase(), profile: 'support', language: 'nl' });
  await byId.collaborator('kim', { email: 'other@office.example' });
  await both.collaborator('c1', { email, profile: 'admin' });
  await both.collaborator('kim', { email: 'other@office.example' });
  await idGone.collaborator('kim', { email: 'other@office.example', status: 'inactive' });
  await idGone.collaborator('c1', { email });
  await emailGone.collaborator('c1', { email, status: 'inactive' });
});
afterAll(async () => {
  await app.close();
  await issuer.close();
});

/** Which of the offices a session says, and which it can read, each with who the person is there. */
async function placesOf(claims: Claims) {
  const { session, api } = await signIn(app, issuer, claims);
  const readable: string[] = [];
  for (const office of offices) {
    const read = await api.get(office.at());
    if (read.status !== 200) continue;
    const { body } = await api.get<{ items: { id: string }[] }>(office.at('collaborators'));
    const own = session.offices.find((one) => one.office === office.id)?.collaborator;
    // Admins see everyone: there the session's own word is all there is.
    readable.push(`${office.id}/${body.items.length === 1 ? body.items[0]?.id : own?.id}`);
  }
  return { told: session.offices.map((one) => `${one.office}/${one.collaborator.id}`), readable };
}

// How these were seen to fail: with the office of an inactive collaborator, with the address before the id, and with an
// address that the issuer does not vouch for.
describe('GET /v1/session', () => {
  test('answers 200 with the person, the token, the ends and the offices', async () => {
    const { api } = await signIn(app, issuer, { sub: 'x', email, email_verified: true });
    const { status, body, headers } = await api.get<SessionBody>('/v1/session');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(sessionSchema.strict().parse(body)).toEqual(body);
    expect(body).toMatchObject({ person: { subject: 'x', email }, csrfToken: expect.stringMatching(/^[\w-]{43}$/) });
    expect(body.offices).toContainEqual({
      office: offices[0]?.id,
      name: 'Office 1',
      language: 'fr',
      collaborator: expect.objectContaining({
        id: 'c1',
        email: email.toUpperCase(),
        profile: 'support',
        language: 'nl',
      }),
    });
  });

  test.each<[string, Claims, string[]]>([
    ['subject and verified address', { sub: 'kim', email, email_verified: true }, ['0/c1', '1/kim', '2/kim']],
    ['subject', { sub: 'kim' }, ['1/kim', '2/kim']],
    ['verified address', { sub: 'x', email, email_verified: true }, ['0/c1', '2/c1', '3/c1']],
    ['verified address, as a text', { sub: 'x', email, email_verified: 'true' }, ['0/c1', '2/c1', '3/c1']],
    ['subject, as the address is not verified', { sub: 'kim', email, email_verified: false }, ['1/kim', '2/kim']],
  ])('names the offices that the person can ask in, found as with a token: by %s', async (_what, claims, expected) => {
    const { told, readable } = await placesOf(claims);
    expect(told).toEqual(expected.map((place) => place.replace(/^\d/, (n) => offices[Number(n)]?.id ?? '')));
    expect(readable).toEqual(told);
  });

  test('follows what admins change: an address, a profile, a new office', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('lou', { email: 'lou@office.example' });
    const { api } = await signIn(app, issuer, { sub: 'x', email: 'lou@office.example', email_verified: true });
    const profiles = async () =>
      (await api.get<SessionBody>('/v1/session')).body.offices.map((one) => one.collaborator.profile);
    expect(await profiles()).toEqual(['collaborator']);
    await office.api.patch(office.at('collaborators', 'lou'), { profile: 'admin' }, { 'if-match': '*' });
    expect(await profiles()).toEqual(['admin']);
    await office.api.patch(office.at('collaborators', 'lou'), { email: 'lou.new@office.example' }, { 'if-match': '*' });
    expect(await profiles()).toEqual([]);
    expect(verdict(await api.get(office.at()))).toEqual([404, 'office_not_found']);
  });

  test('answers 401 without a cookie, and for whoever comes with a key: they have no session', async () => {
    for (const api of [new Browser(app.url).api(), new Api(app.url, app.key)]) {
      expect(verdict(await api.get('/v1/session'))).toEqual([401, 'unauthenticated']);
    }
  });

  test('answers 401, and /session/sign-in 404, where nobody can sign in', async () => {
    const { url } = theService();
    const { browser } = await signIn(app, issuer, { sub: 'kim' });
    const cookie = `cardea=${browser.cookie('cardea')}`;
    expect(verdict(await new Api(url).get('/v1/session', { cookie }))).toEqual([401, 'unauthenticated']);
    expect(verdict(await new Api(url).get('/session/sign-in'))).toEqual([404, 'sign_in_not_configured']);
    const page = await new Browser(url).request('/session/sign-in', { headers: { 'accept-language': 'fr' } });
    expect([page.status, page.headers.get('content-language')]).toEqual([404, 'fr']);
    expect(page.body).toContain('Personne ne peut se connecter ici');
  });
});
