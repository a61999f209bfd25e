import { Inject, Injectable } from '@nestjs/common';
import type { Answer } from '#src/platform/answer.js';
import { describe, problem, type ProblemError } from '#src/platform/errors.js';
import { numbered, rows } from '#src/platform/sql.js';
import { loadDossiers, refusalOf } from '#src/admin/dossier-view.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { RelationWriter } from '#src/admin/relation-writer.js';
import type { Write } from '#src/admin/write.js';
import { countMessages, requireCommunication, visibleMessages } from './communication-reads.js';
import type { Cancel, MessageStatus, Retry, Settle } from './message.schema.js';
import { Outbox } from './outbox.js';

/** All messages of a large communication. */
const actionDeadlineMs = 60_000;

interface Action {
  name: 'retry' | 'cancel' | 'settle';
  /** Of the messages to these dossiers; of all where there are none. */
  dossiers: readonly string[] | undefined;
  /** Which it can be done with. */
  from: readonly MessageStatus[];
  /** What becomes of them. */
  assignments: string;
  /** Whether the actor must be allowed to communicate with the dossier: they answer for what is sent. */
  sends?: boolean;
}

/** What people do with messages that were queued: send them again, stop them, or say how they ended. */
@Injectable()
export class CommunicationActionsService {
  constructor(
    private readonly writer: RelationWriter,
    @Inject(Outbox) private readonly outbox: Outbox | null,
  ) {}

  /** Queues again what has failed or was stopped; and, where the body says so, what may have been sent. */
  async retry(request: WriteRequest, id: string, { dossiers, uncertain }: Retry): Promise<Answer> {
    const answer = await this.act(request, id, {
      name: 'retry',
      dossiers,
      from: ['failed', 'cancelled', ...(uncertain ? (['uncertain'] as const) : [])],
      assignments: `status = 'queued', attempts = 0, due_at = now(), released_at = now(), answerable = $4, error = null,
        error_detail = null, claim = null, lease_until = null, handed_over_at = null, settled_at = null, settled_by = null`,
      sends: true,
    });
    this.outbox?.wake();
    return answer;
  }

  /** Stops what has not been taken up by a sender. */
  cancel(request: WriteRequest, id: string, { dossiers }: Cancel): Promise<Answer> {
    const assignments = `status = 'cancelled', settled_at = now(), settled_by = $4`;
    return this.act(request, id, { name: 'cancel', dossiers, from: ['queued'], assignments });
  }

  /** Writes down what a person has found out about messages that may have been sent. */
  settle(request: WriteRequest, id: string, { dossiers, as }: Settle): Promise<Answer> {
    const assignments = `status = '${as}', claim = null, lease_until = null, settled_at = now(), settled_by = $4`;
    return this.act(request, id, { name: 'settle', dossiers, from: ['uncertain'], assignments });
  }

  private act(request: WriteRequest, id: string, action: Action): Promise<Answer> {
    const apply = async (write: Write) => {
      await requireCommunication(write, id);
      const { ready, refused } = await this.sort(write, id, action);
      if (ready.length > 0) {
        await rows(
          write.em,
          `update communication_message set ${action.assignments}
            where office = $1 and communication = $2 and dossier = any ($3)`,
          [write.office.id, id, ready, write.actor.label],
        );
        write.recordEntity(`communication:${id}`, action.name, null, { messages: ready.length });
      }
      const counts = (await countMessages(write, [id]))(id);
      const words = refused.map(({ dossier, why }) => {
        return { dossier, code: why.code, message: describe(why, request.language).detail };
      });
      return { body: { id, changed: ready.length, refused: words, counts } };
    };
    return this.writer.write(request, apply, { deadlineMs: actionDeadlineMs });
  }

  /** Which messages it can be done with; no sender takes them up meanwhile. What the actor cannot see is not there. */
  private async sort(write: Write, id: string, { dossiers, from, sends = false }: Action) {
    const where = visibleMessages(write, id, dossiers ? [] : from);
    const found = await rows<{ dossier: string; status: MessageStatus }>(
      write.em,
      numbered(`select m.dossier, m.status
                  from communication_message m join dossier d on d.office = m.office and d.id = m.dossier
                 where ${where.sql} and (?::text[] is null or m.dossier = any(?)) order by m.dossier for update of m`),
      [...where.params, dossiers ?? null, dossiers ?? null],
    );
    const statuses = new Map(found.map(({ dossier, status }) => [dossier, status]));
    const loaded = sends ? await loadDossiers(write, [...statuses.keys()]) : undefined;
    const ready: string[] = [];
    const refused: { dossier: string; why: ProblemError }[] = [];
    for (const dossier of new Set(dossiers ?? statuses.keys())) {
      const why =
        unfit(dossier, statuses.get(dossier), from) ??
        (loaded && refusalOf(write, dossier, loaded.get(dossier), 'communicate'));
      if (why) refused.push({ dossier, why });
      else ready.push(dossier);
    }
    return { ready, refused };
  }
}

function unfit(dossier: string, status: MessageStatus | undefined, from: readonly MessageStatus[]) {
  if (status === undefined) return problem('not_found', { type: 'dossier', id: dossier });
  return from.includes(status) ? undefined : problem('message_status', { dossier, status });
}
