import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import '#src/platform/auth/request.js';
import { problem } from '#src/platform/errors.js';
import { negotiateLanguage } from '#src/platform/languages.js';
import { isId } from '#src/relations/vocabulary.js';
import type { Asker } from './check.service.js';
import { purposeOf } from './purpose.js';

/** The handler's parameter that says who asks, in which office. */
export const Asking = createParamDecorator((_data: unknown, context: ExecutionContext): Asker => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { office = '' } = request.params as { office?: string };
  // An id of a wrong form is an id that does not exist.
  if (!isId(office)) throw problem('office_not_found');
  if (!request.principal) throw problem('unauthenticated');
  return {
    office,
    principal: request.principal,
    actor: request.actor,
    requestId: request.id,
    purpose: purposeOf(request.headers),
    language: negotiateLanguage(request.headers['accept-language']),
  };
});
