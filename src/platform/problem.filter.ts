import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from './allowed-methods.js';
import { problem, ProblemError } from './errors.js';
import { negotiateLanguage } from './languages.js';
import type { Logger } from './logs.js';
import { pageHeaders, problemPage, wantsPage } from './problem-page.js';
import { messageOf, toBody, toProblem } from './problem-response.js';

/** AuthZEN's clients expect plain JSON with a message on its endpoints (Authorization API 1.0 §10.1.2). */
const authzenPath = /^\/(?:offices\/[^/]+\/access\/v1|\.well-known\/authzen-configuration)(?:[/?]|$)/;

/**
 * The global exception filter: everything that goes wrong on the way to an answer, found by Fastify, by Nest or by
 * us, is answered in one form and in the caller's language. What nobody expected is logged with the request's id and
 * answered as `internal`, without a word of what it was.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly allowed: AllowedMethods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** The same outside Nest, for what Fastify's router refuses before any hook has run. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.withMethods(toProblem(thrown), request);
    this.log(error, thrown, request);
    if (reply.sent || reply.raw.headersSent) {
      // Half an answer is on its way: only a broken connection still tells the client that it is not whole.
      reply.raw.destroy();
      return;
    }
    const language = negotiateLanguage(request.headers['accept-language']);
    const body = toBody(error, language, request.id);
    if (wantsPage(request)) {
      const headers = {
        ...error.headers,
        ...pageHeaders,
        'content-language': language,
        vary: 'accept, accept-language',
      };
      void reply.code(body.status).headers(headers).send(problemPage(body, language));
      return;
    }
    const isAuthzen = authzenPath.test(pathOf(request));
    void reply
      // AuthZEN's conformance asks for 400 where a content type is wrong (1.0 §10.1.2, c-2-4-3).
      .code(isAuthzen && body.status === 415 ? 400 : body.status)
      .headers({ ...error.headers, 'content-language': language, vary: 'accept-language' })
      .header('content-type', isAuthzen ? 'application/json' : 'application/problem+json')
      .send(JSON.stringify(isAuthzen ? { message: messageOf(error, language) } : body));
  }

  /** A path that is there with other methods is a 405, which says with which. */
  private withMethods(error: ProblemError, request: FastifyRequest): ProblemError {
    if (error.code !== 'not_found' || !request.is404) return error;
    const methods = this.allowed.at(pathOf(request));
    if (methods.length === 0 || methods.includes(request.method)) return error;
    const allow = methods.join(', ');
    return problem('method_not_allowed', { methods: allow }, { headers: { allow } });
  }

  private log(error: ProblemError, thrown: unknown, request: FastifyRequest): void {
    const context = { requestId: request.id, code: error.code };
    if (error.code === 'internal') this.logger.error({ ...context, err: thrown }, 'unexpected error');
    else if (error.code === 'unavailable') this.logger.warn({ ...context, err: thrown }, 'unavailable');
    else if (error.internal) this.logger.debug({ ...context, internal: error.internal }, 'refused');
  }
}

/** The path of a request, also when its target is a whole URL (RFC 9112 §3.2.2); the host in it counts for nothing. */
function pathOf(request: FastifyRequest): string {
  return request.url.replace(/^https?:\/\/[^/?]*/i, '');
}
