import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A wire between a client and a server on loopback, as bad as a test wants it. */
export interface TcpProxy {
  port: number;
  /** How much later what the server says is passed on. */
  delayMs: number;
  /** Each connection is cut once it has passed on so many bytes of what the server says. */
  cutAfterBytes: number;
  /** Connections that were cut. */
  cuts: number;
  close(): Promise<void>;
}

/** Listens on a free port of loopback and passes everything on to `target`. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clients.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    passReplies(upstream, client, proxy);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    cutAfterBytes: Number.POSITIVE_INFINITY,
    cuts: 0,
    async close() {
      server.close();
      for (const client of clients) client.destroy();
      await once(server, 'close');
    },
  };
  return proxy;
}

function passReplies(upstream: Socket, client: Socket, proxy: TcpProxy): void {
  let passed = 0;
  let before = Promise.resolve();
  upstream.on('data', (chunk: Buffer) => {
    const due = sleep(proxy.delayMs);
    before = before.then(async () => {
      await due;
      const left = proxy.cutAfterBytes - passed;
      passed += chunk.length;
      if (chunk.length <= left) return void client.write(chunk);
      proxy.cuts++;
      client.end(chunk.subarray(0, Math.max(left, 0)), () => client.destroy());
    });
  });
}
