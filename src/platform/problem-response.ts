import { HttpException } from '@nestjs/common';
import { describe, ProblemError, problem, type ErrorCode, type FieldError } from './errors.js';
import type { Language } from './languages.js';
import { UnavailableError } from './unavailable.js';
import { wordIssues } from './zod-issues.js';

/** The body of an error (RFC 9457). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  errors?: readonly FieldError[];
  requestId: string;
}

/** When to come back after a 503: long enough for a restart of PostgreSQL to show, short enough for a person to wait. */
const retryAfter = { 'retry-after': '2' };

/** Headers that belong to a status wherever it comes from. */
const headersByCode: Partial<Record<ErrorCode, Record<string, string>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer realm="cardea"' },
  too_many_requests: retryAfter,
  unavailable: retryAfter,
};

/**
 * Turns anything thrown into the problem that is answered. What is not known becomes `internal`, with the original as
 * its cause for the log: nothing of it reaches the caller.
 */
export function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof UnavailableError) {
    return problem('unavailable', {}, { cause: thrown, headers: headersByCode.unavailable });
  }
  const status = statusOf(thrown);
  const code = status === undefined ? 'internal' : codeOf(status);
  return new ProblemError(code, {}, { cause: thrown, headers: headersByCode[code] });
}

function codeOf(status: number): ErrorCode {
  return codeByStatus[status] ?? (status < 500 ? 'invalid_request' : 'internal');
}

/** The problems that Nest and Fastify find on their own, by the status that they give them. */
const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  431: 'headers_too_large',
  503: 'unavailable',
};

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error)) return undefined;
  // Errors of Fastify have a status of their own; a status on any other error was not meant for our callers.
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  // A client that hangs up in the middle of its body is no fault of ours, and nobody waits for the answer.
  if (code === 'ECONNRESET' && statusCode === 400) return 400;
  const isFastify = typeof code === 'string' && code.startsWith('FST_');
  return isFastify && typeof statusCode === 'number' ? statusCode : undefined;
}

/** Writes a problem as the body of an answer. */
export function toBody(error: ProblemError, language: Language, requestId: string): ProblemBody {
  const { title, detail } = describe(error, language);
  const errors = error.issues ? wordIssues(error.issues, language) : error.errors;
  return {
    ...error.extensions,
    type: `urn:cardea:error:${error.code}`,
    title,
    status: error.status,
    code: error.code,
    detail,
    ...(errors && { errors }),
    requestId,
  };
}

/** A problem as one text, for answers whose form has no more than that. */
export function messageOf(error: ProblemError, language: Language): string {
  const { detail, errors = [] } = toBody(error, language, '');
  return [detail, ...errors.map(({ path, message }) => `${path}: ${message}`)].join(' ');
}
