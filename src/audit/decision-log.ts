import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DecisionLogMetrics } from './decision-log-metrics.js';
import { DecisionChains } from './decision-chains.js';
import { DecisionQueue, type Selection } from './decision-queue.js';
import type { AnsweredChecks, DecisionEntry } from './decision.js';

/** Where entries are written to. */
export interface DecisionSink {
  /** Writes all of them or throws, and may then be given the same again. */
  write(entries: readonly DecisionEntry[]): Promise<void>;
  /** Removes what is older than it may become. */
  upkeep(): Promise<void>;
  close(): Promise<void>;
}

/** Decisions that may wait: some 50 MB of them at most. */
const maxWaiting = 100_000;
/** Written at once, and between two of them the process does other things: a bound on what a check may wait for. */
const chunkSize = 250;
/** So that many decisions share one write. */
const lingerMs = 50;
const retryMs = { first: 100, most: 5_000 };
const warnEveryMs = 10_000;
const upkeepEveryMs = 3_600_000;
/** Less than the service has to stop in. */
const closeDeadlineMs = 5_000;

/**
 * The log of decisions. No check waits for it: an answer goes into a bounded queue, and what finds no place there is
 * dropped and counted, in the metrics and in the log itself.
 */
export class DecisionLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger('DecisionLog');
  private readonly chains = new DecisionChains();
  private readonly queue: DecisionQueue;
  private readonly closing = new AbortController();
  private giveUpAtMs = Number.POSITIVE_INFINITY;
  private warnedAtMs = Number.NEGATIVE_INFINITY;
  private draining: Promise<boolean> | undefined;
  private keeping: Promise<void> | undefined;
  private upkeepTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: DecisionSink,
    private readonly metrics: DecisionLogMetrics,
    options: { selection: Selection; most?: number },
  ) {
    this.queue = new DecisionQueue(options.selection, options.most ?? maxWaiting);
    metrics.watchQueue(() => this.queue.size);
  }

  /** Takes in what was just answered: it neither waits nor throws. */
  record(answered: AnsweredChecks): void {
    if (!this.queue.add(answered, Date.now())) this.metrics.dropped(answered.questions.length);
    this.draining ??= sleep(lingerMs, undefined, { signal: this.closing.signal, ref: false })
      .catch(() => undefined)
      .then(() => this.drain());
  }

  onApplicationBootstrap(): void {
    const keep = () => (this.keeping = this.sink.upkeep().catch((error: unknown) => this.warn(error)));
    void keep();
    this.upkeepTimer = setInterval(() => void keep(), upkeepEveryMs).unref();
  }

  /** Writes what still waits, within a deadline. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.upkeepTimer);
    this.giveUpAtMs = performance.now() + closeDeadlineMs;
    this.closing.abort();
    if ((await this.draining) !== false) await this.drain();
    await this.keeping;
    await this.sink.close();
  }

  /** @returns `false` where it could not write all before the end */
  private async drain(): Promise<boolean> {
    while (!this.queue.isEmpty) {
      const entries = this.queue.take(this.chains, Date.now(), chunkSize);
      if (entries.length > 0 && !(await this.write(entries))) {
        this.metrics.dropped(entries.length + this.queue.size);
        this.log.error(`${entries.length + this.queue.size} decisions were not written before the end`);
        return false;
      }
      await new Promise(setImmediate);
    }
    this.draining = undefined;
    return true;
  }

  /** Tries until it works. @returns `false` where the process ends before that */
  private async write(entries: readonly DecisionEntry[]): Promise<boolean> {
    for (let pauseMs = retryMs.first; ; pauseMs = Math.min(2 * pauseMs, retryMs.most)) {
      try {
        await this.sink.write(entries);
        this.metrics.written(entries.length);
        return true;
      } catch (error) {
        this.warn(error);
        if (performance.now() >= this.giveUpAtMs) return false;
        // Once it is closing there is no time for long pauses.
        const signal = this.closing.signal.aborted ? undefined : this.closing.signal;
        await sleep(signal ? pauseMs : retryMs.first, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  private warn(error: unknown): void {
    if (performance.now() - this.warnedAtMs < warnEveryMs) return;
    this.warnedAtMs = performance.now();
    this.log.warn(`decisions cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
