import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { principalId } from './auth/principal.js';
import type { Logger } from './logs.js';
import type { Metrics } from './metrics.js';

/** The status in the log of a request whose client left before the answer, as nginx has it. */
const clientClosedRequest = 499;

/**
 * Writes one line for every request that was answered or abandoned, and counts it. The line has the route's pattern,
 * never the address: what a caller put in a path or a query stays out of the log. Checks are most of all requests, so
 * their lines appear at level `debug` only, unless one fails on our side.
 */
export function watchRequests(instance: FastifyInstance, logger: Logger, metrics: Metrics | undefined): void {
  instance.addHook('onResponse', (request, reply, done) => {
    record(request, reply.statusCode, reply.elapsedTime);
    done();
  });
  instance.addHook('onRequestAbort', (request, done) => {
    record(request, clientClosedRequest, undefined);
    done();
  });

  function record(request: FastifyRequest, status: number, latencyMs: FastifyReply['elapsedTime'] | undefined): void {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    if (latencyMs !== undefined) metrics?.observe(request.method, route, status, latencyMs / 1_000);
    const level = levelOf(status, request.access === 'check');
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        method: request.method,
        route,
        status,
        latencyMs: latencyMs === undefined ? undefined : Math.round(latencyMs * 1_000) / 1_000,
        requestId: request.id,
        principal: request.principal && principalId(request.principal),
        actor: request.actor,
      },
      'request',
    );
  }
}

function levelOf(status: number, isCheck: boolean): 'error' | 'info' | 'debug' {
  if (status >= 500) return 'error';
  return isCheck ? 'debug' : 'info';
}
