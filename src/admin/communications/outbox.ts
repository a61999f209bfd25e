import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '#src/platform/database.js';
import type { MailSender } from './mail-sender.js';
import { officesWithWork } from './outbox-rows.js';

/** How often an idle process looks whether there is something to send. */
const pollMs = 1_000;
/** Messages of one office before the next one has its turn: a large communication must not hold up a small one. */
const messagesPerTurn = 20;
/** A mail server that cannot be used, or that does not say what became of a message, is left alone for longer each time. */
const restMs = { first: 5_000, most: 300_000 };
const warnEveryMs = 60_000;
/** What is in flight has this long at a stop: less than the service has to stop in. */
const graceMs = 6_000;

/**
 * Sends what waits in the outbox, one message after another, in every process at once: PostgreSQL says whose a message is.
 */
export class Outbox implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly log = new Logger('Outbox');
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private restingMs = 0;
  private nap = new AbortController();
  private warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: Database,
    private readonly sender: MailSender,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Something was queued: an idle process looks at once. One that leaves the mail server alone goes on to do so. */
  wake(): void {
    this.nap.abort();
  }

  /** Takes up nothing more. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  /** Lets the message in flight end, and says what became of it. */
  async onApplicationShutdown(): Promise<void> {
    const giveUp = setTimeout(() => this.sender.abandon(), graceMs);
    await this.running;
    clearTimeout(giveUp);
    this.sender.close();
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      this.nap = new AbortController();
      const didSomething = await this.round().catch((error: unknown) => this.warn(error));
      if (this.restingMs > 0) await this.pause(this.restingMs, this.closing.signal);
      else if (!didSomething) await this.pause(pollMs, AbortSignal.any([this.closing.signal, this.nap.signal]));
    }
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }

  /** One turn for each office that has something to send. */
  private async round(): Promise<boolean> {
    const offices = await this.database.asOwner(officesWithWork);
    for (const office of offices) {
      await this.sender.reap(office);
      for (let sent = 0; sent < messagesPerTurn && !this.closing.signal.aborted; sent++) {
        const step = await this.sender.sendNext(office);
        if (step === 'nothing') break;
        if (step === 'trouble') return this.rest();
        this.restingMs = 0;
      }
    }
    // Connections that are not needed belong to whoever needs them.
    if (offices.length === 0) this.sender.close();
    return offices.length > 0;
  }

  private rest(): false {
    this.restingMs = Math.min(Math.max(2 * this.restingMs, restMs.first), restMs.most);
    this.warn(new Error(`the mail server cannot be used: ${this.sender.trouble}`));
    return false;
  }

  private warn(error: unknown): false {
    if (performance.now() - this.warnedAtMs >= warnEveryMs) {
      this.warnedAtMs = performance.now();
      this.log.warn(`messages wait in the outbox: ${error instanceof Error ? error.message : String(error)}`);
    }
    return false;
  }
}
