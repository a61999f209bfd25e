import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { Accesses, type Access, type AccessFilter, type AccessRow } from '#src/audit/accesses.js';
import type { AccessQuery } from './accesses.schema.js';
import { csvRow } from './csv-row.js';
import { requireVisibleDossier } from './dossier-view.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { ReadRequest } from './read-request.js';

const columns = [
  ...['at', 'collaborator', 'action', 'principal', 'actor', 'purpose', 'rule', 'revision', 'requestId'],
] as (keyof Access)[];
const chunkSize = 1_000;
const fileDeadlineMs = 120_000;
/** So that Excel takes it for UTF-8. */
const byteOrderMark = '\ufeff';

/** Who opened a dossier, when and what for: the answer that the person whose data it is may ask for. */
@Injectable()
export class AccessesService {
  constructor(
    private readonly reader: OfficeReader,
    private readonly accesses: Accesses,
  ) {}

  /** @throws `not_found`, `forbidden`, `accesses_not_recorded` */
  page(request: ReadRequest, dossier: string, query: AccessQuery) {
    return this.reader.read(request, async (view) => {
      const filter = await this.admit(view, dossier, query);
      const { em, office } = view;
      const page = await this.reader.page(request, query, view, {
        name: ['accesses', dossier, query.action, query.from, query.to],
        rows: (after, most) => this.accesses.read(em, office.id, filter, after, most),
        position: positionOf,
        total: () => this.accesses.count(em, office.id, filter),
        items: (found) => found.map(({ instance: _instance, n: _n, ...access }) => access),
      });
      return { ...page, dropped: await this.accesses.dropped(em, office.id, filter) };
    });
  }

  /** All of them as CSV. @throws like {@link page} */
  async file(request: ReadRequest, dossier: string, query: AccessQuery): Promise<Readable> {
    // Before the stream begins, so that a refusal is still an ordinary problem.
    const filter = await this.reader.read(request, (view) => this.admit(view, dossier, query));
    const output = new PassThrough();
    this.reader
      .read(request, (view) => pipeline(Readable.from(this.lines(view, filter)), output), {
        deadlineMs: fileDeadlineMs,
      })
      .catch((error: unknown) => output.destroy(error as Error));
    return output;
  }

  private async admit(view: OfficeView, dossier: string, { from, to, action }: AccessQuery): Promise<AccessFilter> {
    await requireVisibleDossier(view, dossier);
    view.guard.require('office', 'read_accesses', { id: view.office.id });
    this.accesses.requireKept();
    return { dossier, action, from: from ?? null, to: to ?? null };
  }

  private async *lines({ em, office }: OfficeView, filter: AccessFilter): AsyncGenerator<string> {
    yield `${byteOrderMark}${csvRow(columns)}`;
    for (let last: AccessRow | undefined; ;) {
      const found = await this.accesses.read(em, office.id, filter, last && positionOf(last), chunkSize);
      yield found.map((row) => csvRow(columns.map((column) => row[column] ?? ''))).join('');
      last = found.at(-1);
      if (found.length < chunkSize) break;
    }
    const dropped = await this.accesses.dropped(em, office.id, filter);
    if (dropped > 0) yield csvRow([`${dropped} decisions of the office in this time were not recorded`]);
  }
}

function positionOf({ at, instance, n }: AccessRow) {
  return [at, instance, n];
}
