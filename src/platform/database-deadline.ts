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

  /** From here on, every connection taken from `pool` within {@link run} counts as held by that work until released. */
  watch(pool: Pool): void {
    const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
    pool.connect = (async () => {
      const work = this.#works.getStore();
      const client = releasedOnce(await connect(), (released) => work?.clients.delete(released));
      work?.clients.add(client);
      // It came too late for its work, whose next statement must fail and not run after the caller was told.
      if (work?.late) client.release(true);
      return client;
    }) as Pool['connect'];
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
        // Breaks the statement under way, and any that comes later.
        for (const client of current.clients) client.release(true);
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
}

/**
 * Gives a connection back when it is lost: the query builder gives one back only after a commit or a rollback that
 * worked, and so would lose a place in the pool with each connection that the server drops. Then, and when the time
 * was up, the builder's own release comes second and counts for nothing.
 */
function releasedOnce(client: PoolClient, onRelease: (client: PoolClient) => void): PoolClient {
  const release = client.release.bind(client);
  let released = false;
  const lost = () => client.release(true);
  client.release = (error) => {
    if (released) return;
    released = true;
    client.off('end', lost);
    onRelease(client);
    release(error);
  };
  client.once('end', lost);
  return client;
}
