import { Counter, type Registry } from 'prom-client';

/** How an attempt at a message ended: `unreachable` counts attempts to reach the mail server, not messages. */
const outcomes = ['sent', 'failed', 'deferred', 'uncertain', 'unreachable'] as const;
export type OutboxOutcome = (typeof outcomes)[number];

/** What the outbox tells about itself. */
export class OutboxMetrics {
  private readonly attempts: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.attempts = new Counter({
      name: 'cardea_mail_attempts_total',
      help: 'Attempts to send a message of the outbox, and to reach the mail server where that failed.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of outcomes) this.attempts.inc({ outcome }, 0);
  }

  ended(outcome: OutboxOutcome): void {
    this.attempts.inc({ outcome });
  }
}
