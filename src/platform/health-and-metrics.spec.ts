import { connect } from 'node:net';
import { once } from 'node:events';
import { Controller, Get, Param, Post } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Access } from './auth/access.js';
import type { AddressInfo } from 'node:net';
import { Metrics, serveMetrics } from './metrics.js';

let database: () => Promise<void> = () => Promise.resolve();
let entered: () => void = () => undefined;
let release: () => void = () => undefined;

@Controller()
class Routes {
  @Get('things/:id')
  @Access('public')
  thing(@Param('id') id: string): string {
    return id;
  }

  @Post('check')
  @Access('check')
  check(): void {}

  @Get('slow')
  @Access('public')
  slow(): Promise<void> {
    entered();
    return new Promise((resolve) => (release = resolve));
  }
}

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({
    controllers: [Routes],
    level: 'info',
    healthChecks: [
      { name: 'database', check: () => database() },
      { name: 'policies', check: () => Promise.resolve() },
    ],
  });
});
afterAll(() => app.close());

describe('health', () => {
  it('is live as long as the process answers', async () => {
    database = () => Promise.reject(new Error('down'));
    const answer = await app.fetch('/health/live');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('is ready when every check passes', async () => {
    database = () => Promise.resolve();
    const answer = await app.fetch('/health/ready');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok', checks: { database: 'ok', policies: 'ok' } });
  });

  it.each<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('password=hunter2'))],
    [
      'throws',
      () => {
        throw new Error('password=hunter2');
      },
    ],
    ['hangs', () => new Promise(() => undefined)],
  ])('is not ready when one %s, says which, and says why only in the log', async (_, check) => {
    database = check;
    const answer = await app.fetch('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toEqual({ status: 'unavailable', checks: { database: 'failed', policies: 'ok' } });
    expect(app.lines.some((line) => line.includes('"check":"database"'))).toBe(true);
  });
});

describe('metrics', () => {
  it('time requests by method, pattern and status, never by address', async () => {
    await app.fetch('/things/secret-id');
    await app.fetch('/unknown/secret-path');
    const text = await app.metrics.registry.metrics();
    expect(text).toContain(
      'cardea_http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"} 1',
    );
    expect(text).toContain('cardea_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1');
    expect(text).not.toContain('secret');
  });

  it('are read with a platform key that may operate', async () => {
    expect((await app.fetch('/metrics')).status).toBe(401);
    const key = app.keys.add({ scopes: ['operate'] });
    const answer = await app.fetch('/metrics', { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('# TYPE cardea_http_request_duration_seconds histogram');
  });

  it('are read without a key on a port of their own, where there is nothing else', async () => {
    const server = await serveMetrics(new Metrics().collectProcess(), 0, '127.0.0.1');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total');
      expect((await fetch(`${url}/health`)).status).toBe(404);
      expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('cannot be served on a port that is taken', async () => {
    const port = Number(new URL(app.url).port);
    await expect(serveMetrics(new Metrics(), port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
  });
});

describe('the access log', () => {
  it('has a line for every request at level info, but none for checks', async () => {
    const key = app.keys.add();
    await app.fetch('/things/1', { headers: { 'x-request-id': 'seen' } });
    await app.fetch('/check', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'x-request-id': 'unseen' },
    });
    expect(app.lines.filter((line) => line.includes('"requestId":"seen"'))).toHaveLength(1);
    expect(app.lines.filter((line) => line.includes('unseen'))).toHaveLength(0);
  });

  it('has one line for a request whose client left, too', async () => {
    const isIn = new Promise<void>((resolve) => (entered = resolve));
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\nx-request-id: left\r\n\r\n');
    await isIn;
    socket.destroy();
    await once(socket, 'close');
    // The next request is answered after the server saw the first one go.
    while (!app.lines.some((line) => line.includes('"left"'))) await app.fetch('/health/live');
    release();
    await app.fetch('/health/live');
    const left = app.lines.filter((line) => line.includes('"requestId":"left"'));
    expect(left).toHaveLength(1);
    expect(JSON.parse(left[0] ?? '')).toMatchObject({ status: 499, route: '/slow' });
  });
});
