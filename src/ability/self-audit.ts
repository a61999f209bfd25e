import { performance } from 'node:perf_hooks';
import type { OfficeNow } from './access-cache.js';
import type { AccessCache } from './access-cache.js';
import type { Question } from './question.js';
import type { CacheMetrics } from './cache-metrics.js';
import type { Verdict } from './decide.js';

/** Of so many cached answers, one is computed again. */
const sampleEvery = 1_000;
const readinessMs = 300_000;

/**
 * Trust is good: a share of the cached answers is computed again from PostgreSQL, after they were given. An answer that
 * differs at the same revision is a fault of the cache: it is counted, the office's entries are dropped, and readiness
 * says so for five minutes.
 */
export class SelfAudit {
  private sinceLast = 0;
  /** At most one audit at a time: it must never be what slows the checks. */
  private isRunning = false;
  private lastMismatchMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly recompute: AccessCache['recompute'],
    private readonly metrics: CacheMetrics,
    private readonly warn: (question: Question, revision: number) => void,
    private readonly every = sampleEvery,
  ) {}

  /** Called for every answer from the cache; `revision` is the one that it was given at. */
  sample(now: OfficeNow, question: Question, verdict: Verdict, revision: number): void {
    if (++this.sinceLast < this.every || this.isRunning) return;
    this.sinceLast = 0;
    this.isRunning = true;
    this.compare(now, question, verdict, revision)
      // PostgreSQL being away is for the checks themselves to say.
      .catch(() => this.metrics.audited('moved'))
      .finally(() => {
        this.isRunning = false;
      });
  }

  /** For readiness. @throws Error for a while after a mismatch */
  check(): Promise<void> {
    if (performance.now() - this.lastMismatchMs > readinessMs) return Promise.resolve();
    return Promise.reject(new Error('a cached answer differed from PostgreSQL; see the log'));
  }

  private endOf({ state }: OfficeNow, { collaborator, dossier }: Question): number {
    const subject = state.subjects.get(collaborator)?.validUntilMs ?? Number.POSITIVE_INFINITY;
    return Math.min(subject, state.dossiers.get(dossier)?.validUntilMs ?? Number.POSITIVE_INFINITY);
  }

  private async compare(now: OfficeNow, question: Question, verdict: Verdict, revision: number): Promise<void> {
    const ends = this.endOf(now, question);
    const again = await this.recompute(now.id, question);
    // Another revision, or a tuple that has ended meanwhile: the answers may differ, and both be right.
    if (again.revision !== revision || ends <= again.atMs) return this.metrics.audited('moved');
    if (again.verdict.allowed === verdict.allowed && again.verdict.rule === verdict.rule) {
      return this.metrics.audited('same');
    }
    this.metrics.audited('different');
    this.lastMismatchMs = performance.now();
    now.state.drop();
    this.warn(question, revision);
  }
}
