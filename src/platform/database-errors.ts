import { isNativeError } from 'node:util/types';
import { UnavailableError } from './unavailable.js';

/** SQLSTATE classes that say nothing about the statement: connection, resources, operator, system. */
const awayClasses = ['08', '53', '57', '58'];
/** Not within the time a request has: a lock (55P03), an idle transaction (25P03). */
const awayStates = ['55P03', '25P03', '25P04'];
const awaySystemCodes = [
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
];
/** What `pg` and its pool say without any code. */
const awayMessages =
  /^(Connection terminated|timeout e(xpired|xceeded)|Client (was closed|has encountered a connection error)|Query read timeout|Cannot use a pool after)/;

/**
 * The error to answer with: an `UnavailableError` where PostgreSQL could not be asked or gave no answer in time, else
 * the error itself.
 */
export function asUnavailable(error: Error): Error;
export function asUnavailable(error: unknown): unknown;
export function asUnavailable(error: unknown): unknown {
  if (error instanceof UnavailableError || !isNativeError(error)) return error;
  return isAway(error)
    ? new UnavailableError(`PostgreSQL is not available: ${error.message}`, { cause: error })
    : error;
}

function isAway(error: Error): boolean {
  const code = codeOf(error);
  if (code === undefined) return awayMessages.test(error.message);
  return (
    awayClasses.some((start) => isSqlState(code) && code.startsWith(start)) ||
    [...awayStates, ...awaySystemCodes].includes(code)
  );
}

/** The SQLSTATE or system code of an error of `pg`, also where the ORM wrapped it. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}
