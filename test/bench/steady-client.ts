import { connect, type Socket } from 'node:net';
import { headers } from './load.js';

interface Answered {
  status: number;
  body: string;
}

interface Connection {
  socket: Socket;
  text: string;
  waiting: ((answer: Answered) => void)[];
}

/**
 * A few connections that are kept, and nothing of HTTP but what the service's answers need: a generator in Node that
 * shares its core with PostgreSQL must not be what is measured, and Node's own client takes several times as much.
 */
export class SteadyClient {
  private readonly connections: Connection[];
  private readonly host: string;
  private next = 0;

  constructor(url: string, connections: number) {
    const { hostname, port, host } = new URL(url);
    this.host = host;
    this.connections = Array.from({ length: connections }, () => {
      const socket = connect(Number(port), hostname).setNoDelay(true).setEncoding('latin1');
      const connection: Connection = { socket, text: '', waiting: [] };
      socket.on('data', (chunk: string) => take(connection, chunk));
      return connection;
    });
  }

  /** Sends by the connections in turn, without waiting for what one has sent before. @throws where the answer is not 2xx */
  async send(method: string, path: string, body: object, more: Record<string, string> = {}): Promise<string> {
    const connection = this.connections[this.next++ % this.connections.length] as Connection;
    const text = JSON.stringify(body);
    const lines = Object.entries({ host: this.host, 'content-length': text.length, ...headers, ...more });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const answer = new Promise<Answered>((resolve) => connection.waiting.push(resolve));
    connection.socket.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n${text}`);
    const { status, body: answered } = await answer;
    if (status >= 300) throw new Error(answered);
    return answered;
  }

  close(): void {
    for (const { socket } of this.connections) socket.destroy();
  }
}

/** Hands over every answer that has come whole. The service says how long each is. */
function take(connection: Connection, chunk: string): void {
  connection.text += chunk;
  for (;;) {
    const end = connection.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = connection.text.slice(0, end);
    const bodyAt = end + 4;
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (connection.text.length < bodyAt + length) return;
    const body = connection.text.slice(bodyAt, bodyAt + length);
    connection.text = connection.text.slice(bodyAt + length);
    connection.waiting.shift()?.({ status: Number(head.slice(9, 12)), body });
  }
}
