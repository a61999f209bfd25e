import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { problem } from '#src/platform/errors.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { piecesOf, streamEvents } from './event-stream.js';

const request = { language: 'fr', requestId: 'r1' } as ReadRequest;
const unheard = (error: unknown) => {
  throw error;
};

/** Events that end with an error where one is given, and note whether they were let finish. */
async function* events(list: object[], error?: Error, onEnd: () => void = () => undefined): AsyncGenerator<object> {
  try {
    for (const event of list) yield await Promise.resolve(event);
    if (error) throw error;
  } finally {
    onEnd();
  }
}

describe('a stream of events', () => {
  test('is a line of JSON each', async () => {
    const stream = await streamEvents(events([{ a: 'é' }, { b: 2 }]), request, unheard);
    expect(await text(stream)).toBe('{"a":"é"}\n{"b":2}\n');
    expect(await text(await streamEvents(events([]), request, unheard))).toBe('');
  });

  test('throws what goes wrong before its first event, so that it is answered as any problem', async () => {
    const first = streamEvents(events([], problem('forbidden')), request, unheard);
    await expect(first).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('ends with the problem where it comes later, in words for the caller and nothing of its inside', async () => {
    const logged: unknown[] = [];
    const error = new Error('secret of the inside');
    const stream = await streamEvents(events([{ a: 1 }], error), request, (unexpected) => logged.push(unexpected));
    const [, last] = (await text(stream)).trimEnd().split('\n');
    expect(JSON.parse(last ?? '')).toMatchObject({
      error: { status: 500, code: 'internal', title: 'Erreur interne', requestId: 'r1' },
    });
    expect(last).not.toContain('secret');
    expect(logged).toEqual([error]);
  });

  test('lets the events finish when whoever reads has left', async () => {
    const ended = Promise.withResolvers<void>();
    const stream = await streamEvents(
      events([{ a: 1 }, { b: 2 }, { c: 3 }], undefined, ended.resolve),
      request,
      unheard,
    );
    stream.once('data', () => stream.destroy());
    await ended.promise;
  });
});

describe('the pieces of a body', () => {
  test('come as they were sent', async () => {
    const pieces: string[] = [];
    for await (const piece of piecesOf(Readable.from([Buffer.from('a'), Buffer.from('b')])))
      pieces.push(piece.toString());
    expect(pieces).toEqual(['a', 'b']);
  });

  test('end with a timeout where the client says nothing for too long', async () => {
    const body = new PassThrough();
    body.write('a');
    const read = async () => {
      for await (const _piece of piecesOf(body, 20)) continue;
    };
    await expect(read()).rejects.toMatchObject({ code: 'request_timeout' });
    expect(body.destroyed).toBe(true);
  });

  test('end with one too where the client leaves', async () => {
    const body = new PassThrough();
    const pieces = piecesOf(body);
    body.write('a');
    await pieces.next();
    const next = pieces.next();
    body.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
    await expect(next).rejects.toMatchObject({ code: 'request_timeout' });
  });
});
