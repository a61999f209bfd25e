import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import '#src/platform/auth/request.js';
import { problem } from '#src/platform/errors.js';
import { negotiateLanguage } from '#src/platform/languages.js';
import { isId } from '#src/relations/vocabulary.js';
import { reasonSchema } from './fields.schema.js';
import type { ReadRequest, WriteRequest } from './read-request.js';

/** The handler's parameter that says who reads, in which office. */
export const Reading = createParamDecorator((_data: unknown, context: ExecutionContext): ReadRequest =>
  readRequestOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * The handler's parameter that says who writes, and on what conditions. A write refuses query members that it does not
 * know, for a misspelt `dryRun` would be no dry run; those of its own are named: `@Writing(['moveDossiersTo'])`.
 */
export const Writing = createParamDecorator(
  (own: readonly string[] | undefined, context: ExecutionContext): WriteRequest =>
    writeRequestOf(context.switchToHttp().getRequest<FastifyRequest>(), own ?? []),
);

function readRequestOf(request: FastifyRequest): ReadRequest {
  const { office = '' } = request.params as { office?: string };
  // An id of a wrong form is an id that does not exist.
  if (!isId(office)) throw problem('office_not_found');
  if (!request.principal) throw problem('unauthenticated');
  return {
    office,
    principal: request.principal,
    actor: request.actor,
    language: negotiateLanguage(request.headers['accept-language']),
    requestId: request.id,
  };
}

function writeRequestOf(request: FastifyRequest, own: readonly string[]): WriteRequest {
  const query = request.query as { dryRun?: unknown; reason?: unknown };
  const known = ['dryRun', 'reason', ...own];
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw invalid(unknown.join(', ').slice(0, 100), `known here: ${known.join(', ')}`);
  // A body that comes as a stream has not been read: its reader adds it to the fingerprint.
  const body = request.body instanceof Readable ? undefined : (request.body as { reason?: unknown } | undefined);
  return {
    ...readRequestOf(request),
    ifMatch: request.headers['if-match'],
    idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([request.method, request.url, request.headers['cardea-actor'], body]))
      .digest(),
    dryRun: dryRunOf(query.dryRun),
    reason: reasonOf(query.reason) ?? reasonOf(body?.reason) ?? null,
  };
}

function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7E]{1,255}$/.test(header)) return header;
  throw invalid('Idempotency-Key', '1 to 255 printable ASCII characters');
}

/** Anything but `true` and `false` is refused: a misspelt dry run must not change anything. */
function dryRunOf(value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid('dryRun', 'true or false');
}

function reasonOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const parsed = reasonSchema.safeParse(value);
  if (!parsed.success) throw invalid('reason', '1 to 1000 characters, no NUL');
  return parsed.data;
}

function invalid(path: string, message: string) {
  return problem('invalid_request', {}, { errors: [{ path, message }] });
}
