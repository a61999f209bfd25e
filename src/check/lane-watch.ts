import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import type { OfficeNow } from '#src/ability/access-cache.js';
import type { Answers } from '#src/ability/ability.service.js';
import { CacheMetrics } from '#src/ability/cache-metrics.js';
import type { Verdict } from '#src/ability/decide.js';
import type { Question } from '#src/ability/question.js';
import { SelfAudit } from '#src/ability/self-audit.js';
import { DECISION_LOG } from '#src/audit/audit.module.js';
import type { DecisionLog } from '#src/audit/decision-log.js';
import type { Asked } from '#src/platform/ahead.js';

type Stamp = Pick<Answers, 'revision' | 'policy'>;

/** What is told of the checks that are answered ahead of the framework: to the metrics, the self-audit and the log. */
@Injectable()
export class LaneWatch {
  constructor(
    private readonly metrics: CacheMetrics,
    private readonly audit: SelfAudit,
    @Inject(DECISION_LOG) private readonly decisions: DecisionLog | null,
  ) {}

  /** All that the answer needed was in the cache. */
  warm(asked: Asked, now: OfficeNow, question: Question, verdict: Verdict, stamp: Stamp): void {
    this.audit.sample(now, question, verdict, now.state.applied);
    this.metrics.checked(verdict.allowed, true, secondsSince(asked));
    if (this.decisions !== null) this.record(asked, now.id, [question], [verdict], stamp);
  }

  cold(asked: Asked, office: string, question: Question, answers: Answers): void {
    this.metrics.checked(answers.verdicts[0]?.allowed === true, false, secondsSince(asked));
    if (this.decisions !== null) this.record(asked, office, [question], answers.verdicts, answers);
  }

  batch(asked: Asked, office: string, questions: readonly Question[], answers: Answers): void {
    if (this.decisions !== null) this.record(asked, office, questions, answers.verdicts, answers);
  }

  private record(
    { request, key, requestId }: Asked,
    office: string,
    questions: readonly Question[],
    verdicts: readonly Verdict[],
    { revision, policy }: Stamp,
  ): void {
    // Its form has been looked at, and whoever has an actor does not come this way.
    const purpose = request.headers['cardea-purpose'] as string | undefined;
    const who = { office, principal: key, actor: undefined, requestId, purpose };
    this.decisions?.record({ ...who, questions, verdicts, revision, policy });
  }
}

function secondsSince({ sinceMs }: Asked): number {
  return (performance.now() - sinceMs) / 1_000;
}
