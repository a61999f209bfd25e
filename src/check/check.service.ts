import { Inject, Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { ActorsService } from '#src/ability/actors.service.js';
import type { Consistency } from '#src/ability/consistency.js';
import { ExplainService } from '#src/ability/explain.service.js';
import { OpenableService } from '#src/ability/openable.service.js';
import { notFound, type Question } from '#src/ability/question.js';
import { DECISION_LOG } from '#src/audit/audit.module.js';
import type { DecisionLog } from '#src/audit/decision-log.js';
import type { Principal } from '#src/platform/auth/principal.js';
import { problem } from '#src/platform/errors.js';
import { isId, type Language } from '#src/relations/vocabulary.js';
import type { AudienceQuery } from './audience.schema.js';
import type { Batch, CanAccess, Filter } from './can-access.schema.js';
import type { OpenableQuery } from './explain.schema.js';

/** Who asks, and in which office. */
export interface Asker {
  office: string;
  principal: Principal;
  /** The collaborator named by `Cardea-Actor`, or `undefined`. */
  actor: string | undefined;
  requestId: string;
  /** Why they ask (`Cardea-Purpose`), or `undefined`. */
  purpose: string | undefined;
  language: Language;
}

/** Of which moment an answer is to be. */
interface AskedMoment {
  consistency?: Consistency;
  asOf?: string | undefined;
}

/** May this collaborator do this with this dossier? Each request is answered from one snapshot. */
@Injectable()
export class CheckService {
  constructor(
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
    private readonly explanations: ExplainService,
    private readonly openables: OpenableService,
    @Inject(DECISION_LOG) private readonly decisions: DecisionLog | null,
  ) {}

  async canAccess(asker: Asker, { consistency, asOf, ...question }: CanAccess) {
    const { verdicts, policySet, ...stamp } = await this.ask(asker, [question], { consistency, asOf });
    const { allowed = false, rule = null } = verdicts[0] ?? {};
    const reason = this.abilities.reasonOf('dossier', rule, policySet)?.[asker.language] ?? 'not_found';
    return { allowed, rule, reason, ...stamp };
  }

  /** The answers in the order of the questions. */
  async batch(asker: Asker, { checks, ...moment }: Batch) {
    const { verdicts: results, policySet: _policySet, ...stamp } = await this.ask(asker, checks, moment);
    return { results, ...stamp };
  }

  /** Those of the dossiers that the collaborator may do it with, in the order given. */
  async filter(asker: Asker, { collaborator, action, dossiers, ...moment }: Filter) {
    const questions = dossiers.map((dossier) => ({ collaborator, dossier, action }));
    const { verdicts, policySet: _policySet, ...stamp } = await this.ask(asker, questions, moment);
    return { dossiers: dossiers.filter((_, index) => verdicts[index]?.allowed), ...stamp };
  }

  /** Who may do something with a dossier, with every path by which they may (rule 5). */
  async audience(asker: Asker, dossier: string, { action, asOf }: AudienceQuery) {
    // An id of a wrong form is an id that does not exist.
    if (!isId(dossier)) throw problem('not_found', { type: 'dossier', id: dossier });
    return { dossier, action, ...(await this.explanations.audience(asker, dossier, action, asOf)) };
  }

  /**
   * How the decision came about, what would change it, and whom to ask. It is read from PostgreSQL, and so as fresh as
   * any consistency asks for. @throws `unknown_revision` for a token that this office has not reached
   */
  async explain(asker: Asker, { consistency, asOf, ...question }: CanAccess) {
    const { policySet, denials, ...explanation } = await this.explanations.explain(asker, question, asOf);
    if (consistency !== undefined && 'atLeast' in consistency)
      requireReached(consistency.atLeast, explanation.revision);
    const wording = (rule: string | null) =>
      this.abilities.reasonOf('dossier', rule, policySet)?.[asker.language] ?? 'not_found';
    return {
      ...explanation,
      reason: wording(explanation.rule),
      denials: denials.map((rule) => ({ rule, reason: wording(rule) })),
    };
  }

  /** What someone may open, or do another action with. */
  openable(asker: Asker, collaborator: string, query: OpenableQuery) {
    return this.openables.dossiers(asker, collaborator, query);
  }

  /** What someone may do, for a front end to evaluate. */
  ability(asker: Asker, collaborator: string) {
    return this.openables.ability(asker, collaborator);
  }

  /**
   * The bare verdicts, all of one snapshot, with which dossiers there are for the asker: to an admin who asks about
   * others, what they cannot open themselves answers like what does not exist (rule 15).
   */
  async verdicts(asker: Asker, questions: readonly Question[], consistency: Consistency) {
    const people = new Set(questions.map((question) => question.collaborator));
    const self = await this.actors.requireMayAsk(asker, [...people]);
    if (self === undefined) {
      const answers = await this.abilities.ask(asker.office, questions, consistency);
      return { ...answers, visible: questions.map(() => true) };
    }
    const own = questions.map(({ dossier }) => ({ collaborator: self, dossier, action: 'open' }));
    // One snapshot for both.
    const answers = await this.abilities.ask(asker.office, [...questions, ...own], consistency);
    const visible = questions.map(
      ({ collaborator }, index) =>
        collaborator === self || answers.verdicts[questions.length + index]?.allowed === true,
    );
    const verdicts = questions.map((_, index) => (visible[index] && answers.verdicts[index]) || notFound);
    return { ...answers, verdicts, visible };
  }

  /** The past is asked about by those who look into something, and not for a decision: it is no line of the log. */
  private async ask(asker: Asker, questions: readonly Question[], { consistency, asOf }: AskedMoment) {
    if (asOf !== undefined) return this.explanations.answersAsOf(asker, questions, asOf);
    const { visible: _visible, ...answers } = await this.verdicts(asker, questions, consistency);
    this.decisions?.record({ ...asker, ...answers, questions });
    return answers;
  }
}

function requireReached(revision: string, reached: string): void {
  if (Number(revision) > Number(reached)) throw problem('unknown_revision', { revision });
}
