import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Answer } from '#src/platform/answer.js';
import { describe, problem, type ProblemError } from '#src/platform/errors.js';
import { loadDossiers, refusalOf } from '#src/admin/dossier-view.js';
import { MonitorService } from '#src/admin/monitor.service.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { RelationWriter } from '#src/admin/relation-writer.js';
import type { Write } from '#src/admin/write.js';
import type { CommunicationPost, CommunicationRow } from './communication.schema.js';
import { contactsOf, fieldValuesOf } from './dossier-fields.js';
import { MessageTemplate, type FieldValues } from './message-template.js';
import { Outbox } from './outbox.js';
import { queueCommunication, queueMessages, type QueuedMessage } from './queue.js';

/** Longest that a sending may take: it addresses a whole selection. */
const sendDeadlineMs = 60_000;
/** Messages that a preview shows filled in. */
const samplesShown = 5;

/** What is to be sent, read as templates. */
interface Templates {
  subject: MessageTemplate;
  body: MessageTemplate;
}

type Message = QueuedMessage & { name: string; source: string; values: FieldValues };

/** Messages to a selection of dossiers, put in the outbox: each row is authorised by itself (rules 19 and 25). */
@Injectable()
export class CommunicationsService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly monitor: MonitorService,
    @Inject(Outbox) private readonly outbox: Outbox | null,
  ) {}

  /** @throws `template_field_unknown`, `template_broken` */
  async send(request: WriteRequest, { select, subject, body }: CommunicationPost): Promise<Answer> {
    const templates = { subject: MessageTemplate.parse(subject), body: MessageTemplate.parse(body) };
    const send = async (write: Write) => {
      const ids = await this.monitor.selected(write, select);
      const id = uuidv7();
      const rows = await address(write, ids, templates);
      const messages = rows.filter((row) => 'to' in row);
      await queueCommunication(write, { id, subject, body });
      await queueMessages(write, id, messages);
      write.recordEntity(`communication:${id}`, 'create', null, { subject, dossiers: messages.length });
      if (!this.outbox) write.warn('mail_not_sent');
      warnOfEmptyFields(write, templates, messages);
      const outcome = { results: rows.map((row) => resultOf(row, write.request.language)), ...summaryOf(rows) };
      const samples = messages.slice(0, samplesShown).map(sampleOf);
      return { body: { id, ...outcome }, preview: { ...outcome, samples }, status: 201 };
    };
    const answer = await this.writer.write(request, send, { deadlineMs: sendDeadlineMs });
    this.outbox?.wake();
    return answer;
  }
}

type Row = Message | { dossier: string; why: ProblemError };

/** To the dossier's own address; from and back to whoever rule 19 says; with the dossier's own fields. */
async function address(write: Write, ids: readonly string[], templates: Templates): Promise<Row[]> {
  const loaded = await loadDossiers(write, ids);
  const contacts = await contactsOf(write, ids);
  const valuesOf = await fieldValuesOf(write, loaded, contacts);
  return ids.map((dossier) => {
    const refusal = refusalOf(write, dossier, loaded.get(dossier), 'communicate');
    if (refusal) return { dossier, why: refusal };
    const contact = contacts.get(dossier);
    const to = loaded.get(dossier)?.row.email;
    if (!contact || !to) return { dossier, why: problem('dossier_without_address', { dossier }) };
    const values = valuesOf(dossier);
    const subject = templates.subject.fillLine(values);
    if (subject === '') return { dossier, why: problem('message_without_subject', { dossier }) };
    const { email: from, source } = contact;
    return { dossier, name: values.name, to, from, source, subject, body: templates.body.fill(values), values };
  });
}

function resultOf(row: Row, language: WriteRequest['language']): CommunicationRow {
  const { dossier } = row;
  if ('why' in row)
    return { dossier, status: 'refused', code: row.why.code, message: describe(row.why, language).detail };
  return { dossier, status: 'queued', to: row.to, from: row.from, replyTo: row.from, source: row.source };
}

function summaryOf(rows: readonly Row[]) {
  const codes = rows.flatMap((row) => ('why' in row ? [row.why.code] : []));
  const exclusions = [...Map.groupBy(codes, (code) => code)].map(([code, all]) => ({ code, count: all.length }));
  return { counts: { queued: rows.length - codes.length, refused: codes.length }, exclusions };
}

function sampleOf({ dossier, name, to, from, subject, body }: Message) {
  return { dossier, name, to, from, replyTo: from, subject, body };
}

function warnOfEmptyFields(write: Write, { subject, body }: Templates, messages: readonly Message[]): void {
  for (const field of new Set([...subject.fields, ...body.fields])) {
    const count = messages.filter(({ values }) => values[field] === '').length;
    if (count > 0) write.warn('template_field_empty', { field, count });
  }
}
