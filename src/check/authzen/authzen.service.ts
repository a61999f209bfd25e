import { Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { PolicyBundles } from '#src/ability/bundles.js';
import type { Verdict } from '#src/ability/decide.js';
import type { EntityQuestion } from '#src/ability/entity-question.js';
import { EvaluationService } from '#src/ability/evaluation.service.js';
import { notFound } from '#src/ability/question.js';
import { ActorsService } from '#src/ability/actors.service.js';
import type { Consistency } from '#src/ability/consistency.js';
import { CheckService, type Asker } from '#src/check/check.service.js';
import type { Evaluation } from './authzen.schema.js';

/** How one question was answered. */
export interface Outcome {
  /** `undefined` where deciding failed: an error, and no decision. */
  verdict: Verdict | undefined;
  /** The words of the rule, or `not_found`. */
  reason: string;
  revision: string;
  /** The hash of the policies that decided. */
  policy: string;
}

type Answered = Omit<Outcome, 'reason' | 'policy'> & { type: string | undefined; policySet: string | null };

/** Questions in AuthZEN's words: those about dossiers are checks like all others, the rest are asked of the entities. */
@Injectable()
export class AuthzenService {
  constructor(
    private readonly checks: CheckService,
    private readonly evaluations: EvaluationService,
    private readonly actors: ActorsService,
    private readonly abilities: AbilityService,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * The outcomes in the order of the questions.
   *
   * @throws `office_not_found`, `unknown_revision`, and `forbidden` where a collaborator asks about others
   */
  async evaluate(asker: Asker, asked: readonly Evaluation[]): Promise<Outcome[]> {
    const numbered = asked.map((evaluation, index) => ({ index, ...split(evaluation) }));
    const outcomes: Outcome[] = [];
    const groups = Map.groupBy(numbered, ({ question, consistency }) =>
      JSON.stringify([question.resource.type === 'dossier', consistency]),
    );
    for (const group of groups.values()) {
      const questions = group.map(({ question }) => question);
      const [first] = group;
      const answers = await this.askAlike(asker, questions, first?.consistency);
      for (const [at, { index }] of group.entries()) outcomes[index] = this.worded(answers[at] as Answered, asker);
    }
    return outcomes;
  }

  /** Questions that are all about dossiers, or none of them. */
  private askAlike(asker: Asker, questions: readonly EntityQuestion[], consistency: Consistency): Promise<Answered[]> {
    if (questions[0]?.resource.type === 'dossier') return this.aboutDossiers(asker, questions, consistency);
    return this.aboutEntities(asker, questions, consistency);
  }

  /** As `can-access` answers; only what a rule asks about the action or the context makes a difference. */
  private async aboutDossiers(
    asker: Asker,
    questions: readonly EntityQuestion[],
    consistency: Consistency,
  ): Promise<Answered[]> {
    const people = questions.filter(({ subject }) => subject.type === 'collaborator' || subject.type === 'user');
    const checks = people.map(({ subject, action, resource }) => ({
      collaborator: subject.id,
      dossier: resource.id,
      action: action.name,
    }));
    const { verdicts, visible, revision, policySet } = await this.checks.verdicts(asker, checks, consistency);
    const particular = people.filter((question) => this.asksMore(question, policySet));
    const asked = await this.particulars(asker, particular, consistency);
    const places = new Map(people.map((question, at) => [question, at]));
    return questions.map((question) => {
      const at = places.get(question) ?? -1;
      const isKnown = this.bundles.typeNamed(policySet, question.subject.type) === 'collaborator';
      const verdict = isKnown && visible[at] ? (asked.get(question) ?? { verdict: verdicts[at] }).verdict : notFound;
      return { verdict, type: 'dossier', revision, policySet };
    });
  }

  private asksMore({ action, context }: EntityQuestion, policySet: string | null): boolean {
    const asks = (section: 'action' | 'context', given: object | undefined) =>
      Object.keys(given ?? {}).length > 0 && this.bundles.asks(policySet, 'dossier', action.name, section);
    return asks('action', action.properties) || asks('context', context);
  }

  private async particulars(asker: Asker, questions: readonly EntityQuestion[], consistency: Consistency) {
    if (questions.length === 0) return new Map<EntityQuestion, { verdict: Verdict | undefined }>();
    const { results } = await this.evaluations.ask(asker.office, questions, { consistency });
    return new Map(questions.map((question, at) => [question, { verdict: results[at]?.verdict }]));
  }

  private async aboutEntities(
    asker: Asker,
    questions: readonly EntityQuestion[],
    consistency: Consistency,
  ): Promise<Answered[]> {
    const self = await this.actors.requireMayAsk(asker, []);
    const { results, ...stamp } = await this.evaluations.ask(asker.office, questions, { self, consistency });
    return results.map((result) => ({ ...result, ...stamp }));
  }

  private worded({ verdict, type, revision, policySet }: Answered, { language }: Asker): Outcome {
    const reasons = type === undefined ? undefined : this.abilities.reasonOf(type, verdict?.rule ?? null, policySet);
    const policy = this.abilities.policyHash(policySet);
    return { verdict, revision, policy, reason: reasons?.[language] ?? 'not_found' };
  }
}

/** Our own words of the context are for us, and no rule sees them. */
export function split({ subject, action, resource, context }: Evaluation) {
  const { consistency, explain, ...rest } = context ?? {};
  const named = ({ type, id, properties }: Evaluation['subject']) => ({
    type,
    id,
    properties: properties ?? undefined,
  });
  const question: EntityQuestion = {
    subject: named(subject),
    action: { name: action.name, properties: action.properties ?? undefined },
    resource: named(resource),
    context: rest,
  };
  return { question, consistency: consistency ?? undefined, explain: explain === true };
}
