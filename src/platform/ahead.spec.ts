import { connect } from 'node:net';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '#test/support/eventually.js';
import { rawRequest, sendRaw } from '#test/support/raw-http.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import type { AheadRoute } from './ahead.js';
import { Access } from './auth/access.js';
import { problem } from './errors.js';

const path = '/things/t1/ask';

@Controller()
class Things {
  @Post('things/:id/ask')
  @HttpCode(200)
  @Access('public')
  ask(@Body() body: unknown): unknown {
    return { by: 'framework', body };
  }
}

/** Answers those who name themselves; `hand on` and `fail` in the body are for the framework. */
const route: AheadRoute = {
  pattern: '/things/:id/ask',
  admit: ({ headers }) =>
    headers.authorization === 'Bearer known'
      ? { kind: 'key', office: null, id: 'k1', scopes: ['check'], asOf: 1, expiresAtMs: Number.POSITIVE_INFINITY }
      : undefined,
  answer(_asked, parameter, body) {
    const { say } = body as { say?: string };
    if (say === 'fail') return Promise.reject(problem('last_admin'));
    return Promise.resolve(say === 'hand on' ? undefined : JSON.stringify({ by: 'lane', parameter, body }));
  },
};

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({
    controllers: [Things],
    bodyLimitBytes: 100_000,
    level: 'debug',
    prepare: (nest) => nest.getHttpAdapter().getInstance().ahead.route(route),
  });
});
afterAll(() => app.close());
beforeEach(() => void app.lines.splice(0));

const json = { 'content-type': 'application/json', authorization: 'Bearer known' };
const ask = async (body: string, headers: Record<string, string> = json) => {
  const answer = await app.fetch(path, { method: 'POST', headers, body });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

describe('a route that is answered ahead of the framework', () => {
  it('answers an ordinary request, with the headers and the record that every request has', async () => {
    const { status, headers, body } = await ask('{"say":"é"}', { ...json, 'x-request-id': 'mine' });
    expect([status, body]).toEqual([200, { by: 'lane', parameter: 't1', body: { say: 'é' } }]);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-request-id')).toBe('mine');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    await eventually('the line is written', () => app.lines.length > 0);
    const line: unknown = JSON.parse(app.lines.join());
    expect(line).toMatchObject({
      method: 'POST',
      route: '/things/:id/ask',
      status: 200,
      requestId: 'mine',
      principal: 'platform-key:k1',
    });
    expect(await app.metrics.registry.metrics()).toContain('route="/things/:id/ask",status="200"');
  });

  it('reads a body that comes in pieces', async () => {
    const body = JSON.stringify({ say: 'x'.repeat(90_000) });
    expect((await ask(body)).body).toMatchObject({ by: 'lane', body: JSON.parse(body) as object });
  });

  it.each([
    ['of someone whom it does not know', { 'content-type': 'application/json' }],
    ['of another kind of JSON, which is refused', { ...json, 'content-type': 'application/json-patch+json' }],
    ['in another encoding, which is refused', { ...json, 'content-type': 'application/json; charset=latin1' }],
  ])('leaves a request %s to the framework', async (_, headers: Record<string, string>) => {
    expect((await ask('{}', headers)).body.by).not.toBe('lane');
  });

  it('hands on what is out of the ordinary, with the body that it has read', async () => {
    expect((await ask('{"say":"hand on"}')).body).toEqual({ by: 'framework', body: { say: 'hand on' } });
  });

  it('has failures worded by the framework, in the language of the caller', async () => {
    const { status, headers, body } = await ask('{"say":"fail"}', { ...json, 'accept-language': 'fr' });
    expect([status, body.code]).toEqual([422, 'last_admin']);
    expect(headers.get('content-language')).toBe('fr');
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['a duplicate member', '{"say":1,"say":2}', 400, 'duplicate_member'],
    ['what is no JSON', '{"say"', 400, 'malformed_json'],
    ['more than the bound', JSON.stringify({ say: 'x'.repeat(100_000) }), 413, 'payload_too_large'],
  ])('refuses %s as the framework does', async (_, text, status, code) => {
    const { body, ...answer } = await ask(text);
    expect([answer.status, body.code]).toEqual([status, code]);
  });

  it('leaves a second Authorization and a body of unknown length to the framework', async () => {
    const headers = ['host: x', 'content-type: application/json', 'authorization: Bearer known'];
    const twice = rawRequest(`POST ${path}`, [...headers, 'authorization: Bearer other', 'content-length: 2'], '{}');
    expect((await sendRaw(app.url, twice)).status).toBe(400);
    const chunked = rawRequest(`POST ${path}`, [...headers, 'transfer-encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n');
    expect((await sendRaw(app.url, chunked)).text).toContain('"by":"framework"');
  });

  it('answers requests that were sent without waiting, in their order', async () => {
    const head = ['host: x', 'content-type: application/json', 'authorization: Bearer known'];
    const one = (say: string) => {
      const body = JSON.stringify({ say });
      return [`POST ${path} HTTP/1.1`, ...head, `content-length: ${body.length}`, '', body].join('\r\n');
    };
    const last = rawRequest(`POST ${path}`, [...head, 'content-length: 2'], '{}');
    const { text } = await sendRaw(app.url, one('first') + one('hand on') + one('third') + last);
    const order = [...text.matchAll(/"by":"(\w+)"/g)].map(([, by]) => by);
    expect(order).toEqual(['lane', 'framework', 'lane', 'lane']);
  });

  it('records a client who leaves before the end of the body, and answers nobody', async () => {
    const { port } = new URL(app.url);
    const head = rawRequest(`POST ${path}`, [
      'host: x',
      'content-type: application/json',
      'authorization: Bearer known',
    ]);
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(head.replace('connection: close', 'content-length: 50'));
      socket.write('{"say":', () => socket.destroy());
    });
    await eventually('the line is written', () => app.lines.some((line) => line.includes('"status":499')));
  });
});
