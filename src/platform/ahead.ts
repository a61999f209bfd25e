import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { clientClosedRequest, type RecordRequest } from './access-log.js';
import type { KeyPrincipal } from './auth/principal.js';
import { saysTwice } from './headers.js';
import type { EnterCheck } from './lanes.js';
import { requestId } from './request-id.js';
import { parseStrictJson } from './strict-json.js';

declare module 'fastify' {
  interface FastifyInstance {
    ahead: Ahead;
  }
}

/** The ordinary requests of one route. */
export interface AheadRoute {
  /** As the framework knows it; with one parameter. */
  pattern: string;
  /**
   * Who is asking, before the body is read.
   *
   * @returns `undefined` where that takes more than a look: the framework answers
   */
  admit(request: IncomingMessage): KeyPrincipal | undefined;
  /**
   * @param parameter of the path; nothing in it was encoded
   * @returns the JSON of a 200; `undefined` for what is out of the ordinary: the framework answers
   * @throws what the framework is to answer with
   */
  answer(asked: Asked, parameter: string, body: unknown): Promise<string | undefined>;
}

/** A request that may be answered ahead. */
export interface Asked {
  request: IncomingMessage;
  key: KeyPrincipal;
  requestId: string;
  /** When it arrived, by the process's monotonic clock. */
  sinceMs: number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
type Lane = AheadRoute & { start: string; end: string };

/** What was read of a request that the framework has to answer after all, and what went wrong until then. */
const readAhead = Symbol('read ahead');
type MaybeReadAhead = IncomingMessage & { [readAhead]?: { body: Buffer; failure?: unknown } };

const plainParameter = /^[\w.@:|=+-]{1,128}$/;
const plainTypes = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8']);

/**
 * Answers the ordinary requests of a few routes straight from Node's HTTP server: the router, hooks, pipes and
 * serializers of the framework cost more than the rest of such a request. Whatever is out of the ordinary (another
 * caller, a header that changes the meaning, an error) goes on to the framework as if nothing had been read, so that
 * refusals are worded in one place.
 */
export class Ahead {
  private readonly lanes: Lane[] = [];

  constructor(
    private readonly instance: FastifyInstance,
    private readonly bodyLimitBytes: number,
    private readonly record: RecordRequest,
    private readonly enter: EnterCheck,
  ) {
    const { server } = instance;
    const framework = server.listeners('request')[0] as Listener;
    server.removeAllListeners('request').on('request', ((request, response) => {
      if (!this.takes(request, response, framework)) framework(request, response);
    }) satisfies Listener);
    instance.addHook('preParsing', ({ raw }, _reply, payload, done) => {
      const read = (raw as MaybeReadAhead)[readAhead];
      if (read?.failure !== undefined) done(read.failure as Error);
      else done(null, read ? Readable.from([read.body]) : payload);
    });
  }

  /** To be called before the server listens. */
  route(route: AheadRoute): void {
    const [start = '', end = ''] = route.pattern.split(/:\w+/);
    this.lanes.push({ ...route, start, end });
  }

  private takes(request: IncomingMessage, response: ServerResponse, framework: Listener): boolean {
    const { method, url = '' } = request;
    const lane = method === 'POST' && this.lanes.find(({ start, end }) => url.endsWith(end) && url.startsWith(start));
    if (!lane) return false;
    const parameter = url.slice(lane.start.length, url.length - lane.end.length);
    const key = plainParameter.test(parameter) && this.isPlain(request) && lane.admit(request);
    // Without a place, the framework has none for it either, and refuses.
    if (!key || !this.enter(request, response)) return false;
    const asked = { request, key, requestId: requestId(request), sinceMs: performance.now() };
    void this.answer(lane, asked, parameter, response).then((isAnswered) => {
      if (!isAnswered) framework(request, response);
    });
    return true;
  }

  /** A body of JSON, of a known length within the bound; and nothing that an intermediary could have read otherwise. */
  private isPlain({ headers, rawHeaders }: IncomingMessage): boolean {
    const length = Number(headers['content-length']);
    if (!(length > 0 && length <= this.bodyLimitBytes)) return false;
    return plainTypes.has(headers['content-type'] ?? '') && !saysTwice(rawHeaders);
  }

  private async answer(lane: Lane, asked: Asked, parameter: string, response: ServerResponse): Promise<boolean> {
    const body = await bodyOf(asked.request);
    if (!body) return this.isDone(lane, asked, clientClosedRequest);
    let failure: unknown;
    try {
      const text = await lane.answer(asked, parameter, parseStrictJson(body));
      if (text !== undefined) return this.send(lane, asked, response, text);
    } catch (error) {
      failure = error;
    }
    (asked.request as MaybeReadAhead)[readAhead] = { body, failure };
    return false;
  }

  private send(lane: Lane, asked: Asked, response: ServerResponse, text: string): true {
    if (response.destroyed) return this.isDone(lane, asked, clientClosedRequest);
    // As a list: Node takes it as it is. The common headers, and what the body is.
    const headers = ['content-type', 'application/json; charset=utf-8', 'content-length', `${Buffer.byteLength(text)}`];
    headers.push('x-request-id', asked.requestId, 'x-content-type-options', 'nosniff', 'cache-control', 'no-store');
    // While closing, what is in flight is served, and the connection is not to be used again.
    if (!this.instance.server.listening) headers.push('connection', 'close');
    response.writeHead(200, headers).end(text);
    return this.isDone(lane, asked, 200);
  }

  private isDone({ pattern }: Lane, { key, sinceMs, requestId }: Asked, status: number): true {
    const latencyMs = performance.now() - sinceMs;
    this.record({ method: 'POST', route: pattern, status, latencyMs, requestId, principal: key, isCheck: true });
    return true;
  }
}

/** @returns `undefined` where the client left before its end */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
      .on('error', () => resolve(undefined));
  });
}
