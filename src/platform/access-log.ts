import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Principal, principalId } from './auth/principal.js';
import './lanes.js';
import type { Logger } from './logs.js';
import type { Metrics } from './metrics.js';

/** The status in the log of a request whose client left before the answer, as nginx has it. */
export const clientClosedRequest = 499;

/** One request that was answered or abandoned. */
export interface RequestRecord {
  method: string;
  /** The route's pattern, never the address: what a caller put in a path or a query stays out of the log. */
  route: string;
  status: number;
  /** `undefined` where it was abandoned. */
  latencyMs: number | undefined;
  requestId: string;
  principal?: Principal | undefined;
  actor?: string | undefined;
  isCheck: boolean;
  isShed?: boolean | undefined;
}

/** Counts one request and writes its line. */
export type RecordRequest = (request: RequestRecord) => void;

/**
 * Makes the record of every request of the framework. Checks are most of all requests, so their lines appear at level
 * `debug` only, unless one fails on our side; so do those of requests refused under overload.
 *
 * @returns to record what is answered ahead of the framework
 */
export function watchRequests(instance: FastifyInstance, logger: Logger, metrics: Metrics | undefined): RecordRequest {
  instance.addHook('onResponse', (request, reply, done) => {
    record(recordOf(request, reply.statusCode, reply.elapsedTime));
    done();
  });
  instance.addHook('onRequestAbort', (request, done) => {
    record(recordOf(request, clientClosedRequest, undefined));
    done();
  });
  return record;

  function record({ isCheck, isShed, principal, latencyMs, ...rest }: RequestRecord): void {
    const { method, route, status } = rest;
    if (latencyMs !== undefined) metrics?.observe(method, route, status, latencyMs / 1_000);
    const level = isShed ? 'debug' : levelOf(status, isCheck);
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        ...rest,
        latencyMs: latencyMs === undefined ? undefined : Math.round(latencyMs * 1_000) / 1_000,
        principal: principal && principalId(principal),
      },
      'request',
    );
  }
}

function recordOf(
  request: FastifyRequest,
  status: number,
  latencyMs: FastifyReply['elapsedTime'] | undefined,
): RequestRecord {
  const { method, id: requestId, principal, actor } = request;
  const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
  return {
    method,
    route,
    status,
    latencyMs,
    requestId,
    principal,
    actor,
    isCheck: request.access === 'check',
    isShed: request.isShed,
  };
}

function levelOf(status: number, isCheck: boolean): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error';
  return isCheck ? 'debug' : 'info';
}
