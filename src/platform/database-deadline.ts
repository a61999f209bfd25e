import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient } from 'pg';
import { asUnavailable } from './database-errors.js';
import { UnavailableError } from './unavailable.js';

/** One piece of work and the connections it holds. */
interface Work {
  readonly clients: Set<PoolClient>;
  late: boolean;
}

/**
 * Gives pieces of work a deadline that also holds when the server hangs, which no timeout of the server can: when the
 * time is up, the connections that the work holds are closed, so that the caller, the pool and the next request are
 * free of them.
 */
export class Deadlines {
  readonly #works = new AsyncLocalStorage<Work>();
  readonly #holders = new WeakMap<PoolClient, Work>();

  /** From here on, every connection taken from `pool` within {@link run} counts as held by that work until released. */
  watch(pool: Pool): void {
    const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
    pool.connect = (async () => {
      const work = this.#works.getStore();
      const client = await connect();
      if (work) this.#hold(work, client);
      return client;
    }) as Pool['connect'];
    pool.on('release', (_error, client) => {
      this.#holders.get(client)?.clients.delete(client);
      this.#holders.delete(client);
    });
  }

  /**
   * Runs `work` for at most `milliseconds`.
   *
   * @throws UnavailableError when the time is up or PostgreSQL is away, else what `work` throws
   */
  async run<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
    const current: Work = { clients: new Set(), late: false };
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        current.late = true;
        for (const client of current.clients) closeNow(client);
        reject(new UnavailableError(`PostgreSQL gave no answer within ${milliseconds} ms`));
      }, milliseconds);
    });
    try {
      return await Promise.race([this.#works.run(current, work), tooLate]);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #hold(work: Work, client: PoolClient): void {
    work.clients.add(client);
    this.#holders.set(client, work);
    // It came too late for its work, whose next statement must fail and not run after the caller was told.
    if (work.late) closeNow(client);
  }
}

/** Breaks the connection if a statement is under way; the pool throws it out when it comes back. */
function closeNow(client: PoolClient): void {
  // The types of a pooled client leave `end` out, for a pool ends its own clients; `pg` has it.
  void (client as unknown as { end(): Promise<void> }).end().catch(() => undefined);
}
