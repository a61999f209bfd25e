import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { watchRequests } from './access-log.js';
import { Ahead } from './ahead.js';
import { AllowedMethods } from './allowed-methods.js';
import { addBodyParsers } from './body-parsers.js';
import { answerClientError } from './client-errors.js';
import { boundRequests, type LaneOptions } from './lanes.js';
import { type Logger, NestLogger } from './logs.js';
import type { Metrics } from './metrics.js';
import { problem } from './errors.js';
import { commonHeaders, saysTwice } from './headers.js';
import { ProblemFilter } from './problem.filter.js';
import { requestId } from './request-id.js';
import { ZodPipe } from './zod.pipe.js';

/** Bodies that are read into memory; imports are streamed and have no bound. */
export const defaultBodyLimitBytes = 8 * 1_024 * 1_024;

/** An id has at most 128 characters, each of which may be percent-encoded in a path. */
const maxParamLength = 3 * 128;

/** How long the service waits for a client. */
export interface Patience {
  /** A request must have arrived by then. */
  requestMs: number;
  /** A connection on which nothing moves is closed. */
  silenceMs: number;
  /** How often it is looked whether a request is late. */
  lookEveryMs: number;
}

/** Long enough for a large import over a slow line; more than the longest silence of an import or a stream. */
const defaultPatience: Patience = { requestMs: 15 * 60_000, silenceMs: 120_000, lookEveryMs: 30_000 };
/** Past this, connections are cut at once. An idle one costs some 20 kB. */
const maxConnections = 10_000;
const defaultBounds: LaneOptions = { maxRequests: 1_000, deadlineMs: 2_000 };

/** What HTTP needs before there is an app. */
export interface HttpOptions {
  logger: Logger;
  metrics?: Metrics;
  bodyLimitBytes?: number;
  /** How much may be under way at once. */
  bounds?: LaneOptions;
  patience?: Patience | undefined;
}

/** The pieces of an app that speaks HTTP our way, in the order in which they are used. */
export interface Http {
  adapter: FastifyAdapter;
  /** For `NestFactory.create` or `createNestApplication`: our parsers instead of Nest's. */
  nestOptions: NestApplicationOptions;
  /** Global pipe and filter; before `app.init()` or `app.listen()`. */
  configure(app: INestApplication): void;
}

/**
 * Prepares everything about HTTP that is not a route: bounds, body parsers, request ids, headers, problems, the
 * access log and the metrics. The Host header and `X-Forwarded-*` are never read: addresses in answers come from
 * `PUBLIC_URL`.
 */
export function createHttp(options: HttpOptions): Http {
  const { logger, metrics, bodyLimitBytes = defaultBodyLimitBytes, bounds = defaultBounds } = options;
  const { patience = defaultPatience } = options;
  const adapter = new FastifyAdapter({
    bodyLimit: bodyLimitBytes,
    requestTimeout: patience.requestMs,
    connectionTimeout: patience.silenceMs,
    http: { connectionsCheckingInterval: patience.lookEveryMs },
    routerOptions: { maxParamLength },
    trustProxy: false,
    requestIdHeader: false,
    genReqId: requestId,
    // While closing, what still arrives on open connections is served: the database closes last.
    return503OnClosing: false,
    // Nest's middleware would cost every request a hook; this service has none.
    skipMiddie: true,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      // What the router refuses runs no hook.
      void reply.headers(commonHeaders(request.id));
      filter.answer(error, request, reply);
    },
  });
  const instance: FastifyInstance = adapter.getInstance();
  const filter = new ProblemFilter(logger, new AllowedMethods(instance));
  addBodyParsers(instance);
  instance.addHook('onRequest', (request, _reply, done) => done(faultOf(request)));
  instance.addHook('onSend', (request, reply, _payload, done) => {
    // A route that may be cached says so itself.
    const { 'cache-control': caching, ...headers } = commonHeaders(request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', caching);
    reply.headers(headers);
    done();
  });
  const enter = boundRequests(instance, bounds, logger, metrics);
  instance.server.maxConnections = maxConnections;
  const record = watchRequests(instance, logger, metrics);
  instance.decorate('ahead', new Ahead(instance, bodyLimitBytes, record, enter));
  return {
    adapter,
    nestOptions: { bodyParser: false, logger: new NestLogger(logger) },
    configure(app) {
      app.useGlobalPipes(new ZodPipe());
      app.useGlobalFilters(filter);
    },
  };
}

/** What no request may be, whatever its route. */
function faultOf({ url, raw }: FastifyRequest): Error | undefined {
  // PostgreSQL cannot store the character NUL, nor compare with it; the parser of bodies refuses it as well.
  if (url.includes('%00')) return problem('unrepresentable_value');
  return saysTwice(raw.rawHeaders) ? problem('invalid_request') : undefined;
}
