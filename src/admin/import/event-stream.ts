import { Readable } from 'node:stream';
import { problem, ProblemError } from '#src/platform/errors.js';
import { toBody, toProblem, type ProblemBody } from '#src/platform/problem-response.js';
import type { ReadRequest } from '#src/admin/read-request.js';

/** How a stream of events ends that something stopped in the middle: the problem, as an answer would have it. */
export interface StoppedEvent {
  error: ProblemBody;
}

/**
 * Turns events into a stream of NDJSON. What goes wrong before the first event is thrown, and answered as any problem
 * is; what goes wrong later is the last line, for the status has been sent by then. Destroying the stream, as happens
 * when the client leaves, returns from the generator.
 *
 * @param log is told of what nobody expected
 */
export async function streamEvents(
  events: AsyncGenerator<object>,
  request: ReadRequest,
  log: (error: unknown) => void,
): Promise<Readable> {
  const first = await events.next();
  return Readable.from(linesOf(first, events, request, log), { objectMode: false });
}

async function* linesOf(
  first: IteratorResult<object>,
  events: AsyncGenerator<object>,
  { language, requestId }: ReadRequest,
  log: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  const line = (event: object) => Buffer.from(`${JSON.stringify(event)}\n`);
  try {
    for (let event = first; !event.done; event = await events.next()) yield line(event.value);
  } catch (error) {
    const stopped = toProblem(error);
    if (stopped.status >= 500) log(error);
    yield line({ error: toBody(stopped, language, requestId) } satisfies StoppedEvent);
  } finally {
    await events.return(undefined);
  }
}

/** How long a client may be silent in the middle of its body. */
const patienceMs = 60_000;

/**
 * The pieces of a body. A client that leaves, or that sends nothing for a minute, ends it.
 *
 * @throws `request_timeout`
 */
export async function* piecesOf(body: Readable, patience = patienceMs): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => body.destroy(problem('request_timeout')), patience);
  try {
    for await (const piece of body) {
      timer.refresh();
      yield piece as Buffer;
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw problem('request_timeout', {}, { cause: error, internal: 'the client left in the middle of its body' });
  } finally {
    clearTimeout(timer);
  }
}
