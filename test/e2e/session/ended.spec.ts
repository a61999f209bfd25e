import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openStream } from '#test/support/event-stream.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { startSignInIssuer, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { signIn, type SignedIn } from '#test/support/signed-in.js';
import { openSql, type Sql } from '#test/support/sql.js';

let issuer: SignInIssuer;
let database: TestDatabase;
let apps: TestApp[];
let office: OfficeClient;
let sql: Sql;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  database = await createTestDatabase();
  const environment = issuer.environment;
  apps = [await startApp({ database, environment }), await startApp({ database, environment })];
  sql = await openSql(database);
  office = await OfficeClient.make(apps[0] as TestApp);
});
afterAll(async () => {
  await sql.close();
  for (const app of apps) await app.close();
  await database.drop();
  await issuer.close();
});

let people = 0;

/** Someone new, who is signed in; the API of each instance by their session. */
async function someone(where = office) {
  const id = `p${++people}`;
  await where.collaborator(id, { email: `${id}@office.example` });
  const session = await signIn(apps[0] as TestApp, issuer, {
    sub: `x-${id}`,
    email: `${id}@office.example`,
    email_verified: true,
  });
  return { id, session, clients: clientsOf(session) };
}

function clientsOf({ browser, session }: SignedIn): Api[] {
  const headers = { cookie: `cardea=${browser.cookie('cardea')}`, 'x-csrf-token': session.csrfToken };
  return apps.map(({ url }) => new Api(url).with(headers));
}

/** What each instance says to each kind of request. */
async function answers(clients: readonly Api[], id: string) {
  const all: unknown[] = [];
  for (const api of clients) {
    all.push(verdict(await api.get('/v1/session')), verdict(await api.get(office.at())));
    all.push(verdict(await api.post(office.at('can-access'), { collaborator: id, dossier: 'd1' })));
  }
  return all;
}

const ended = [401, 'unauthenticated'];
const good = [200, undefined];

const deactivations: Record<string, (id: string) => Promise<{ status: number }>> = {
  'the deactivation': (id) => office.api.post(office.at('collaborators', id, 'deactivate'), {}, { 'if-match': '*' }),
  'a change of the status': (id) =>
    office.api.patch(office.at('collaborators', id), { status: 'inactive' }, { 'if-match': '*' }),
  'an import': (id) => {
    const line = {
      kind: 'collaborator',
      id,
      email: `${id}@office.example`,
      firstName: 'A',
      lastName: 'B',
      profile: 'collaborator',
      status: 'inactive',
    };
    return office.api.post(office.at('import'), JSON.stringify(line), { 'content-type': 'application/x-ndjson' });
  },
};

// How these were seen to fail: without the trigger, with one that looks at addresses alone, and with sessions kept in memory.
describe('deactivating a collaborator', () => {
  test.each(Object.keys(deactivations))(
    'by %s ends their sessions on every instance, from its acknowledgement on',
    async (way) => {
      const { id, clients } = await someone();
      const bystander = await someone();
      expect(await answers(clients, id)).toEqual(Array(6).fill(good));
      expect((await deactivations[way]?.(id))?.status).toBe(200);
      expect(await answers([...clients].reverse(), id)).toEqual(Array(6).fill(ended));
      expect(await answers(bystander.clients, bystander.id)).toEqual(Array(6).fill(good));
    },
  );

  test('ends them all, however the person was found and wherever else they may be', async () => {
    const other = await OfficeClient.make(apps[0] as TestApp);
    const { id, clients } = await someone();
    await other.collaborator(id, { email: `${id}@office.example` });
    const bySubject = clientsOf(await signIn(apps[1] as TestApp, issuer, { sub: id }));
    expect(await answers(bySubject, id)).toEqual(Array(6).fill(good));
    await deactivations['the deactivation']?.(id);
    expect(await answers([...clients, ...bySubject], id)).toEqual(Array(12).fill(ended));
    const again = await signIn(apps[0] as TestApp, issuer, { sub: id });
    expect(again.session.offices.map((one) => one.office)).toEqual([other.id]);
  });

  test('ends a stream that they follow', async () => {
    const { id, session } = await someone();
    await office.api.patch(office.at('collaborators', id), { profile: 'admin' }, { 'if-match': '*' });
    const cookie = `cardea=${session.browser.cookie('cardea')}`;
    const stream = await openStream(`${apps[1]?.url}${office.at('changes')}`, undefined, { cookie });
    expect(stream.response.status).toBe(200);
    await deactivations['the deactivation']?.(id);
    await stream.ended();
  });

  test('ends none where it is a preview, or is refused', async () => {
    const { id, clients } = await someone();
    const path = office.at('collaborators', id, 'deactivate');
    expect((await office.api.post(`${path}?dryRun=true`, {}, { 'if-match': '*' })).status).toBe(200);
    expect((await office.api.post(path, { handOverTo: 'nobody' }, { 'if-match': '*' })).status).toBeGreaterThan(399);
    expect(await answers(clients, id)).toEqual(Array(6).fill(good));
  });

  test('and activating again brings none back', async () => {
    const { id, clients } = await someone();
    await deactivations['the deactivation']?.(id);
    await office.api.patch(office.at('collaborators', id), { status: 'active' }, { 'if-match': '*' });
    expect(await answers(clients, id)).toEqual(Array(6).fill(ended));
  });
});

// How these were seen to fail: with a sign-out that only removes the cookie, and with one that looks at a cookie beside a key.
describe('POST /session/sign-out', () => {
  test('answers 200, ends the session on every instance, and removes the cookie', async () => {
    const { id, session, clients } = await someone();
    const others = await signIn(apps[0] as TestApp, issuer, { sub: id });
    const { status, body, headers } = await session.api.post<{ signOutUrl: string }>('/session/sign-out');
    expect(status).toBe(200);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^cardea=; Path=\/; HttpOnly; SameSite=Strict; Max-Age=0/),
    ]);
    expect(await answers(clients, id)).toEqual(Array(6).fill(ended));
    expect(await answers(clientsOf(others), id)).toEqual(Array(6).fill(good));
    const url = new URL(body.signOutUrl);
    expect(url.href.startsWith(issuer.issuer)).toBe(true);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'console',
      post_logout_redirect_uri: expect.stringMatching(/^http:\/\/localhost:\d+\/console$/),
      id_token_hint: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    expect((await fetch(url)).status).toBe(200);
  });

  test('answers 401 without a session, and for a key', async () => {
    const { session } = await someone();
    await session.api.post('/session/sign-out');
    for (const api of [session.api, new Api(apps[0]?.url ?? '')]) {
      expect(verdict(await api.post('/session/sign-out'))).toEqual(ended);
    }
    expect(verdict(await new Api(apps[0]?.url ?? '', apps[0]?.key).post('/session/sign-out'))).toEqual(ended);
  });

  test('ends no session for a key, whatever cookie comes along', async () => {
    const { id, session, clients } = await someone();
    const [app] = apps as [TestApp];
    const cookie = `cardea=${session.browser.cookie('cardea')}`;
    for (const token of ['', session.session.csrfToken]) {
      const api = new Api(app.url, app.key, { cookie, 'x-csrf-token': token });
      expect(verdict(await api.post('/session/sign-out'))).toEqual(ended);
      expect(verdict(await api.get('/v1/session'))).toEqual(ended);
    }
    expect(await answers(clients, id)).toEqual(Array(6).fill(good));
  });

  test('answers where the issuer is away too, and then with no address of it', async () => {
    const fresh = await startApp({ database, environment: issuer.environment });
    const { id, session, clients } = await someone();
    issuer.broken = 503;
    try {
      const headers = {
        cookie: `cardea=${session.browser.cookie('cardea')}`,
        'x-csrf-token': session.session.csrfToken,
      };
      const { status, body } = await new Api(fresh.url).post('/session/sign-out', undefined, headers);
      expect([status, body]).toEqual([200, { signOutUrl: null }]);
      expect(await answers(clients, id)).toEqual(Array(6).fill(ended));
    } finally {
      issuer.broken = undefined;
      await fresh.close();
    }
  });
});

// How this was seen to fail: without the end of the session that was there.
describe('signing in again at the same browser', () => {
  test('gives a new token, and ends the session that was there', async () => {
    const { id, session, clients } = await someone();
    const before = session.browser.cookie('cardea');
    const again = await signIn(apps[0] as TestApp, issuer, { sub: id }, session.browser);
    expect(again.browser.cookie('cardea')).not.toBe(before);
    expect(again.session.csrfToken).not.toBe(session.session.csrfToken);
    expect(await answers(clients, id)).toEqual(Array(6).fill(ended));
    expect(await answers(clientsOf(again), id)).toEqual(Array(6).fill(good));
  });
});
