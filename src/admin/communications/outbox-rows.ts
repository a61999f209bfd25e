import type { EntityManager } from '@mikro-orm/postgresql';
import { firstRow, rows } from '#src/platform/sql.js';
import type { outboxTexts } from '#src/platform/error-texts.js';

/** A message in the hands of one sender. */
export interface ClaimedMessage {
  communication: string;
  dossier: string;
  recipient: string;
  sender: string;
  messageId: string;
  subject: string;
  body: string;
  /** Who queued it last: `collaborator:c1`, or `system`. */
  answerable: string;
  officeName: string;
  isTooOld: boolean;
}

/** Who holds a message: a name that no other claim has. */
export interface Claim {
  office: string;
  id: string;
  /** After so long without a sign of life others take it up. */
  leaseSeconds: number;
}

export type OutboxCode = keyof typeof outboxTexts;

/** How whoever held a message leaves it. */
export type Ending =
  | { status: 'sent' }
  | { status: 'failed' | 'uncertain'; error: OutboxCode; detail?: string }
  /** It waits for another attempt: longer each time, or no longer than before where this one does not count. */
  | { status: 'queued'; counts: true; error: OutboxCode; detail: string }
  | { status: 'queued'; counts: false; error?: OutboxCode; detail?: string };

/** A message that could not be sent within this time is given up; a person may queue it anew. */
export const giveUpAfterHours = 48;

/** The wait before the next attempt doubles with each, from one minute to four hours. */
const waitSql = `least(interval '1 minute' * power(2, least(attempts, 20) - 1), interval '4 hours')`;

/** The offices that have something to do now. As the owner: it is asked about all of them. */
export async function officesWithWork(em: EntityManager): Promise<string[]> {
  const found = await rows<{ office: string }>(
    em,
    `with recursive waiting as (
       (select office from communication_message where status in ('queued', 'sending') order by office limit 1)
       union all
       select (select m.office from communication_message m
                where m.office > w.office and m.status in ('queued', 'sending') order by m.office limit 1)
         from waiting w where w.office is not null)
     select w.office from waiting w where exists (
       select from communication_message m where m.office = w.office
          and (m.status = 'queued' and m.due_at <= now() or m.status = 'sending' and m.lease_until < now()))`,
  );
  return found.map(({ office }) => office);
}

/**
 * Takes from whoever has not been heard of: what was not handed over waits anew, what may have been is for a person to
 * look at. The claim of the latter stays, so that its holder can still say how it ended.
 */
export async function reapLapsed(em: EntityManager, office: string): Promise<void> {
  await rows(
    em,
    `update communication_message
        set status = 'uncertain', error = 'interrupted', error_detail = null, settled_at = now(), lease_until = null
      where office = $1 and status = 'sending' and lease_until < now() and handed_over_at is not null`,
    [office],
  );
  await rows(
    em,
    `update communication_message
        set status = 'queued', claim = null, lease_until = null, due_at = now() + ${waitSql}
      where office = $1 and status = 'sending' and lease_until < now() and handed_over_at is null`,
    [office],
  );
}

/** Takes the message that is due the longest and that nobody else is taking. */
export function claimNext(em: EntityManager, claim: Claim): Promise<ClaimedMessage | undefined> {
  return firstRow<ClaimedMessage>(
    em,
    `with due as (
       select communication, dossier from communication_message
        where office = $1 and status = 'queued' and due_at <= now()
        order by due_at, communication, dossier limit 1 for update skip locked)
     update communication_message m
        set status = 'sending', claim = $2, lease_until = now() + interval '1 second' * $3, handed_over_at = null,
            attempts = m.attempts + 1
       from due, office o
      where m.office = $1 and m.communication = due.communication and m.dossier = due.dossier and o.id = m.office
     returning m.communication, m.dossier, m.recipient, m.sender, m.message_id "messageId", m.subject, m.body,
       m.answerable, o.name "officeName", m.released_at < now() - interval '1 hour' * $4 "isTooOld"`,
    [claim.office, claim.id, claim.leaseSeconds, giveUpAfterHours],
  );
}

/** Writes down between whom the message really goes. */
export async function readdress(em: EntityManager, claim: Claim, message: ClaimedMessage): Promise<void> {
  await rows(
    em,
    `update communication_message set recipient = $5, sender = $6, reply_to = $6
      where ${held} and (recipient, sender, reply_to) is distinct from ($5, $6, $6)`,
    [...keyOf(claim, message), message.recipient, message.sender],
  );
}

/**
 * Notes, before the first byte goes out, that the message is being handed over, and renews the claim.
 *
 * @returns `false` where it is no longer this claim's to send
 */
export async function markHandedOver(em: EntityManager, claim: Claim, message: ClaimedMessage): Promise<boolean> {
  const marked = await firstRow(
    em,
    `update communication_message set handed_over_at = now(), lease_until = now() + interval '1 second' * $5
      where ${held} and status = 'sending' returning 1`,
    [...keyOf(claim, message), claim.leaseSeconds],
  );
  return marked !== undefined;
}

/** Notes how a message ended, if this claim still holds it. A late "sent" counts also where others gave it up. */
export async function settle(em: EntityManager, claim: Claim, message: ClaimedMessage, ending: Ending): Promise<void> {
  const { status, error = null, detail = null } = { error: undefined, detail: undefined, ...ending };
  const counts = ending.status === 'queued' && ending.counts;
  await rows(
    em,
    `update communication_message
        set status = $5, error = $6, error_detail = $7, claim = null, lease_until = null,
            attempts = case when $5 = 'queued' and not $8 then greatest(attempts - 1, 0) else attempts end,
            due_at = case when $8 then now() + ${waitSql} else due_at end,
            settled_at = case when $5 <> 'queued' then now() end
      where ${held} and (status = 'sending' or status = 'uncertain' and $5 = 'sent')`,
    [...keyOf(claim, message), status, error, detail, counts],
  );
}

const held = 'office = $1 and claim = $2 and communication = $3 and dossier = $4';

function keyOf(claim: Claim, { communication, dossier }: ClaimedMessage): string[] {
  return [claim.office, claim.id, communication, dossier];
}
