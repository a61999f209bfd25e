import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { countTrail, readTrail, type Change, type TrailFilter, type TrailPosition } from '#src/audit/trail.js';
import { ProblemError } from '#src/platform/errors.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import type { ChangeQuery } from './change.schema.js';
import { DossierVisibility } from './dossier-visibility.js';
import { personInTrail } from './person-in-trail.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { ReadRequest } from './read-request.js';

/** How often a stream looks for new rows, and says that it is alive. */
const pollMs = 500;
const heartbeatMs = 15_000;
const streamPageSize = 500;
/** After every row of a revision. */
const maxSequence = 2 ** 31 - 1;

/** What a stream depends on beside the trail. */
export interface StreamConditions {
  /** Aborted when the client has gone. */
  gone: AbortSignal;
  /** Throws once the caller may no longer read: their key was revoked, their token has expired. */
  stillAdmitted: () => Promise<unknown>;
}

/** The audit trail in order of revision (rule 31). Reading it changes nothing. */
@Injectable()
export class ChangesService implements OnModuleDestroy {
  private readonly closing = new AbortController();

  constructor(private readonly reader: OfficeReader) {}

  /** Ends the streams, which would otherwise keep the service from closing. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  /** One page of JSON. */
  page(request: ReadRequest, query: ChangeQuery) {
    return this.reader.read(request, async (view) => {
      const { filter, found } = await this.rows(view, query);
      const last = found.at(-1);
      return {
        items: found.map(changeView),
        nextCursor: last === undefined || found.length < query.limit ? null : positionToken(last),
        total: await countTrail(view.em, view.office.id, filter),
        revision: revisionToken(view.office.revision),
      };
    });
  }

  /**
   * The trail as server-sent events, each with its position as `id`, so that a client that lost the connection goes on
   * where it was. Ends when the client goes, when the service closes, and when it can no longer be read: a client that
   * asks again is then told why.
   */
  async *events(request: ReadRequest, query: ChangeQuery, conditions: StreamConditions): AsyncGenerator<string> {
    const signal = AbortSignal.any([conditions.gone, this.closing.signal]);
    let position = query.after;
    let quietMs = 0;
    yield ': connected\n\n';
    while (!signal.aborted) {
      const page = { ...query, after: position, limit: streamPageSize, order: 'oldest' } as const;
      const found = await this.next(request, page, conditions);
      if (!found) return;
      for (const change of found) {
        const event = changeView(change);
        yield `id: ${event.id}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;
      }
      const last = found.at(-1);
      if (last) {
        position = last;
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

  /** The rows that a stream sends next, or `undefined` where it ends. */
  private async next(request: ReadRequest, query: ChangeQuery, conditions: StreamConditions) {
    try {
      await conditions.stillAdmitted();
      return await this.reader.read(request, async (view) => (await this.rows(view, query)).found);
    } catch (error) {
      if (error instanceof ProblemError || error instanceof UnavailableError) return undefined;
      throw error;
    }
  }

  /** @throws `forbidden` */
  private async rows(view: OfficeView, { after, limit, order, key, actor, subject, person, from, to }: ChangeQuery) {
    view.guard.require('office', 'read_trail', { id: view.office.id });
    const visibility = await DossierVisibility.of(view);
    const filter: TrailFilter = {
      ...{ key, actor, from, to, hidden: visibility.hiddenKeys },
      about: await personInTrail(view, subject),
      actorOrAbout: await personInTrail(view, person),
    };
    const found = await readTrail(view.em, view.office.id, positionOf(after, order), limit, filter, order);
    return { filter, found: found.map((change) => visibility.entry(change)) };
  }
}

/** Where to begin: a revision alone stands for all of its rows. */
function positionOf(after: ChangeQuery['after'], order: ChangeQuery['order']): TrailPosition {
  if (order === 'oldest') return { revision: 0, sequence: maxSequence, ...after };
  return { revision: Number.MAX_SAFE_INTEGER, sequence: 0, ...after };
}

function positionToken({ revision, sequence }: TrailPosition): string {
  return `${revision}.${sequence}`;
}

function changeView(change: Change) {
  const { sequence: _sequence, ...rest } = change;
  return { id: positionToken(change), ...rest, revision: revisionToken(change.revision) };
}
