import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { answerOf, idQuestions, nameOf } from '#test/support/id-questions.js';
import { keyOf } from '#test/support/keys.js';
import { LogLines } from '#test/support/log-lines.js';
import { OfficeClient } from '#test/support/office-client.js';
import { describedRoutes, fillPath, type Route } from '#test/support/routes.js';

/** Values that break what did not expect them. */
const hostile: unknown[] = [
  null,
  true,
  -1,
  1e21,
  2 ** 60,
  '',
  ' ',
  '\u200b',
  'x'.repeat(5_000),
  "'; drop table dossier; --",
  '%',
  '\\',
  '${subject.id}',
  '{{7*7}}',
  '=1+1',
  '2999-12-31T23:59:60Z',
  '+275760-09-13T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '\u202e',
  '\u{1F4A9}'.repeat(101),
  [],
  [[]],
  {},
  { $ne: null },
  { toString: 1, valueOf: 1, length: 1e9 },
  { then: 'x', toJSON: 'x' },
];

const log = new LogLines();

let app: TestApp;
let office: OfficeClient;
let routes: Route[];

beforeAll(async () => {
  app = await startApp({ log, environment: { LOG_LEVEL: 'error' } });
  office = await OfficeClient.make(app);
  await office.collaborator('own');
  await office.collaboratorGroup('own');
  await office.dossier('own');
  await office.dossier('draft', { status: 'draft' });
  await office.clientGroup('own', { dossiers: ['own'] });
  routes = (await describedRoutes(office.api)).filter(({ path }) => path.startsWith('/v1/'));
});
afterAll(() => app.close());

/** The same value with one member somewhere in it replaced, for every place there is. */
function* variants(value: unknown, replacement: unknown): Generator<unknown> {
  yield replacement;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) for (const one of variants(item, replacement)) yield value.with(at, one);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      for (const one of variants(item, replacement)) yield { ...value, [name]: one };
    }
  }
}

/** Asks and expects an answer of the contract: never one of 500 and more, and a problem where it is a refusal. */
async function expectAnswer(api: Api, route: Route, url: string, body?: unknown, type?: string): Promise<void> {
  const before = log.lines.length;
  const answer = await answerOf(api, route, url, body, type);
  const what = { route: nameOf(route), url, body: JSON.stringify(body)?.slice(0, 300) };
  expect({ ...what, status: answer.status, logged: log.lines.slice(before) }).toEqual({
    ...what,
    status: answer.status < 500 ? answer.status : 'below 500',
    logged: [],
  });
  if (answer.status >= 400)
    expect(JSON.parse(answer.body)).toMatchObject({ code: expect.any(String), requestId: 'the-same' });
}

const own = () => 'own';

// How these were seen to fail: with NUL let into addresses: PostgreSQL refuses it, which was a 500.
describe('attack: every route of the API document', () => {
  test('answers hostile bodies with a refusal, never with an error of its own', async () => {
    let asked = 0;
    for (const route of routes.filter(({ hasBody }) => hasBody)) {
      const path = fillPath(route.path, (name) => (name === 'office' ? office.id : 'own'));
      const dry = route.scopes.includes('write') ? '?dryRun=true' : '';
      const [question] = (idQuestions[nameOf(route)] ?? []).filter(({ type }) => type === undefined);
      for (const [index, value] of hostile.entries()) {
        const [whole, ...parts] = variants(question?.body?.(own), value);
        // Each value in one place of the body, every value in another, some as the body itself: all would take minutes.
        const bodies = [parts[index % (parts.length || 1)], ...(index % 5 === 0 ? [whole] : [])];
        for (const body of bodies) {
          await expectAnswer(office.api, route, path + dry, body);
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(700);
  }, 300_000);

  test('answers hostile lines of an import with a refusal of the line, never with an error of its own', async () => {
    const lines = [
      {
        kind: 'collaborator',
        id: 'x',
        email: 'x@office.example',
        firstName: 'A',
        lastName: 'B',
        profile: 'collaborator',
      },
      { kind: 'client_group', id: 'x', name: 'X', email: null },
      {
        kind: 'dossier',
        id: 'x',
        name: 'X',
        code: 'X',
        enterpriseNumber: '0200.000.043',
        status: 'draft',
        labels: ['x'],
      },
      {
        kind: 'relationship',
        object: 'dossier:own',
        relation: 'guest',
        subject: 'collaborator:own',
        expiresAt: '2999-01-01T00:00:00Z',
      },
      { kind: 'entity', type: 'record', id: 'x', properties: { a: 1 } },
    ];
    const [route] = routes.filter(({ path }) => path.endsWith('/import'));
    for (const value of hostile) {
      const text = lines
        .flatMap((line) => [...variants(line, value)])
        .map((line) => JSON.stringify(line))
        .join('\n');
      const answer = await office.api.post<string>(office.at('import'), text, {
        'content-type': 'application/x-ndjson',
      });
      expect({ route, value, status: answer.status }).toEqual({ route, value, status: 200 });
      expect(answer.body).not.toContain('"error"');
    }
    const rows = hostile.map((value) => `${JSON.stringify(value)},"${JSON.stringify(value)}"`).join('\n');
    const csv = await office.api.post(office.at('import'), `dossier,name\n${rows}`, { 'content-type': 'text/csv' });
    expect(csv.status).toBeLessThan(500);
    expect(log.lines).toEqual([]);
  }, 180_000);

  test('answers hostile ids in its path', async () => {
    for (const route of routes.filter(({ path }) => path.replace('{office}', '').includes('{'))) {
      for (const value of [
        ' ',
        '%00',
        '%0a',
        '%ff',
        '%',
        '..',
        '%2e%2e%2f',
        'x'.repeat(400),
        '\u200b',
        '__proto__',
        "'",
        '%27%3b',
        '{id}',
        '*',
        '$ne',
      ]) {
        const encoded = value.startsWith('%') ? value : encodeURIComponent(value);
        const url = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'office' ? office.id : encoded));
        await expectAnswer(
          office.api,
          route,
          url,
          route.hasBody ? idQuestions[nameOf(route)]?.[0]?.body?.(own) : undefined,
        );
      }
    }
  });

  test('answers hostile offices', async () => {
    for (const route of routes) {
      for (const value of ['%00', '%ff', '%0d%0a', 'x'.repeat(500), '__proto__', '%E2%80%8B', "'%20or%20true--"]) {
        const url = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'office' ? value : 'own'));
        await expectAnswer(office.api, route, url, {});
      }
    }
  });

  test('answers hostile queries', async () => {
    const values = [
      '',
      '%00',
      '%ff',
      '%',
      '%27',
      '-1',
      '1e9',
      '99999999999999999999',
      'NaN',
      '[]',
      '__proto__',
      '%E2%80%8B',
      'x'.repeat(3_000),
      '%25_%5C',
      'a&{n}=b',
      'none',
    ];
    let asked = 0;
    for (const route of routes.filter(({ method }) => method === 'get' || method === 'delete')) {
      const path = fillPath(route.path, (name) => (name === 'office' ? office.id : 'nobody'));
      for (const name of route.query) {
        for (const value of values) {
          await expectAnswer(office.api, route, `${path}?${name}=${value.replace('{n}', name)}`);
          asked++;
        }
      }
      await expectAnswer(office.api, route, `${path}?__proto__[x]=1&constructor.prototype.x=1&&&===`);
    }
    expect(asked).toBeGreaterThan(700);
  }, 300_000);

  test('is refused without a key, and with one that has another scope', async () => {
    const protectedRoutes = routes.filter(({ scopes }) => scopes.length > 0);
    expect(protectedRoutes.length).toBe(routes.length);
    for (const scope of ['check', 'read', 'write', 'operate']) {
      const api = await keyOf(app, office, [scope]);
      for (const route of protectedRoutes.filter(({ scopes }) => !scopes.includes(scope))) {
        const url = fillPath(route.path, (name) => (name === 'office' ? office.id : 'own'));
        const answer = await answerOf(api, route, url, {});
        expect({ scope, route: nameOf(route), status: answer.status, body: answer.body }).toMatchObject({
          status: 403,
          body: expect.stringContaining('insufficient_scope'),
        });
      }
    }
    for (const route of protectedRoutes) {
      const url = `${app.url}${fillPath(route.path, (name) => (name === 'office' ? office.id : 'own'))}`;
      expect({
        route: nameOf(route),
        status: (await fetch(url, { method: route.method.toUpperCase() })).status,
      }).toEqual({ route: nameOf(route), status: 401 });
    }
  });

  test('has left the service as it was', async () => {
    expect((await office.api.get(office.at('dossiers', 'own'))).status).toBe(200);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});
