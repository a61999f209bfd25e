import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AbilityService } from '#src/ability/ability.service.js';
import type { Database } from '#src/platform/database.js';
import type { Delivery } from '#src/platform/mail/delivery.js';
import { UnsafeMailError, writeMail } from '#src/platform/mail/mail.js';
import type { SmtpServer } from '#src/platform/mail/smtp-server.js';
import { SmtpSession } from '#src/platform/mail/smtp-session.js';
import type { OutboxMetrics, OutboxOutcome } from './outbox-metrics.js';
import {
  claimNext,
  markHandedOver,
  readdress,
  reapLapsed,
  settle,
  type Claim,
  type ClaimedMessage,
  type Ending,
} from './outbox-rows.js';
import { sendableNow } from './sendable.js';

/** What one step came to; `trouble`: the mail server did not do what a mail server does. */
export type Step = 'done' | 'nothing' | 'trouble';

/** A message that the server took must not be left open for want of a moment's patience with PostgreSQL. */
const settleAttempts = 5;
const settlePauseMs = 500;
/** A claim outlives every wait for the mail server that may lie between two signs of life. */
const leaseOf = (timeoutMs: number) => 300 + Math.ceil((6 * timeoutMs) / 1000);

/** Sends one message after another over one connection; see `docs/decisions`, number 9. */
export class MailSender {
  private readonly log = new Logger('Outbox');
  private session: SmtpSession | undefined;
  private readonly abandoning = new AbortController();
  /** What is wrong with the mail server, where it could not be used. */
  trouble = '';

  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
    private readonly metrics: OutboxMetrics,
    private readonly mailServer: SmtpServer,
  ) {}

  reap(office: string): Promise<void> {
    return this.database.inOffice(office, (em) => reapLapsed(em, office));
  }

  /** Claims the next message of an office that is due, and sends it. */
  async sendNext(office: string): Promise<Step> {
    const claim: Claim = { office, id: randomUUID(), leaseSeconds: leaseOf(this.mailServer.timeoutMs) };
    const claimed = await this.claim(claim);
    if (claimed === 'nothing' || claimed === 'settled') return claimed === 'nothing' ? 'nothing' : 'done';
    const session = await this.connect();
    if (typeof session === 'string') {
      await this.settle(claim, claimed, {
        status: 'queued',
        counts: false,
        error: 'server_unreachable',
        detail: session,
      });
      return 'trouble';
    }
    const delivery = await attempt(session, claimed, () =>
      // Others may have taken it up, or the database be away: then it is not sent.
      this.database.inOffice(claim.office, (em) => markHandedOver(em, claim, claimed)),
    );
    await this.settle(claim, claimed, endingOf(delivery));
    if (delivery.outcome !== 'unreachable' && delivery.outcome !== 'uncertain') return 'done';
    if (delivery.outcome === 'unreachable') this.metrics.ended('unreachable');
    this.trouble = delivery.detail;
    return 'trouble';
  }

  /** Says goodbye to the server. */
  close(): void {
    this.session?.close();
    this.session = undefined;
  }

  /** Gives up what is in flight: its connection is cut. */
  abandon(): void {
    this.abandoning.abort();
  }

  /** @returns the connection, or what is wrong with the server */
  private async connect(): Promise<SmtpSession | string> {
    if (this.session?.isOpen) return this.session;
    try {
      return (this.session = await SmtpSession.open(this.mailServer, this.abandoning.signal));
    } catch (error) {
      this.session = undefined;
      this.metrics.ended('unreachable');
      return (this.trouble = (error as Error).message);
    }
  }

  /** The message as it is to go out, or that it was settled at once because it must not. */
  private claim(claim: Claim): Promise<ClaimedMessage | 'nothing' | 'settled'> {
    return this.database.inOffice(claim.office, async (em) => {
      const claimed = await claimNext(em, claim);
      if (!claimed) return 'nothing';
      const message = await sendableNow(this.abilities, em, claim.office, claimed);
      if (typeof message === 'string') {
        await settle(em, claim, claimed, { status: 'failed', error: message });
        this.metrics.ended('failed');
        return 'settled';
      }
      await readdress(em, claim, message);
      return message;
    });
  }

  private async settle(claim: Claim, message: ClaimedMessage, ending: Ending): Promise<void> {
    const outcome = outcomeOf(ending);
    if (outcome) this.metrics.ended(outcome);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.inOffice(claim.office, (em) => settle(em, claim, message, ending));
      } catch (error) {
        // Left open, it becomes `uncertain` when the claim lapses: never sent again by itself.
        if (attempt === settleAttempts) throw error;
        this.log.warn(`what became of a message cannot be written down yet: ${String(error)}`);
        await sleep(attempt * settlePauseMs);
      }
    }
  }
}

async function attempt(session: SmtpSession, message: ClaimedMessage, mark: () => Promise<boolean>): Promise<Delivery> {
  const { sender, recipient, officeName, messageId, subject, body } = message;
  try {
    const mail = { messageId, senderName: officeName, sender, replyTo: sender, recipient, subject, text: body };
    return await session.send({ sender, recipient, content: await writeMail(mail) }, mark);
  } catch (error) {
    if (!(error instanceof UnsafeMailError)) throw error;
    return { outcome: 'refused', part: 'message', detail: error.message };
  }
}

function endingOf(delivery: Delivery): Ending {
  switch (delivery.outcome) {
    case 'sent':
      return { status: 'sent' };
    case 'refused':
      return { status: 'failed', error: `${delivery.part}_refused`, detail: delivery.detail };
    case 'deferred':
      return { status: 'queued', counts: true, error: 'deferred', detail: delivery.detail };
    case 'unreachable':
      // It may be the message that breaks the connection: it waits, and others have their turn.
      return { status: 'queued', counts: true, error: 'server_unreachable', detail: delivery.detail };
    case 'uncertain':
      return { status: 'uncertain', error: 'answer_lost', detail: delivery.detail };
    case 'withdrawn':
      return { status: 'queued', counts: false };
  }
}

function outcomeOf(ending: Ending): OutboxOutcome | undefined {
  if (ending.status !== 'queued') return ending.status;
  return ending.counts && ending.error === 'deferred' ? 'deferred' : undefined;
}
