import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApp, type TestApp } from '#test/support/app.js';
import { rawRequest, sendRaw } from '#test/support/raw-http.js';

let app: TestApp;
const path = '/.well-known/authzen-configuration/offices/horta';

beforeAll(async () => {
  app = await startApp({ environment: { PUBLIC_URL: 'https://cardea.example/' } });
});
afterAll(() => app.close());

describe('GET /.well-known/authzen-configuration/offices/{office}', () => {
  test('tells without a key where the decision point of an office is, and every endpoint that it has', async () => {
    const answer = await fetch(app.url + path);
    const base = 'https://cardea.example/offices/horta';
    expect(await answer.json()).toEqual({
      policy_decision_point: base,
      access_evaluation_endpoint: `${base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      search_subject_endpoint: `${base}/access/v1/search/subject`,
      search_resource_endpoint: `${base}/access/v1/search/resource`,
      search_action_endpoint: `${base}/access/v1/search/action`,
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toMatch(/max-age=\d+/);
  });

  test('does not tell which offices there are', async () => {
    expect((await fetch(app.url + path.replace('horta', 'nowhere'))).status).toBe(200);
    const odd = await fetch(app.url + path.replace('horta', '%20'));
    expect([odd.status, await odd.json()]).toEqual([404, { message: expect.any(String) }]);
  });

  test('never repeats the Host', async () => {
    const { text } = await sendRaw(
      app.url,
      rawRequest(`GET ${path}`, ['host: evil.example', 'x-forwarded-host: evil.example']),
    );
    expect(text).not.toContain('evil.example');
    expect(text).toContain('https://cardea.example/offices/horta');
  });
});
