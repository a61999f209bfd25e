import { Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { verdictOf, type Verdict } from '#src/ability/decide.js';
import { problem } from '#src/platform/errors.js';
import type { Principal } from '#src/platform/auth/principal.js';
import type { AccessFacts } from '#src/relations/facts.js';
import type { Language } from '#src/relations/vocabulary.js';
import type { Batch, CanAccess, Consistency, Filter } from './can-access.schema.js';

/** Who asks, and in which office. */
export interface Asker {
  office: string;
  principal: Principal;
  language: Language;
}

/** What does not exist, and what no rule speaks of, answer the same: a check is no way to learn what exists. */
const notFound: Verdict = Object.freeze({ allowed: false, rule: null });

/** May this collaborator do this with this dossier? Each request is one statement and so one snapshot. */
@Injectable()
export class CheckService {
  constructor(private readonly abilities: AbilityService) {}

  async canAccess(asker: Asker, { collaborator, dossier, action, consistency }: CanAccess) {
    await this.abilities.requireMayAsk(asker.office, asker.principal, [collaborator]);
    const facts = await this.facts(asker.office, [collaborator], [dossier], consistency);
    const verdict = this.verdict(facts, collaborator, action, dossier);
    return { ...verdict, reason: this.reason(facts, verdict, asker.language), ...this.stamp(facts) };
  }

  /** All in one snapshot, in the order of the questions. */
  async batch(asker: Asker, { checks, consistency }: Batch) {
    const people = unique(checks.map((check) => check.collaborator));
    await this.abilities.requireMayAsk(asker.office, asker.principal, people);
    const facts = await this.facts(asker.office, people, unique(checks.map((check) => check.dossier)), consistency);
    const results = checks.map((check) => this.verdict(facts, check.collaborator, check.action, check.dossier));
    return { results, ...this.stamp(facts) };
  }

  /** Those of the dossiers that the collaborator may do it with, in the order given. */
  async filter(asker: Asker, { collaborator, action, dossiers, consistency }: Filter) {
    await this.abilities.requireMayAsk(asker.office, asker.principal, [collaborator]);
    const facts = await this.facts(asker.office, [collaborator], unique(dossiers), consistency);
    const allowed = dossiers.filter((dossier) => this.verdict(facts, collaborator, action, dossier).allowed);
    return { dossiers: allowed, ...this.stamp(facts) };
  }

  private async facts(
    office: string,
    people: readonly string[],
    dossiers: readonly string[],
    consistency: Consistency,
  ): Promise<AccessFacts> {
    const facts = await this.abilities.facts(office, people, dossiers);
    // The facts are read now, so any staleness asked for is met; only a revision that does not exist yet is not.
    if (consistency && 'atLeast' in consistency && !(Number(consistency.atLeast) <= facts.revision)) {
      throw problem('unknown_revision', { revision: consistency.atLeast });
    }
    return facts;
  }

  private verdict(facts: AccessFacts, collaborator: string, action: string, dossier: string): Verdict {
    const subject = facts.subjects.get(collaborator);
    const resource = facts.dossiers.get(dossier);
    if (!subject || !resource) return notFound;
    const ability = this.abilities.abilityOf('dossier', {
      subject,
      settings: facts.settings,
      policySet: facts.policySet,
    });
    return verdictOf(ability, action, resource as typeof resource & Record<string, unknown>);
  }

  private reason(facts: AccessFacts, { rule }: Verdict, language: Language): string {
    return this.abilities.reasonOf('dossier', rule, facts.policySet)?.[language] ?? 'not_found';
  }

  private stamp(facts: AccessFacts) {
    return { revision: String(facts.revision), policy: this.abilities.policyHash(facts.policySet) };
  }
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
