import { connect } from 'node:net';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Access } from './auth/access.js';
import { problem } from './errors.js';
import { UnavailableError } from './unavailable.js';

@Controller()
class Routes {
  @Post('echo')
  @HttpCode(200)
  @Access('public')
  echo(@Body() body: unknown): unknown {
    return { body: body ?? null };
  }

  @Post('strict/:id')
  @Access('public')
  strict(
    @Param('id', { schema: z.string().max(5) }) id: string,
    @Query({ schema: z.strictObject({ limit: z.coerce.number().max(10).optional() }) }) query: { limit?: number },
    @Body({ schema: z.strictObject({ name: z.string().min(2), list: z.array(z.int()).default([]) }) }) body: object,
  ): unknown {
    return { id, query, body };
  }

  @Post('stream')
  @HttpCode(200)
  @RouteConfig({ streamsBody: true })
  @Access('public')
  async stream(@Body() body: AsyncIterable<Buffer>): Promise<unknown> {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return { bytes };
  }

  @Get('fail/:how')
  @Access('public')
  fail(@Param('how') how: string): never {
    if (how === 'rule') throw problem('last_admin');
    if (how === 'away') throw new UnavailableError('PostgreSQL');
    throw new Error('password=hunter2 in table office');
  }

  @Post('offices/:office/access/v1/evaluation')
  @HttpCode(200)
  @Access('public')
  evaluate(@Body({ schema: z.object({ subject: z.object({ id: z.string() }) }) }) body: object): unknown {
    return body;
  }
}

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({ controllers: [Routes], bodyLimitBytes: 100_000, level: 'debug' });
});
afterAll(() => app.close());

const json = { 'content-type': 'application/json' };
const post = (path: string, body: string | Buffer, headers: Record<string, string> = json) =>
  app.fetch(path, { method: 'POST', body: body as string, headers });

/** Sends bytes as they are, and reads what comes back until the server closes. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** One request of every kind that goes wrong, and the code that it is answered with. */
const failures: [string, () => Promise<Response>, number, string][] = [
  ['an unknown path', () => app.fetch('/nothing/here'), 404, 'not_found'],
  ['an unknown path with a body', () => post('/nothing', '{}'), 404, 'not_found'],
  ['a wrong method', () => app.fetch('/echo', { method: 'DELETE' }), 405, 'method_not_allowed'],
  ['malformed JSON', () => post('/echo', '{'), 400, 'malformed_json'],
  ['invalid UTF-8', () => post('/echo', Buffer.from([0x22, 0xff, 0x22])), 400, 'malformed_json'],
  ['duplicate members', () => post('/echo', '{"a":1,"a":2}'), 400, 'duplicate_member'],
  ['deep nesting', () => post('/echo', '['.repeat(65)), 400, 'json_too_deep'],
  ['a body over the limit', () => post('/echo', `"${'x'.repeat(100_000)}"`), 413, 'payload_too_large'],
  ['another media type', () => post('/echo', 'a', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type'],
  ['no media type', () => post('/echo', Buffer.from('{}'), {}), 415, 'unsupported_media_type'],
  [
    'a JSON patch',
    () => post('/echo', '[]', { 'content-type': 'application/json-patch+json' }),
    415,
    'unsupported_media_type',
  ],
  [
    'another charset',
    () => post('/echo', '{}', { 'content-type': 'application/json; charset=utf-16' }),
    415,
    'unsupported_media_type',
  ],
  [
    'a stream where none is taken',
    () => post('/echo', '{}', { 'content-type': 'application/x-ndjson' }),
    415,
    'unsupported_media_type',
  ],
  ['a parameter that is too long', () => app.fetch(`/fail/${'x'.repeat(500)}`), 414, 'uri_too_long'],
  ['broken percent-encoding', () => app.fetch('/fail/%E0%A4%A'), 400, 'invalid_request'],
  ['a wrong member', () => post('/strict/a', '{}'), 400, 'invalid_request'],
  ['a broken rule', () => app.fetch('/fail/rule'), 422, 'last_admin'],
  ['an unexpected error', () => app.fetch('/fail/boom'), 500, 'internal'],
  ['a dependency that is away', () => app.fetch('/fail/away'), 503, 'unavailable'],
];

describe('every error', () => {
  it.each(failures)('is a problem with request id, language and safe headers: %s', async (_, send, status, code) => {
    const answer = await send();
    const body = (await answer.json()) as Record<string, unknown>;
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('content-language')).toBe('en');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ type: `urn:cardea:error:${code}`, status, code });
    expect(body['requestId']).toBe(answer.headers.get('x-request-id'));
    expect(body['requestId']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('says with which methods a path can be asked', async () => {
    const answer = await app.fetch('/offices/o/access/v1/evaluation?x=1');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect((await app.fetch('/fail/rule', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it('attack: tells nothing of what went wrong inside, and logs it with the request id', async () => {
    const answer = await app.fetch('/fail/boom', { headers: { 'x-request-id': 'find-me' } });
    const text = await answer.text();
    expect(text).not.toMatch(/hunter2|office|Error|at /);
    const line = app.lines.find((one) => one.includes('find-me') && one.includes('unexpected error'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', requestId: 'find-me', err: { type: 'Error' } });
  });

  it('says when to come back', async () => {
    expect((await app.fetch('/fail/away')).headers.get('retry-after')).toBe('2');
  });

  it.each([
    ['fr-BE,fr;q=0.9,en;q=0.8', 'fr', 'Règle non respectée'],
    ['nl', 'nl', 'Regel niet nageleefd'],
    ['pt, de;q=0.1', 'de', 'Regel verletzt'],
  ])('speaks the language of Accept-Language %s', async (header, language, title) => {
    const answer = await app.fetch('/fail/rule', { headers: { 'accept-language': header } });
    expect(answer.headers.get('content-language')).toBe(language);
    expect(answer.headers.get('vary')).toBe('accept-language');
    expect(await answer.json()).toMatchObject({ title });
  });
});

describe('a request that is no HTTP', () => {
  it.each([
    [
      'headers that overflow',
      `GET / HTTP/1.1\r\nhost: x\r\nbig: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['no request line', 'GARBAGE\r\n\r\n', 400, 'invalid_request'],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'invalid_request',
    ],
    ['a line break in a header', 'GET / HTTP/1.1\r\nhost: x\r\nx-request-id: a\nb\r\n\r\n', 400, 'invalid_request'],
  ])('attack: is a problem and ends the connection: %s', async (_, request, status, code) => {
    const answer = await raw(request);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    expect(answer).toContain('connection: close');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
  });
});

describe('AuthZEN endpoints', () => {
  it.each([
    ['malformed JSON', '{', json, 400],
    ['an empty body', '', json, 400],
    ['a missing member', '{"subject":{}}', json, 400],
    ['a wrong media type, as 400', 'x', { 'content-type': 'text/plain' }, 400],
    ['a body that is too large', `"${'x'.repeat(100_000)}"`, json, 413],
  ])('answer plain JSON with a message for %s', async (_, body, headers, status) => {
    const answer = await post('/offices/o1/access/v1/evaluation', body, { ...headers, 'x-request-id': 'pep 1' });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-request-id')).toBe('pep 1');
    expect(await answer.json()).toEqual({ message: expect.stringMatching(/\w/) });
  });

  it('answer so for unknown paths and methods below them, and nowhere else', async () => {
    expect(await (await app.fetch('/offices/o/access/v1/nothing')).json()).toEqual({ message: expect.any(String) });
    expect(await (await app.fetch('/offices/o/access/v2')).json()).toMatchObject({ code: 'not_found' });
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"'])(
    'accept %s',
    async (type) => {
      const answer = await post('/offices/o1/access/v1/evaluation', '{"subject":{"id":"a"}}', { 'content-type': type });
      expect(answer.status).toBe(200);
    },
  );
});

describe('the request id', () => {
  it.each(['abc', 'with space', '~'.repeat(128)])('is echoed: %s', async (id) => {
    const answer = await post('/echo', '{}', { ...json, 'x-request-id': id });
    expect(answer.headers.get('x-request-id')).toBe(id);
  });

  it.each(['x'.repeat(129), 'é', 'tab\there'])(
    'attack: is replaced when it is no short printable line: %j',
    async (id) => {
      const answer = await post('/echo', '{}', { ...json, 'x-request-id': id });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('a body', () => {
  it('may be absent or empty', async () => {
    expect(await (await app.fetch('/echo', { method: 'POST' })).json()).toEqual({ body: null });
    expect(await (await post('/echo', '')).json()).toEqual({ body: null });
  });

  it('may start with a byte order mark', async () => {
    expect(await (await post('/echo', '\ufeff{"a":1}')).json()).toEqual({ body: { a: 1 } });
  });

  it('is handed over as a stream, of any size, where a route asks for it', async () => {
    for (const type of ['application/x-ndjson', 'text/csv; charset=utf-8']) {
      const answer = await post('/stream', 'x'.repeat(1_000_000), { 'content-type': type });
      expect(await answer.json()).toEqual({ bytes: 1_000_000 });
    }
  });
});

describe('a schema', () => {
  it('parses parameters, query and body, and the handler sees what it made of them', async () => {
    const answer = await post('/strict/a?limit=3', '{"name":"ab"}');
    expect(await answer.json()).toEqual({ id: 'a', query: { limit: 3 }, body: { name: 'ab', list: [] } });
  });

  it.each([
    ['/strict/a', '{"name":"x","list":[1,"2"]}', ['name', 'list.1']],
    ['/strict/a', '{"name":"xy","office":"o2","revision":7}', ['']],
    ['/strict/toolong', '{"name":"xy"}', ['id']],
    ['/strict/a?limit=11', '{"name":"xy"}', ['limit']],
    ['/strict/a?__proto__=1', '{"name":"xy"}', ['']],
    ['/strict/a', '', ['']],
  ])('says where %s %s is wrong', async (path, body, places) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect(errors.map((one) => one.path)).toEqual(places);
  });

  it('says so in the language of the caller', async () => {
    const answer = await post('/strict/a', '{"name":5}', { ...json, 'accept-language': 'fr' });
    const { errors } = (await answer.json()) as { errors: unknown };
    expect(errors).toEqual([{ path: 'name', message: 'Entrée invalide : chaîne de caractères attendu, nombre reçu' }]);
  });

  it('attack: does not answer more errors than someone can read, however many there are', async () => {
    const answer = await post('/strict/a', JSON.stringify({ name: 'ab', list: Array(5_000).fill('x') }));
    const { errors } = (await answer.json()) as { errors: unknown[] };
    expect(errors).toHaveLength(100);
  });

  it('attack: does not repeat a huge name', async () => {
    const answer = await post('/strict/a', JSON.stringify({ name: 'ab', ['k'.repeat(50_000)]: 1 }));
    expect((await answer.text()).length).toBeLessThan(1_000);
  });
});

describe('Host tricks', () => {
  it('attack: the Host header, X-Forwarded-* and a whole URL as target change nothing', async () => {
    const path = '/offices/o/access/v1/nothing';
    const answer = await raw(
      `GET http://evil.example${path} HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toContain('HTTP/1.1 404');
    expect(answer).toContain('{"message":');
    expect(answer).not.toContain('evil');
  });
});
