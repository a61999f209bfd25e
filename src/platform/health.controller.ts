import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from './answers.js';
import { Access } from './auth/access.js';
import type { Logger } from './logs.js';

/** One thing that must work before requests are sent here. */
export interface HealthCheck {
  name: string;
  /** Rejects when it does not work. */
  check: () => Promise<void>;
}

/** Why a check fails, in words that anyone may read. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** The tokens under which the module provides what the controller needs. */
export const healthChecks = Symbol('health checks');
export const healthLogger = Symbol('health logger');

const timeoutMs = 2_000;

const Live = z.strictObject({ status: z.literal('ok') });
const Ready = z.strictObject({
  status: z.enum(['ok', 'unavailable']),
  checks: z.record(z.string(), z.enum(['ok', 'failed'])),
  reasons: z.record(z.string(), z.string()).optional(),
});

/** Asked by what starts, stops and routes to the service. Says which part fails; why is in the log. */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(healthChecks) private readonly checks: readonly HealthCheck[],
    @Inject(healthLogger) private readonly logger: Logger,
  ) {}

  /** The process answers: it need not be restarted. */
  @Get('live')
  @Access('public')
  @Answers(200, Live)
  live(): z.infer<typeof Live> {
    return { status: 'ok' };
  }

  /** Every check passes: requests can be sent here. */
  @Get('ready')
  @Access('public')
  @Answers(200, Ready)
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof Ready>> {
    const results = await Promise.all(this.checks.map(async (one) => [one.name, await this.#run(one)] as const));
    const isReady = results.every(([, { result }]) => result === 'ok');
    if (!isReady) void reply.code(503).header('retry-after', '2');
    const reasons = results.flatMap(([name, { reason }]) => (reason === undefined ? [] : [[name, reason] as const]));
    return {
      status: isReady ? 'ok' : 'unavailable',
      checks: Object.fromEntries(results.map(([name, { result }]) => [name, result])),
      ...(reasons.length > 0 && { reasons: Object.fromEntries(reasons) }),
    };
  }

  /** A check that hangs has failed: a probe must have its answer before it gives up itself. */
  async #run({ name, check }: HealthCheck): Promise<{ result: 'ok' | 'failed'; reason?: string }> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
    });
    try {
      await Promise.race([check(), timeout]);
      return { result: 'ok' };
    } catch (err) {
      this.logger.warn({ err, check: name }, 'not ready');
      return { result: 'failed', ...(err instanceof NotReadyError && { reason: err.message }) };
    } finally {
      clearTimeout(timer);
    }
  }
}
