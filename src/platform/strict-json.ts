import { isUtf8 } from 'node:buffer';
import { problem } from './errors.js';

/** How deep a body may be nested. */
export const maxDepth = 64;
/** How many items one list of a body may have. */
export const maxArrayLength = 100_000;

/**
 * Parses a JSON body as strictly as an authorization service has to: what two parsers could read differently is
 * refused (I-JSON, RFC 7493), and so is what would cost more than it says.
 *
 * Fast by doing little: one pass over the text for depth, lengths and the number of members, then the engine's own
 * `JSON.parse`, then one walk that counts the members which survived. Fewer than the text had means a duplicate.
 *
 * @param body the bytes as received; a byte order mark is skipped
 * @returns the value, or `undefined` for an empty body
 * @throws ProblemError `malformed_json`, `duplicate_member`, `reserved_member`, `json_too_deep`, `array_too_long` or
 *   `unrepresentable_value`
 */
export function parseStrictJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw problem('malformed_json', {}, { internal: 'invalid UTF-8' });
  const hasMark = body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return parseStrictJsonText(body.toString('utf8', hasMark ? 3 : 0));
}

/** The same for a text that is already decoded, such as one line of an import. */
export function parseStrictJsonText(text: string): unknown {
  const outline = scan(text);
  const value = parse(text);
  const members = walk(value, outline.hasEscapes);
  if (members !== outline.members) throw problem('duplicate_member');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw problem('malformed_json', {}, { cause });
  }
}

interface Outline {
  members: number;
  hasEscapes: boolean;
}

// Filled anew by every scan, which never yields in between: no allocation per request.
const commas = new Int32Array(maxDepth + 1);

/**
 * Bounds depth and list lengths before anything is built from the text, and counts members (colons outside strings).
 * The text need not be valid; `JSON.parse` says so afterwards.
 */
function scan(text: string): Outline {
  let depth = 0;
  let members = 0;
  let hasEscapes = false;
  commas[0] = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at + 1);
        hasEscapes ||= end < 0;
        at = end < 0 ? -end : end;
        break;
      }
      case 0x3a:
        members++;
        break;
      case 0x2c:
        if (++commas[depth]! >= maxArrayLength) throw problem('array_too_long', { max: maxArrayLength });
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > maxDepth) throw problem('json_too_deep', { max: maxDepth });
        commas[depth] = 0;
        break;
      case 0x7d:
      case 0x5d:
        if (depth > 0) depth--;
        break;
    }
  }
  return { members, hasEscapes };
}

/** Where a string ends; negative when it has an escape; the end of the text when it never ends. */
function endOfString(text: string, start: number): number {
  let hasEscapes = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return hasEscapes ? -at : at;
    if (code === 0x5c) {
      hasEscapes = true;
      at++;
    }
  }
  return hasEscapes ? -text.length : text.length;
}

/**
 * Counts the members of a parsed value and refuses what must not come in: names that JavaScript treats specially,
 * numbers that became infinite, and (only where the text had escapes can there be any) NUL and lone surrogates, which
 * PostgreSQL cannot store. Recursion is bounded by the depth that `scan` allowed.
 */
function walk(value: unknown, hasEscapes: boolean): number {
  if (typeof value === 'string') {
    if (hasEscapes) refuseUnstorable(value);
    return 0;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw problem('unrepresentable_value');
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += walk(item, hasEscapes);
    return members;
  }
  for (const name in value) {
    members++;
    if (name === '__proto__' || name === 'constructor' || name === 'prototype')
      throw problem('reserved_member', { name });
    if (hasEscapes) refuseUnstorable(name);
    members += walk((value as Record<string, unknown>)[name], hasEscapes);
  }
  return members;
}

function refuseUnstorable(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw problem('unrepresentable_value');
}
