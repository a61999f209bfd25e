import { Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { ActorsService } from '#src/ability/actors.service.js';
import type { Principal } from '#src/platform/auth/principal.js';
import { revisionToken, type Language } from '#src/relations/vocabulary.js';
import type { Batch, CanAccess, Filter } from './can-access.schema.js';

/** Who asks, and in which office. */
export interface Asker {
  office: string;
  principal: Principal;
  language: Language;
}

/** May this collaborator do this with this dossier? Each request is answered from one snapshot. */
@Injectable()
export class CheckService {
  constructor(
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
  ) {}

  async canAccess({ office, principal, language }: Asker, { consistency, ...question }: CanAccess) {
    await this.actors.requireMayAsk(office, principal, [question.collaborator]);
    const { verdicts, policySet, ...stamp } = await this.abilities.ask(office, [question], consistency);
    const { allowed = false, rule = null } = verdicts[0] ?? {};
    const reason = this.abilities.reasonOf('dossier', rule, policySet)?.[language] ?? 'not_found';
    return { allowed, rule, reason, ...stamp };
  }

  /** The answers in the order of the questions. */
  async batch({ office, principal }: Asker, { checks, consistency }: Batch) {
    await this.actors.requireMayAsk(office, principal, checks.map((check) => check.collaborator));
    const { verdicts: results, revision, policy } = await this.abilities.ask(office, checks, consistency);
    return { results, revision, policy };
  }

  /** Those of the dossiers that the collaborator may do it with, in the order given. */
  async filter({ office, principal }: Asker, { collaborator, action, dossiers, consistency }: Filter) {
    await this.actors.requireMayAsk(office, principal, [collaborator]);
    const questions = dossiers.map((dossier) => ({ collaborator, dossier, action }));
    const { verdicts, revision, policy } = await this.abilities.ask(office, questions, consistency);
    return { dossiers: dossiers.filter((_, index) => verdicts[index]?.allowed), revision, policy };
  }

  /** Who may do something with a dossier, with every path by which they may (rule 5). */
  async audience({ office, principal }: Asker, dossier: string, action: string) {
    const { revision, ...found } = await this.actors.audience(office, principal, dossier, action);
    return { dossier, action, ...found, revision: revisionToken(revision) };
  }
}
