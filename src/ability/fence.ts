import { performance } from 'node:perf_hooks';

/** What PostgreSQL said of one office at one moment. */
export interface FenceRead {
  /** The office's committed revision, or `null` where it does not exist. */
  revision: number | null;
  /** The policy set that the office has, or `null` for the default one; `undefined` for the one that it had at `since`. */
  policySet: string | null | undefined;
  /** The keys changed after `since`, the revision known when it was sent; `null` for too many, or nothing was known. */
  keys: readonly string[] | null;
  since: number;
  /** The revision of the platform's own keys. */
  platform: number;
  /** PostgreSQL's clock, in milliseconds since 1970. */
  atMs: number;
  /** This process's monotonic clock when the read was sent: what it says is as of then or later. */
  sentAtMs: number;
}

/** Asks PostgreSQL about several offices at once. */
export type ReadRevisions = (
  offices: readonly string[],
  since: readonly number[],
) => Promise<ReadonlyMap<string, Omit<FenceRead, 'sentAtMs'>>>;

type Pending = PromiseWithResolvers<FenceRead>;

/** A read that takes this long may be hung: the next one does not wait for it. */
const patienceMs = 25;
/** Reads under way at once; a hung one is given up at the deadline of the statement. */
const maxInFlight = 4;

/**
 * The fence: before a check is answered, its office's revision is read from PostgreSQL, after the check arrived. Checks
 * share reads, but a check joins only a read that has not been sent yet, never one in flight: that one may have
 * happened before a change that the caller already knows of.
 */
export class Fence {
  private waiting: Map<string, Pending> | undefined;
  private readonly inFlight = new Set<number>();
  private lookingAgain: NodeJS.Timeout | undefined;

  /**
   * @param readRevisions has a deadline: a read that hangs fails its own checks and no other
   * @param appliedOf the revision that the process already knows of an office, or -1
   */
  constructor(
    private readonly readRevisions: ReadRevisions,
    private readonly appliedOf: (office: string) => number,
  ) {}

  /** The office's revision as of now or later. @throws UnavailableError */
  read(office: string): Promise<FenceRead> {
    if (!this.waiting) {
      this.waiting = new Map();
      // Everything that has arrived in this turn of the event loop joins before the read is sent.
      setImmediate(() => this.sendIfDue());
    }
    let pending = this.waiting.get(office);
    if (!pending) {
      pending = Promise.withResolvers();
      this.waiting.set(office, pending);
    }
    return pending.promise;
  }

  private sendIfDue(): void {
    if (!this.waiting) return;
    const now = performance.now();
    const oldest = Math.min(...this.inFlight);
    const isDue = this.inFlight.size === 0 || (now - oldest >= patienceMs && this.inFlight.size < maxInFlight);
    if (isDue) void this.send(now);
    else this.lookAgain();
  }

  /** For all that waits, whenever it came: a timer for each would look again as often as questions come. */
  private lookAgain(): void {
    this.lookingAgain ??= setTimeout(() => {
      this.lookingAgain = undefined;
      this.sendIfDue();
    }, patienceMs).unref();
  }

  private async send(sentAtMs: number): Promise<void> {
    const batch = this.waiting ?? new Map<string, Pending>();
    this.waiting = undefined;
    // Two reads may be sent at the same instant of the clock.
    while (this.inFlight.has(sentAtMs)) sentAtMs += 1e-6;
    this.inFlight.add(sentAtMs);
    const offices = [...batch.keys()];
    try {
      const found = await this.readRevisions(offices, offices.map(this.appliedOf));
      for (const [office, pending] of batch) {
        const read = found.get(office);
        if (read) pending.resolve({ ...read, sentAtMs });
        else pending.reject(new Error(`the fence read said nothing of the office ${office}`));
      }
    } catch (error) {
      for (const pending of batch.values()) pending.reject(error);
    } finally {
      this.inFlight.delete(sentAtMs);
      this.sendIfDue();
    }
  }
}
