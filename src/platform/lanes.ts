import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { problem } from './errors.js';
import type { Logger } from './logs.js';
import type { Metrics } from './metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Refused for want of a place: too many come at once to write a line about each. */
    isShed?: boolean;
  }
}

/** What may be under way in this process, and how long work may go on for a client that has left. */
export interface LaneOptions {
  maxRequests: number;
  deadlineMs: number;
}

/** The share of each lane in `MAX_REQUESTS`. What is slow has a lane of its own, and so never takes a check's place. */
const shares = {
  check: 0.5,
  /** Lists, exports, whatever is a GET. */
  read: 0.2,
  /** Changes, previews and imports. */
  write: 0.15,
  /** Trails followed as server-sent events, which have no end. */
  stream: 0.13,
  /** Bodies of more than {@link largeBodyBytes}, whatever the route: these are what fills memory. */
  large: 0.02,
};
export type LaneName = keyof typeof shares;

const largeBodyBytes = 256 * 1_024;
const checkRoute = /\/can-access(\/|$)|\/access\/v1\//;
/** Whoever asks whether the service is well must hear it most of all when it is not. */
const openRoute = /^\/(health|metrics)(\/|$)/;
const logEveryMs = 10_000;

/** One for all: the trace of where it was made says nothing, and making it costs more than the rest of a refusal. */
const overloaded = problem('overloaded', {}, { headers: { 'retry-after': '1' } });

/** Whoever answers a check ahead of the framework takes its place. @returns `false` where there is none */
export type EnterCheck = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Has its place already: it was read ahead of the framework, which has to answer it after all. */
const placed = Symbol('placed');
type MaybePlaced = ServerResponse & { [placed]?: true };

/** The requests of one kind that are under way. */
class Lane {
  taken = 0;
  /** Called when a response ends, however it ends; one function for all requests of the lane. */
  readonly onClose: (this: ServerResponse) => void;

  constructor(
    readonly name: LaneName,
    readonly most: number,
    deadlineMs: number,
  ) {
    const leave = () => void this.taken--;
    this.onClose = function () {
      // The client has left, but the work goes on until its deadline: clients that leave and come again must not pile
      // up more work than those that wait.
      if (this.headersSent) leave();
      else setTimeout(leave, deadlineMs).unref();
    };
  }

  /** Takes a place until the response has ended. @returns `false` where there is none */
  enter(response: ServerResponse): boolean {
    if (this.taken >= this.most) return false;
    this.taken++;
    response.on('close', this.onClose);
    return true;
  }
}

/**
 * Bounds what this process has under way: a request has a place in a lane from its head to the end of its answer, and
 * is refused at once where there is none. What waits in memory is bounded by that, and so is the time that it waits.
 */
export function boundRequests(
  instance: FastifyInstance,
  { maxRequests, deadlineMs }: LaneOptions,
  logger: Logger,
  metrics: Metrics | undefined,
): EnterCheck {
  const lane = (name: LaneName) => new Lane(name, Math.max(1, Math.floor(maxRequests * shares[name])), deadlineMs);
  const lanes = {
    check: lane('check'),
    read: lane('read'),
    write: lane('write'),
    stream: lane('stream'),
    large: lane('large'),
  } satisfies Record<LaneName, Lane>;
  metrics?.watchLanes(Object.values(lanes));
  let loggedAtMs = Number.NEGATIVE_INFINITY;

  function refuse(full: Lane, request: FastifyRequest, done: (error: Error) => void): void {
    request.isShed = true;
    metrics?.refused(full.name);
    if (performance.now() - loggedAtMs >= logEveryMs) {
      loggedAtMs = performance.now();
      logger.warn({ lane: full.name, most: full.most }, 'too many requests under way: some are refused');
    }
    done(overloaded);
  }

  instance.addHook('onRoute', (route: RouteOptions) => {
    if (openRoute.test(route.url)) return;
    const usual = lanes[usualLane(route)];
    const large = route.config?.streamsBody ? usual : lanes.large;
    route.onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      const { headers } = request;
      let own = usual;
      if (usual === lanes.read && headers.accept?.includes('text/event-stream')) own = lanes.stream;
      else if (isLarge(headers)) own = large;
      if ((reply.raw as MaybePlaced)[placed] || own.enter(reply.raw)) done();
      else refuse(own, request, done);
    };
  });
  return ({ headers }, response) => {
    const own = isLarge(headers) ? lanes.large : lanes.check;
    if (!own.enter(response)) return false;
    (response as MaybePlaced)[placed] = true;
    return true;
  };
}

function usualLane({ url, method }: RouteOptions): LaneName {
  if (checkRoute.test(url)) return 'check';
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

/** A body without a length may be as large as any. */
function isLarge(headers: FastifyRequest['headers']): boolean {
  const length = headers['content-length'];
  if (length === undefined) return headers['transfer-encoding'] !== undefined;
  return Number(length) > largeBodyBytes;
}
