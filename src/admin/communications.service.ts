import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { describe, problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { Answer } from '#src/platform/answer.js';
import type { CommunicationPost, CommunicationRow } from './communication.schema.js';
import { loadDossiers, refusalOf } from './dossier-view.js';
import { MonitorService } from './monitor.service.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter } from './relation-writer.js';
import type { Write } from './write.js';

/** Longest that a sending may take: it addresses a whole selection. */
const sendDeadlineMs = 60_000;

interface Contact {
  dossier: string;
  email: string;
  source: string;
}

/** Messages to a selection of dossiers, put in the outbox: each row is authorised by itself (rules 19 and 25). */
@Injectable()
export class CommunicationsService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly monitor: MonitorService,
  ) {}

  send(request: WriteRequest, { select, subject, body }: CommunicationPost): Promise<Answer> {
    const send = async (write: Write) => {
      const ids = await this.monitor.selected(write, select);
      const id = uuidv7();
      const results = await this.address(write, ids);
      await this.queue(write, { id, subject, body }, results);
      const queued = results.filter((row) => row.status === 'queued').length;
      write.recordEntity(`communication:${id}`, 'create', null, { subject, dossiers: queued });
      const counts = { queued, refused: results.length - queued };
      return { body: { id, results, counts }, preview: { results, counts }, status: 201 };
    };
    return this.writer.write(request, send, { deadlineMs: sendDeadlineMs });
  }

  /** To the dossier's own address; from and back to whoever rule 19 says. */
  private async address(write: Write, ids: readonly string[]): Promise<CommunicationRow[]> {
    const loaded = await loadDossiers(write, ids);
    const contacts = await rows<Contact>(write.em, 'select dossier, email, source from dossier_contact($1, $2)', [
      write.office.id,
      ids,
    ]);
    const contactOf = new Map(contacts.map((contact) => [contact.dossier, contact]));
    return ids.map((dossier) => {
      const refusal = refusalOf(write, dossier, loaded.get(dossier), 'communicate');
      const contact = contactOf.get(dossier);
      const to = loaded.get(dossier)?.row.email;
      if (refusal || !contact || !to) {
        const why = refusal ?? problem('dossier_without_address', { dossier });
        return { dossier, status: 'refused', code: why.code, message: describe(why, write.request.language).detail };
      }
      return { dossier, status: 'queued', to, from: contact.email, replyTo: contact.email, source: contact.source };
    });
  }

  private async queue(
    write: Write,
    message: { id: string; subject: string; body: string },
    results: readonly CommunicationRow[],
  ): Promise<void> {
    const office = write.office.id;
    await rows(
      write.em,
      `insert into communication (office, id, subject, body, created_by, revision) values ($1, $2, $3, $4, $5, $6)`,
      [office, message.id, message.subject, message.body, write.actor.label, write.revision],
    );
    await rows(
      write.em,
      `insert into communication_message (office, communication, dossier, recipient, sender, reply_to, subject, body)
       select $1, $2, m.dossier, m."to", m."from", m."replyTo", $3, $4
         from jsonb_to_recordset($5::jsonb) as m (dossier text, "to" text, "from" text, "replyTo" text)`,
      [
        office,
        message.id,
        message.subject,
        message.body,
        JSON.stringify(results.filter((row) => row.status === 'queued')),
      ],
    );
  }
}
