import { once } from 'node:events';
import { connect } from 'node:net';

/** The first answer to what was sent. */
export interface RawAnswer {
  status: number;
  text: string;
  /** How many answers came in all: two to what should be one request means that it was smuggled. */
  answers: number;
}

/** Sends bytes as they are, which no client of HTTP would, and reads until the service closes the connection. */
export async function sendRaw(url: string, request: string | Buffer, patienceMs = 1_500): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(request);
  // Only a service that waits for more of the request runs into it.
  socket.setTimeout(patienceMs, () => socket.destroy());
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('latin1');
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
    text,
    answers: text.match(/^HTTP\/1\.1 /gm)?.length ?? 0,
  };
}

/** A request with these lines of headers; it asks the service to close the connection. */
export function rawRequest(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, ...headers, 'connection: close', '', body].join('\r\n');
}
