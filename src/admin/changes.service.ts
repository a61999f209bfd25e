import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { countTrail, readTrail, type Change, type TrailPosition } from '#src/audit/trail.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import type { ChangeQuery } from './change.schema.js';
import { OfficeReader } from './office-reader.js';
import type { ReadRequest } from './read-request.js';
import { DossierVisibility, dossiersIn } from './dossier-visibility.js';

/** How often a stream looks for new rows, and says that it is alive. */
const pollMs = 500;
const heartbeatMs = 15_000;
const streamPageSize = 500;

/** The audit trail in order of revision (rule 31). Reading it changes nothing. */
@Injectable()
export class ChangesService {
  constructor(private readonly reader: OfficeReader) {}

  /** One page of JSON. */
  page(request: ReadRequest, query: ChangeQuery) {
    const start = query.after ?? { revision: 0, sequence: 0 };
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read_trail', { id: view.office.id });
      const found = await readTrail(view.em, view.office.id, start, query.limit, query.key);
      const visibility = await DossierVisibility.of(view, dossiersIn(found));
      const last = found.at(-1);
      return {
        items: found.flatMap((change) => visibility.entry(change) ?? []).map(changeView),
        nextCursor: last === undefined || found.length < query.limit ? null : positionToken(last),
        last: last && positionToken(last),
        total: await countTrail(view.em, view.office.id, query.key),
        revision: revisionToken(view.office.revision),
      };
    });
  }

  /**
   * The trail as server-sent events, each with its position as `id`, so that a client that lost the connection goes on
   * where it was. Ends when the signal says so.
   */
  async *events(request: ReadRequest, query: ChangeQuery, signal: AbortSignal): AsyncGenerator<string> {
    let position: TrailPosition = query.after ?? { revision: 0, sequence: 0 };
    let quietMs = 0;
    yield ': connected\n\n';
    while (!signal.aborted) {
      const page = await this.page(request, { ...query, after: position, limit: streamPageSize });
      for (const change of page.items) yield `id: ${change.id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;
      if (page.last !== undefined) {
        const [revision = '0', sequence = '0'] = page.last.split('.');
        position = { revision: Number(revision), sequence: Number(sequence) };
        quietMs = 0;
        continue;
      }
      await sleep(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
      quietMs += pollMs;
      if (quietMs >= heartbeatMs) {
        quietMs = 0;
        yield ': heartbeat\n\n';
      }
    }
  }
}

function positionToken({ revision, sequence }: TrailPosition): string {
  return `${revision}.${sequence}`;
}

function changeView(change: Change) {
  const { sequence: _sequence, ...rest } = change;
  return { id: positionToken(change), ...rest, revision: revisionToken(change.revision) };
}
