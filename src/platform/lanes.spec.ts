import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Body, Controller, Get, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { eventually } from '#test/support/eventually.js';
import { valueIn } from '#test/support/metric.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Access } from './auth/access.js';

let release: () => void;
let released: Promise<void>;
let entered: number;

async function hold(): Promise<void> {
  entered++;
  await released;
}

async function* beginning(): AsyncGenerator<string> {
  yield 'one';
  await released;
}

@Controller()
class Routes {
  @Post('can-access')
  @HttpCode(200)
  @Access('public')
  check(@Body() _body: unknown) {
    return hold();
  }

  @Get('list')
  @Access('public')
  list() {
    return hold();
  }

  @Get('stream')
  @Access('public')
  stream() {
    return new StreamableFile(Readable.from(beginning()));
  }

  @Post('import')
  @HttpCode(200)
  @RouteConfig({ streamsBody: true })
  @Access('public')
  async import(@Body() body: AsyncIterable<Buffer>) {
    await hold();
    for await (const _ of body);
  }
}

// Of 10 places: 5 for checks, 2 for reads, 1 each for writes, streams and large bodies.
const bounds = { maxRequests: 10, deadlineMs: 200 };
let app: SmallApp;

beforeEach(async () => {
  entered = 0;
  released = new Promise((resolve) => (release = resolve));
  app = await startSmallApp({ controllers: [Routes], bounds, level: 'info' });
});
afterEach(async () => {
  release();
  await app.close();
});

const check = (body = '{}') =>
  app.fetch('/can-access', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const list = (headers = {}) => app.fetch('/list', { headers });
const inFlight = async (lane: string) =>
  valueIn(await app.metrics.registry.metrics(), `cardea_requests_in_flight{lane="${lane}"}`);

/** Takes places, and holds them until `release`. @returns what is answered then */
async function fill(request: () => Promise<Response>, places: number): Promise<() => Promise<number[]>> {
  const before = entered;
  const answers = Promise.all(Array.from({ length: places }, request));
  await eventually('as many are under way', () => entered - before === places);
  return async () => (await answers).map(({ status }) => status);
}

function send(text: string): Socket {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname, () => socket.write(text));
  return socket;
}

describe('a lane', () => {
  it('refuses at once what it has no place for, says when to come back, and takes requests again when one has ended', async () => {
    const statuses = await fill(check, 5);
    const refused = await check();
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '1',
    });
    expect(await refused.json()).toMatchObject({ code: 'overloaded', status: 503 });
    release();
    expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
    await eventually('all places are given back', async () => (await inFlight('check')) === 0);
    expect((await check()).status).toBe(200);
  });

  it('that is full is counted, and logged as one warning instead of a line for each', async () => {
    await fill(check, 5);
    for (let n = 0; n < 20; n++) expect((await check()).status).toBe(503);
    const metrics = await app.metrics.registry.metrics();
    expect(valueIn(metrics, 'cardea_requests_refused_total{lane="check"}')).toBe(20);
    expect(valueIn(metrics, 'cardea_requests_in_flight{lane="check"}')).toBe(5);
    expect(valueIn(metrics, 'cardea_requests_max{lane="check"}')).toBe(5);
    const lines = app.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ lane }) => lane === 'check')).toHaveLength(1);
    expect(lines.filter(({ status }) => status === 503)).toEqual([]);
  });

  it('leaves the others alone, and health always has an answer', async () => {
    await fill(list, 2);
    expect((await list()).status).toBe(503);
    await fill(check, 5);
    expect((await check()).status).toBe(503);
    expect((await app.fetch('/health/live')).status).toBe(200);
    expect((await app.fetch('/health/ready')).status).toBe(200);
    expect((await app.fetch('/nothing')).status).toBe(404);
  });

  it('of streams is taken by whoever asks for one, and given back when the client leaves', async () => {
    const stream = send('GET /stream HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n');
    expect(String((await once(stream, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
    expect((await list({ accept: 'text/event-stream' })).status).toBe(503);
    expect(await inFlight('read')).toBe(0);
    stream.destroy();
    await eventually('the place is given back', async () => (await inFlight('stream')) === 0);
  });

  it('of large bodies bounds what is read into memory, and is not for bodies that are streamed', async () => {
    const large = JSON.stringify('x'.repeat(300_000));
    await fill(() => check(large), 1);
    expect((await check(large)).status).toBe(503);
    const chunked = send('POST /can-access HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    expect(String((await once(chunked, 'data'))[0])).toMatch(/^HTTP\/1\.1 503/);
    chunked.destroy();
    const csv = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'x'.repeat(300_000) };
    const statuses = await fill(() => app.fetch('/import', csv), 1);
    release();
    expect(await statuses()).toEqual([200]);
  });

  it('gets back the place of a client that leaves: when its body was not there, and when its work has had its time', async () => {
    const head = 'POST /can-access HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const sockets = Array.from({ length: 4 }, () => send(`${head}content-length: 100\r\n\r\n`));
    sockets.push(send(`${head}content-length: 2\r\n\r\n{}`));
    await eventually('all places are taken', async () => (await inFlight('check')) === 5 && entered === 1);
    for (const socket of sockets) socket.destroy();
    // Not at once: the work of whoever left goes on, and would pile up behind the back of the bound.
    expect((await check()).status).toBe(503);
    await eventually('all places are given back', async () => (await inFlight('check')) === 0);
    expect(entered).toBe(1);
  });
});
