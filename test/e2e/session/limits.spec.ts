import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '#test/support/app.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openStream } from '#test/support/event-stream.js';
import { eventually } from '#test/support/eventually.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { startSignInIssuer, type SignInIssuer } from '#test/support/sign-in-issuer.js';
import { signIn, type SessionBody, type SignedIn } from '#test/support/signed-in.js';
import { openSql, type Sql } from '#test/support/sql.js';

const idleMinutes = 20;
const maxHours = 3;

let issuer: SignInIssuer;
let database: TestDatabase;
let app: TestApp;
let office: OfficeClient;
let sql: Sql;

beforeAll(async () => {
  issuer = await startSignInIssuer();
  database = await createTestDatabase();
  const environment = { SESSION_IDLE_MINUTES: `${idleMinutes}`, SESSION_MAX_HOURS: `${maxHours}` };
  app = await startApp({ database, environment: { ...issuer.environment, ...environment } });
  sql = await openSql(database);
  office = await OfficeClient.make(app);
  await office.collaborator('anne', { profile: 'admin' });
});
afterAll(async () => {
  await sql.close();
  await app.close();
  await database.drop();
  await issuer.close();
});

const anne = () => signIn(app, issuer, { sub: 'anne' });

/** Makes the session older by so much, as if the time had passed since its last request. */
async function letPass(session: SignedIn, interval: string): Promise<void> {
  await sql.owner(
    `update session set created_at = created_at - $2::interval, last_seen_at = last_seen_at - $2::interval,
       ends_at = ends_at - $2::interval where csrf_token = $1`,
    [session.session.csrfToken, interval],
  );
}

const ask = async ({ api }: SignedIn) => verdict(await api.get(office.at()));
const ended = [401, 'unauthenticated'] as const;
const secondsUntil = (instant: string) => Math.round((Date.parse(instant) - Date.now()) / 1_000);

// How these were seen to fail: without either limit, with a renewal written at each look, with one that never comes, with
// streams that renew, and without the removal.
describe('the idle limit', () => {
  test('ends a session that long after its last request, and no sooner', async () => {
    const session = await anne();
    await letPass(session, '19 minutes 50 seconds');
    expect(await ask(session)).toEqual([200, undefined]);
    await letPass(session, '19 minutes 50 seconds');
    expect(await ask(session)).toEqual([200, undefined]);
    await letPass(session, '20 minutes');
    expect(await ask(session)).toEqual(ended);
    expect(await ask(session)).toEqual(ended);
    expect(verdict(await session.api.post('/session/sign-out'))).toEqual(ended);
  });

  test('is renewed by each request, and written only when a thirtieth of it has passed', async () => {
    const session = await anne();
    const seen = async () => {
      const { body } = await session.api.get<SessionBody>('/v1/session');
      const [row] = await sql.owner<{ version: string }>(
        'select xmin::text as version from session where csrf_token = $1',
        [session.session.csrfToken],
      );
      return { idleSeconds: secondsUntil(body.idleUntil), version: row?.version };
    };
    const first = await seen();
    expect(first.idleSeconds).toBeGreaterThan(idleMinutes * 60 - 30);
    expect((await seen()).version).toBe(first.version);
    await letPass(session, '5 minutes');
    expect((await seen()).idleSeconds).toBeGreaterThan(idleMinutes * 60 - 30);
  });

  test('is not renewed by a stream that goes on by itself, and ends it', async () => {
    const session = await anne();
    const cookie = `cardea=${session.browser.cookie('cardea')}`;
    const stream = await openStream(`${app.url}${office.at('changes')}`, undefined, { cookie });
    expect((await stream.next()).event).toBe('change');
    await letPass(session, '19 minutes');
    const [before] = await sql.owner('select last_seen_at from session where csrf_token = $1', [
      session.session.csrfToken,
    ]);
    // Each event is sent after the stream has asked whether its caller is still admitted.
    await office.collaborator('more');
    await eventually('the event', async () => (await stream.next()).data?.includes('collaborator:more') === true);
    const [after] = await sql.owner('select last_seen_at from session where csrf_token = $1', [
      session.session.csrfToken,
    ]);
    expect(after).toEqual(before);
    await letPass(session, '1 minute');
    await stream.ended();
  });
});

describe('the absolute limit', () => {
  test('ends a session however much is asked', async () => {
    const session = await anne();
    expect(secondsUntil(session.session.expiresAt)).toBeLessThanOrEqual(maxHours * 3_600);
    for (let minutes = 0; minutes < maxHours * 60 - 15; minutes += 15) {
      await letPass(session, '15 minutes');
      expect(await ask(session)).toEqual([200, undefined]);
    }
    const { body } = await session.api.get<SessionBody>('/v1/session');
    expect(body.idleUntil).toBe(body.expiresAt);
    await letPass(session, '15 minutes');
    expect(await ask(session)).toEqual(ended);
  });

  test('removes what is past it at the next sign-in', async () => {
    const session = await anne();
    await letPass(session, `${maxHours} hours`);
    await anne();
    expect(await sql.owner('select 1 from session where csrf_token = $1', [session.session.csrfToken])).toEqual([]);
    expect(await sql.owner('select 1 from session where ends_at <= now()')).toEqual([]);
  });
});
