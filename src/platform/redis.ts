import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Circuit } from './circuit.js';
import type { Logger } from './logs.js';
import { nodeOf, openRedis, reasonOf, type OpenRedis, type RedisClient, type RedisScripts } from './redis-client.js';

/** Longest that a request waits for Redis: what it holds can be read from PostgreSQL in a few milliseconds. */
const defaultDeadlineMs = 50;
const longestPauseMs = 2_000;
/** The same reason is logged once in this long. */
const repeatMs = 60_000;

/**
 * `circuit_open`: connected, but Redis, or a node of the cluster, failed a moment ago and is left alone; `reconnecting`:
 * not connected, and trying.
 */
export type RedisState = 'connected' | 'reconnecting' | 'circuit_open';

export interface SharedRedisOptions {
  logger: Logger;
  scripts: RedisScripts;
  /** Told of each question that failed (`error`), or was not asked because Redis is away or has just failed (`rest`). */
  observe: (event: 'error' | 'rest') => void;
  deadlineMs?: number | undefined;
}

/**
 * A Redis that may be away at any time: it is looked for until it is there, single or a cluster, and a question to it
 * either has its answer within the deadline or has none.
 */
export class SharedRedis {
  private opened: OpenRedis | undefined;
  private readonly circuit = new Circuit();
  private readonly closing = new AbortController();
  private told = { reason: '', atMs: Number.NEGATIVE_INFINITY };

  private constructor(
    private readonly url: string,
    private readonly options: SharedRedisOptions,
  ) {}

  /** Looks for Redis once, and goes on looking by itself. One that is away is no error. */
  static async connect(url: string, options: SharedRedisOptions): Promise<SharedRedis> {
    const redis = new SharedRedis(url, options);
    await redis.open();
    void redis.stayConnected();
    return redis;
  }

  get state(): RedisState {
    if (this.opened?.client.status !== 'ready') return 'reconnecting';
    return this.circuit.isOpen ? 'circuit_open' : 'connected';
  }

  /**
   * Asks the node that holds `key`.
   *
   * @returns `undefined` where it was not asked, failed, or took too long; never throws
   */
  async ask<T>(key: string, question: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    const client = this.opened?.client;
    const node = client?.status === 'ready' ? nodeOf(client, key) : undefined;
    if (client === undefined || node === undefined || !this.circuit.allows(node)) {
      this.options.observe('rest');
      return undefined;
    }
    try {
      const answer = await within(this.options.deadlineMs ?? defaultDeadlineMs, question(client));
      this.circuit.succeeded(node);
      return answer;
    } catch (error) {
      this.circuit.failed(node);
      this.options.observe('error');
      this.tell(error, node);
      return undefined;
    }
  }

  close(): void {
    this.closing.abort();
    this.opened?.client.disconnect();
  }

  private async open(): Promise<void> {
    try {
      this.opened = await openRedis(this.url, this.options.scripts);
      if (this.closing.signal.aborted) return this.close();
      this.circuit.reset();
      this.options.logger.info({ cluster: this.opened.client.isCluster }, 'connected to Redis');
    } catch (error) {
      this.tell(error);
    }
  }

  private async stayConnected(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.opened) {
        await this.opened.ended;
        this.opened = undefined;
        this.tell(new Error('the connection was lost'));
        attempt = 1;
      }
      const pauseMs = Math.min(attempt * 100, longestPauseMs);
      await sleep(pauseMs, undefined, { signal: this.closing.signal, ref: false }).catch(() => undefined);
      if (this.closing.signal.aborted) return;
      await this.open();
    }
  }

  private tell(error: unknown, node?: string): void {
    const reason = reasonOf(error);
    const nowMs = performance.now();
    if (this.closing.signal.aborted || (reason === this.told.reason && nowMs < this.told.atMs + repeatMs)) return;
    this.told = { reason, atMs: nowMs };
    this.options.logger.warn({ reason, ...(node && { node }) }, 'Redis failed; answers come from PostgreSQL meanwhile');
  }
}

function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${ms} ms`));
    // Where it was this process that had no time, the answer may lie there unread: that is looked at first.
    const timer = setTimeout(() => setImmediate(late), ms);
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
