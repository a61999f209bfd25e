import { describeDelivery, problem } from '#src/platform/errors.js';
import { firstRow, numbered, rows, type SqlFragment } from '#src/platform/sql.js';
import { allowedDossiers } from '#src/admin/allowed-dossiers.js';
import type { Place } from '#src/admin/dossier-view.js';
import type { Language } from '#src/relations/vocabulary.js';
import { messageStatuses, type MessageCounts, type MessageStatus } from './message.schema.js';
import { giveUpAfterHours, type OutboxCode } from './outbox-rows.js';

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** One communication, without its messages. */
export interface CommunicationRecord {
  id: string;
  subject: string;
  body: string;
  createdAt: string;
  createdBy: string;
  createdByName: string | null;
}

const recordColumns = `c.id, c.subject, c.body, ${iso('c.created_at')} "createdAt", c.created_by "createdBy",
  (select coalesce(nullif(btrim(p.first_name || ' ' || p.last_name), ''), p.email) from collaborator p
    where p.office = c.office and c.created_by = 'collaborator:' || p.id) "createdByName"`;

/**
 * The communications that someone may see, as a condition on `communication c`: their own, and for those who manage them
 * all others; but none that went to nobody but dossiers that do not exist for them (rule 15).
 */
export function visibleCommunications({ guard, office }: Place): SqlFragment {
  const own: SqlFragment = { sql: 'c.created_by = ?', params: [guard.actor.label] };
  if (!guard.may('office', 'manage_communications', { id: office.id })) return own;
  const open = allowedDossiers(guard);
  const messages = `select from communication_message m join dossier d on d.office = m.office and d.id = m.dossier
                     where m.office = c.office and m.communication = c.id`;
  return {
    sql: `${own.sql} or not exists (${messages}) or exists (${messages} and (${open.sql}))`,
    params: [...own.params, ...open.params],
  };
}

/** One page of them, the latest first: ids are made in the order of time. */
export function readCommunications(
  place: Place,
  q: string | undefined,
  after: string | undefined,
  most: number,
): Promise<CommunicationRecord[]> {
  const where = listed(place, q);
  return rows(
    place.em,
    numbered(`select ${recordColumns} from communication c where ${where.sql} ${after === undefined ? '' : 'and c.id < ?'}
               order by c.id desc limit ?`),
    [...where.params, ...(after === undefined ? [] : [after]), most],
  );
}

export async function countCommunications(place: Place, q: string | undefined): Promise<number> {
  const where = listed(place, q);
  const row = await firstRow<{ n: string }>(
    place.em,
    numbered(`select count(*) n from communication c where ${where.sql}`),
    where.params,
  );
  return Number(row?.n ?? 0);
}

function listed(place: Place, q: string | undefined): SqlFragment {
  const visible = visibleCommunications(place);
  return {
    sql: `c.office = ? and (${visible.sql}) and (?::text is null or strpos(fold(c.subject), fold(?)) > 0)`,
    params: [place.office.id, ...visible.params, q ?? null, q ?? ''],
  };
}

/** @throws `not_found` also for one that exists and is not theirs to see */
export async function requireCommunication(place: Place, id: string): Promise<CommunicationRecord> {
  place.guard.require('office', 'read', { id: place.office.id });
  const visible = visibleCommunications(place);
  const found = await firstRow<CommunicationRecord>(
    place.em,
    numbered(`select ${recordColumns} from communication c where c.office = ? and c.id = ? and (${visible.sql})`),
    [place.office.id, id, ...visible.params],
  );
  if (!found) throw problem('not_found', { type: 'communication', id });
  return found;
}

/** How many messages of each are where, of those to dossiers that the viewer may open. */
export async function countMessages(place: Place, ids: readonly string[]): Promise<(id: string) => MessageCounts> {
  const open = allowedDossiers(place.guard);
  const found = await rows<{ communication: string; status: MessageStatus; n: string }>(
    place.em,
    numbered(`select m.communication, m.status, count(*) n
                from communication_message m join dossier d on d.office = m.office and d.id = m.dossier
               where m.office = ? and m.communication = any(?) and (${open.sql}) group by 1, 2`),
    [place.office.id, ids, ...open.params],
  );
  const of = (id: string, status: MessageStatus) =>
    Number(found.find((row) => row.communication === id && row.status === status)?.n ?? 0);
  return (id) =>
    Object.fromEntries(messageStatuses.map((status) => [status, of(id, status)])) as unknown as MessageCounts;
}

/** One message as it is shown. */
export interface MessageRecord {
  dossier: string;
  name: string;
  key: string;
  status: MessageStatus;
  to: string;
  from: string;
  replyTo: string;
  subject: string;
  body: string;
  attempts: number;
  nextAttemptAt: string | null;
  settledAt: string | null;
  settledBy: string | null;
  messageId: string;
  error: OutboxCode | null;
  errorDetail: string | null;
}

const messageColumns = `m.dossier, d.name, fold(d.name) as key, m.status, m.recipient "to", m.sender "from",
  m.reply_to "replyTo", m.subject, m.attempts, case when m.status = 'queued' then ${iso('m.due_at')} end "nextAttemptAt",
  ${iso('m.settled_at')} "settledAt", m.settled_by "settledBy", m.message_id "messageId", m.error,
  m.error_detail "errorDetail"`;

/** Messages to dossiers that the viewer may open, as a condition on `communication_message m` and `dossier d`. */
export function visibleMessages(place: Place, id: string, statuses: readonly MessageStatus[]): SqlFragment {
  const open = allowedDossiers(place.guard);
  return {
    sql: `m.office = ? and m.communication = ? and (?::text[] = '{}' or m.status = any(?)) and (${open.sql})`,
    params: [place.office.id, id, statuses, statuses, ...open.params],
  };
}

const messagesFrom = 'communication_message m join dossier d on d.office = m.office and d.id = m.dossier';

/** One page, in the order of the dossiers' names; without the text. */
export function readMessages(
  place: Place,
  where: SqlFragment,
  after: readonly unknown[] | undefined,
  most: number,
): Promise<MessageRecord[]> {
  return rows(
    place.em,
    numbered(`select ${messageColumns} from ${messagesFrom} where ${where.sql}
                ${after ? 'and (fold(d.name), d.id) > (?, ?)' : ''} order by fold(d.name), d.id limit ?`),
    [...where.params, ...(after ?? []), most],
  );
}

export async function countVisibleMessages(place: Place, where: SqlFragment): Promise<number> {
  const text = `select count(*) n from ${messagesFrom} where ${where.sql}`;
  return Number((await firstRow<{ n: string }>(place.em, numbered(text), where.params))?.n ?? 0);
}

/** One message with its text. */
export function readMessage(place: Place, where: SqlFragment, dossier: string): Promise<MessageRecord | undefined> {
  return firstRow(
    place.em,
    numbered(`select ${messageColumns}, m.body from ${messagesFrom} where ${where.sql} and m.dossier = ?`),
    [...where.params, dossier],
  );
}

/** Its error in words. */
export function messageView({ key: _key, error, errorDetail, ...message }: MessageRecord, language: Language) {
  return {
    ...message,
    error: error && {
      code: error,
      message: describeDelivery(error, { hours: giveUpAfterHours }, language),
      detail: errorDetail,
    },
  };
}
