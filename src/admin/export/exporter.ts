import { PassThrough, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Slots } from '#src/platform/slots.js';
import { OfficeReader, type OfficeView } from '#src/admin/office-reader.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { drained } from './drained.js';
import { exportLines } from './export-lines.js';

/** Each export holds a connection to PostgreSQL until its client has read it all. */
const maxExports = 2;
/** One snapshot of the office is kept for so long at most. */
const exportDeadlineMs = 15 * 60_000;

/** An office on its way, and the moment that all of it speaks of: `undefined` for now. */
export interface Export {
  stream: Readable;
  revision: number;
  asOf: string | undefined;
}

/** Writes an office as the lines that make the same office of an empty one. */
@Injectable()
export class Exporter {
  readonly #slots = new Slots(maxExports);

  constructor(private readonly reader: OfficeReader) {}

  /**
   * The office as NDJSON, as of one moment, now or past. The stream breaks off with an error where it cannot go on: half an office
   * must not look like a whole one.
   *
   * @throws `office_not_found`, `forbidden`, `too_many_requests`
   */
  async export(request: ReadRequest, asOf?: string): Promise<Export> {
    const release = this.#slots.take();
    const output = new PassThrough();
    const authorized = Promise.withResolvers<Omit<Export, 'stream'>>();
    const use = async (view: OfficeView) => {
      view.guard.require('office', 'export', { id: view.office.id });
      authorized.resolve({ revision: view.office.revision, asOf: view.past?.at });
      for await (const lines of exportLines(view)) await send(output, lines);
    };
    this.reader
      .read(request, use, { asOf, deadlineMs: exportDeadlineMs })
      .then(() => output.end())
      .catch((error: unknown) => {
        authorized.reject(error);
        output.destroy(error as Error);
      })
      .finally(release);
    // Its error goes to whoever reads it, and to nobody where the request was refused before.
    output.on('error', () => undefined);
    return { stream: output, ...(await authorized.promise) };
  }
}

async function send(output: PassThrough, lines: readonly object[]): Promise<void> {
  if (output.destroyed) throw new Error('the client left');
  await drained(output, output.write(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
}
