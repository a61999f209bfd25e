import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { v7 as uuidv7 } from 'uuid';

/** What a request id of the caller's may look like: one line of printable ASCII, so that it can stand in a log line. */
const acceptable = /^[\x20-\x7e]{1,128}$/;

/** Random bytes for many ids at once: asking for sixteen at a time would cost more than the rest of a check's id. */
const pool = new Uint8Array(16 * 1_024);
let used = pool.length;

function random(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += 16));
}

/**
 * The id of a request: the caller's `X-Request-ID` when it can be echoed safely, a new UUIDv7 otherwise.
 *
 * @param request anything with the headers of a request
 */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && acceptable.test(given) ? given : uuidv7({ rng: random });
}
