import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDemoIssuer, type DemoIssuer } from '#src/session/demo-issuer/demo-issuer.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { pick, visitDemo } from '#test/support/demo-visitor.js';
import { OfficeClient } from '#test/support/office-client.js';
import { rawRequest, sendRaw } from '#test/support/raw-http.js';

let database: TestDatabase;
let demo: DemoIssuer;
let app: TestApp;
let office: OfficeClient;

beforeAll(async () => {
  database = await createTestDatabase();
  demo = await startDemoIssuer({ databaseUrl: database.url, publicUrl: undefined });
  const { oidcIssuer, oidcAudience, oidcClientId } = demo.settings;
  const environment = { OIDC_ISSUER: oidcIssuer, OIDC_AUDIENCE: oidcAudience, OIDC_CLIENT_ID: oidcClientId };
  app = await startApp({ database, environment });
  office = await OfficeClient.make(app, { name: 'Fiduciaire <b>Horta</b>' });
  const add = (id: string, firstName: string, fields: object) =>
    office.collaborator(id, {
      firstName,
      lastName: 'D’Hondt',
      email: `${id.replace('/', '')}@horta.example`,
      ...fields,
    });
  await add('c/1', 'Zoé', { profile: 'support' });
  await add('c2', 'Anne', { profile: 'collaborator' });
  await add('c3', 'Yves', { profile: 'admin' });
  await add('c4', 'Marc', { profile: 'collaborator', status: 'inactive' });
  await add('c5', '<script>alert(1)</script>', { profile: 'collaborator' });
});
afterAll(async () => {
  await app.close();
  await demo.close();
  await database.drop();
});

describe('the page that asks a visitor of the demo who they are', () => {
  test('lists the active people of each office, those who may do most first, with what they may be', async () => {
    const { page, people } = await visitDemo(app);
    expect(page.status).toBe(200);
    const texts = people.map(({ text }) => text).filter((text) => text.includes('@horta.example'));
    expect(texts).toEqual([
      'Yves D’Hondt c3@horta.example Administrator',
      expect.stringContaining('c5@horta.example Collaborator'),
      'Anne D’Hondt c2@horta.example Collaborator',
      'Zoé D’Hondt c1@horta.example Support',
    ]);
  });

  test.each([
    ['fr', 'Qui êtes-vous', 'Administrateur'],
    ['nl-BE', 'Wie bent u', 'Beheerder'],
    ['de', 'Wer sind Sie', 'Mitarbeiter'],
  ])('speaks the language of the browser: %s', async (language, title, profile) => {
    const { browser, page } = await visitDemo(app);
    const { body } = await browser.request(page.url, { headers: { 'accept-language': language } });
    expect(body).toContain(title);
    expect(body).toContain(profile);
  });

  test('has no script, and what people are called is text', async () => {
    const { page } = await visitDemo(app);
    expect(page.body).not.toMatch(/<script|<b>|style="| on\w+=/);
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  test('signs in whoever is picked, and asks again at the next sign-in of the same browser', async () => {
    const yves = await pick(await visitDemo(app), 'Yves');
    expect(yves.session.offices).toEqual([expect.objectContaining({ office: office.id })]);
    expect(yves.session.offices[0]?.collaborator).toMatchObject({ id: 'c3', profile: 'admin' });
    const zoe = await pick(await visitDemo(app, yves.browser), 'Zoé');
    expect(zoe.session.offices[0]?.collaborator).toMatchObject({ id: 'c/1', profile: 'support' });
  });

  test('lists someone new at once', async () => {
    await office.collaborator('c6', { firstName: 'Nouvelle', email: 'c6@horta.example' });
    const { session } = await pick(await visitDemo(app), 'Nouvelle');
    expect(session.offices[0]?.collaborator.id).toBe('c6');
  });
});

// How these were seen to fail: without the look at the host, and with ids of collaborators as subjects.
describe('attack: the issuer of the demo', () => {
  test('answers under its own address alone', async () => {
    const { host } = new URL(demo.settings.oidcIssuer);
    const ask = (name: string) =>
      sendRaw(demo.settings.oidcIssuer, rawRequest('GET /.well-known/openid-configuration', [`host: ${name}`]));
    expect((await ask(host)).status).toBe(200);
    for (const name of ['evil.example', 'localhost', host.replace('127.0.0.1', 'localhost')]) {
      expect((await ask(name)).status).toBe(421);
    }
  });

  test('picks nobody for someone whom the service did not send', async () => {
    for (const path of ['/pick/x', `/pick/x/${office.id}/c3`, '/pick', '/pick/%ff']) {
      expect((await fetch(demo.settings.oidcIssuer + path)).status).toBe(400);
    }
  });

  test('signs nobody in as a namesake in another office', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('c3', { email: 'another@schelde.example', profile: 'admin' });
    const { session } = await pick(await visitDemo(app), 'Yves');
    expect(session.offices.map((one) => one.office)).toEqual([office.id]);
  });

  test('signs in neither someone inactive nor someone who is not there', async () => {
    for (const id of ['c4', 'nobody']) {
      const { browser, page, people } = await visitDemo(app);
      const path = people.find(({ text }) => text.includes('Yves'))?.href.replace('/c3', `/${id}`) ?? '';
      const end = await browser.go(new URL(path, page.url).href);
      expect(end.status).toBeGreaterThanOrEqual(400);
      expect(browser.cookie('cardea')).toBeUndefined();
    }
  });
});
