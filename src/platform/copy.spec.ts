import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import type { ClientBase } from 'pg';
import { copyLine, copyLines } from './copy.js';

/** What a query is to the driver: it calls it when PostgreSQL answers. */
interface Submitted {
  submit(connection: object): void;
  handleCopyInResponse(): void;
  handleError(error: Error): void;
}

/** A connection whose client takes in nothing more for now. */
class FullStream extends EventEmitter {
  readonly written: Buffer[] = [];

  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    return false;
  }
}

// Seen to fail with a copy that hears its first error only.
test('a copy that is refused while the connection is full fails once, sends nothing more, and ends no process', async () => {
  const stream = new FullStream();
  let submitted: Submitted | undefined;
  const client = {
    query(query: Submitted) {
      submitted = query;
      query.submit({ stream, query: () => undefined, sendCopyFail: () => undefined });
      return query;
    },
  } as unknown as ClientBase;
  const copied = copyLines(client, 'copy t from stdin', copyLine([1]));
  submitted?.handleCopyInResponse();
  await new Promise(setImmediate);
  const sent = stream.written.length;
  expect(sent).toBeGreaterThan(0);
  submitted?.handleError(new Error('refused'));
  stream.emit('drain');
  await expect(copied).rejects.toThrow('refused');
  await new Promise(setImmediate);
  expect(stream.written).toHaveLength(sent);
});
