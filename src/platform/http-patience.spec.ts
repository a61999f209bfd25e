import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from './logs.js';
import { createHttp } from './http.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';

let app: SmallApp;
const sockets: Socket[] = [];
beforeAll(async () => {
  app = await startSmallApp({ patience: { requestMs: 1_000, silenceMs: 500, lookEveryMs: 100 } });
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => app.close());

/** Node.js has a time-out of its own, after a minute: that one must not be what ends the wait. */
const closed = (socket: Socket) => once(socket, 'close', { signal: AbortSignal.timeout(20_000) });

async function connected(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return { socket, received: () => text };
}

// How these were seen to fail: without each of the two time-outs.
describe('a client that does not go on', () => {
  it('is hung up on where it says nothing', async () => {
    const { socket, received } = await connected();
    await closed(socket);
    expect(received()).toBe('');
  });

  it('is hung up on in the middle of a body', async () => {
    const { socket } = await connected();
    socket.write(
      'POST /v1/offices HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a"',
    );
    await closed(socket);
  });

  it('is told so where it says a byte now and then: a request has to arrive as a whole', async () => {
    const { socket, received } = await connected();
    socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ');
    const end = closed(socket);
    // Slower than a request may be, and never as silent as a connection may be.
    const drip = async () => {
      for (; !socket.destroyed; await sleep(100)) socket.write('a');
    };
    await Promise.race([end, drip()]);
    await end;
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is waited for by the service itself no longer than a quarter of an hour, and two minutes in silence', () => {
    const { server } = createHttp({ logger: createLogger('silent') }).adapter.getInstance();
    expect([server.requestTimeout, server.timeout]).toEqual([900_000, 120_000]);
  });
});
