import { Inject, Injectable } from '@nestjs/common';
import { DECISION_LOG } from '#src/audit/audit.module.js';
import type { DecisionLog } from '#src/audit/decision-log.js';
import { problem } from '#src/platform/errors.js';
import type { Language } from '#src/platform/languages.js';
import { messageOf } from '#src/platform/problem-response.js';
import type { Asker } from '#src/check/check.service.js';
import { evaluationSchema, type Decision, type Evaluation, type EvaluationsRequest } from './authzen.schema.js';
import { AuthzenService, type Outcome } from './authzen.service.js';
import { itemsOf, upToTrigger } from './evaluations.js';

/** Decisions one by one and in batches (Authorization API 1.0 §6, §7). */
@Injectable()
export class AuthzenEvaluations {
  constructor(
    private readonly authzen: AuthzenService,
    @Inject(DECISION_LOG) private readonly decisions: DecisionLog | null,
  ) {}

  /** @throws where deciding fails: a client must be able to tell that from a refusal */
  async one(asker: Asker, evaluation: Evaluation): Promise<Decision> {
    const [outcome] = await this.authzen.evaluate(asker, [evaluation]);
    if (!outcome?.verdict) throw new Error('the question could not be decided; the log says why');
    this.record(asker, evaluation, outcome);
    return decisionOf(outcome, evaluation);
  }

  /** An item that cannot be asked or decided is refused by itself; the others are answered. */
  async many(asker: Asker, request: EvaluationsRequest): Promise<Decision | { evaluations: readonly Decision[] }> {
    const items = itemsOf(request);
    if (!items) return this.one(asker, parse(request));
    const parsed = items.map((item) => evaluationSchema.safeParse(item, { reportInput: true }));
    const sound = parsed.flatMap(({ data }) => data ?? []);
    const outcomes = new Map(
      (await this.authzen.evaluate(asker, sound)).map((outcome, at) => [sound[at], outcome] as const),
    );
    const decisions = parsed.map(({ data, error }): Decision => {
      if (data) return decisionOf(outcomes.get(data), data, asker.language);
      return refused(problem('invalid_request', {}, { issues: error.issues }), asker.language);
    });
    const evaluations = upToTrigger(decisions, request.options?.evaluations_semantic ?? 'execute_all');
    // What is not told is no answer: it stays out of the log as well.
    for (const { data } of parsed.slice(0, evaluations.length)) if (data) this.record(asker, data, outcomes.get(data));
    return { evaluations };
  }

  private record(asker: Asker, evaluation: Evaluation, outcome: Outcome | undefined): void {
    if (!outcome?.verdict) return;
    const { verdict, revision, policy } = outcome;
    this.decisions?.record({ ...asker, questions: [evaluation], verdicts: [verdict], revision, policy });
  }
}

function parse(request: EvaluationsRequest): Evaluation {
  const parsed = evaluationSchema.safeParse(request, { reportInput: true });
  if (!parsed.success) throw problem('invalid_request', {}, { issues: parsed.error.issues });
  return parsed.data;
}

/** A plain decision says nothing more: clients compare it as text. */
function decisionOf(outcome: Outcome | undefined, { context }: Evaluation, language: Language = 'en'): Decision {
  if (!outcome?.verdict) return refused(problem('internal'), language);
  const { verdict, reason, revision } = outcome;
  const { allowed: decision, rule } = verdict;
  return context?.explain === true ? { decision, context: { rule, reason, revision } } : { decision };
}

function refused(error: ReturnType<typeof problem>, language: Language): Decision {
  return { decision: false, context: { error: { status: error.status, message: messageOf(error, language) } } };
}
