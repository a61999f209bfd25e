import { performance } from 'node:perf_hooks';

/** What failed is left alone this long, so that a hung server costs one deadline and not one a request. */
const restMs = 1_000;
/** A failure that nobody has come back to for so long says nothing any more: the server may have left for good. */
const forgetMs = 60_000;

/**
 * Remembers who failed. After a failure nobody asks for a while; then one goes ahead to see, and the others follow once
 * that went well.
 */
export class Circuit {
  private readonly askedAgainAtMs = new Map<string, number>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** `true` where the server may be asked; who is told so must say how it went. */
  allows(server: string): boolean {
    const againAtMs = this.askedAgainAtMs.get(server);
    if (againAtMs === undefined) return true;
    if (this.clock() < againAtMs) return false;
    this.failed(server);
    return true;
  }

  failed(server: string): void {
    this.askedAgainAtMs.set(server, this.clock() + restMs);
  }

  succeeded(server: string): void {
    this.askedAgainAtMs.delete(server);
  }

  /** `true` while a server has failed and has not been seen well since. */
  get isOpen(): boolean {
    for (const [server, againAtMs] of this.askedAgainAtMs) {
      if (this.clock() > againAtMs + forgetMs) this.askedAgainAtMs.delete(server);
    }
    return this.askedAgainAtMs.size > 0;
  }

  /** Everyone is to be asked again. */
  reset(): void {
    this.askedAgainAtMs.clear();
  }
}
