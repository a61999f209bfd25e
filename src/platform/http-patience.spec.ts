import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from './logs.js';
import { createHttp } from './http.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({ patience: { requestMs: 1_000, silenceMs: 500, lookEveryMs: 100 } });
});
afterAll(() => app.close());

async function connected(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => text };
}

// How these were seen to fail: without each of the two time-outs. Nothing then ends the connection, nor the test.
describe('a client that does not go on', () => {
  it('is hung up on where it says nothing', async () => {
    const { socket } = await connected();
    await once(socket, 'close');
  });

  it('is hung up on in the middle of a body', async () => {
    const { socket } = await connected();
    socket.write(
      'POST /v1/offices HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a"',
    );
    await once(socket, 'close');
  });

  it('is told so where it says a byte now and then: a request has to arrive as a whole', async () => {
    const { socket, received } = await connected();
    socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ');
    const closed = once(socket, 'close');
    // Slower than a request may be, and never as silent as a connection may be.
    const drip = async () => {
      for (; !socket.destroyed; await sleep(100)) socket.write('a');
    };
    await Promise.all([closed, drip()]);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is waited for by the service itself no longer than a quarter of an hour, and two minutes in silence', () => {
    const { server } = createHttp({ logger: createLogger('silent') }).adapter.getInstance();
    expect([server.requestTimeout, server.timeout]).toEqual([900_000, 120_000]);
  });
});
