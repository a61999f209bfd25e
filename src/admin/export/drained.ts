import type { Writable } from 'node:stream';

/** How long a client may read nothing: less than PostgreSQL leaves a transaction idle. */
const patienceMs = 20_000;

/**
 * Waits until what has been written is on its way: what a slow client has not read is not held in memory.
 *
 * @param hasRoom what the last `write` answered
 * @throws Error where the client left, or reads no further
 */
export async function drained(output: Writable, hasRoom: boolean): Promise<void> {
  if (output.destroyed) throw new Error('the client left');
  if (hasRoom) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = () => reject(new Error('the client reads no further'));
  const timer = setTimeout(giveUp, patienceMs);
  output.once('drain', resolve).once('close', giveUp);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    output.off('drain', resolve).off('close', giveUp);
  }
}
