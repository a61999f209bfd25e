import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import type { AccessFacts, SubjectFacts } from '#src/relations/facts.js';
import { accessFactsSql, toAccessFacts, type AccessFactsRow } from '#src/relations/facts.store.js';
import { isId, type Language, type OfficeSettings } from '#src/relations/vocabulary.js';
import type { Policy } from '#src/policy/bundle.js';
import type { Ability } from './ability.js';
import { AccessCache, type OfficeNow } from './access-cache.js';
import { PolicyBundles } from './bundles.js';
import { compile } from './compile.js';
import type { Consistency } from './consistency.js';
import { notFound, type Question } from './question.js';
import { verdictOf, type Verdict } from './decide.js';

/** Everything that settles an ability: one is compiled for each distinct input. */
export interface AbilityInput {
  subject: SubjectFacts;
  settings: OfficeSettings;
  policySet: string | null;
  /** `action.properties`, such as the client group chosen at an activation. */
  action?: Readonly<Record<string, unknown>> | undefined;
  context?: Readonly<Record<string, unknown>> | undefined;
}

/** What was asked of one snapshot, in the order of the questions. */
export interface Answers {
  verdicts: Verdict[];
  /** The token of the snapshot's revision. */
  revision: string;
  policySet: string | null;
  /** The hash of the policies that decided. */
  policy: string;
}

/** Policies and facts together: what one collaborator may do. */
@Injectable()
export class AbilityService {
  /** Abilities live as long as the facts that they were compiled from: one request. */
  private readonly compiled = new WeakMap<SubjectFacts, Map<string, { policy: Policy; ability: Ability }>>();

  constructor(
    private readonly bundles: PolicyBundles,
    private readonly cache: AccessCache,
  ) {}

  /**
   * Answers questions about dossiers, all of them at one revision.
   *
   * @throws `office_not_found`, or `unknown_revision` for a token that this office has not reached
   */
  async ask(office: string, questions: readonly Question[], consistency: Consistency): Promise<Answers> {
    return this.answer(await this.cache.current(office, consistency), questions);
  }

  /**
   * The facts of these people and dossiers as the transaction of `em` sees them.
   *
   * @throws `office_not_found`
   */
  async factsIn(
    em: EntityManager,
    office: string,
    people: readonly string[],
    dossiers: readonly string[],
  ): Promise<AccessFacts> {
    const row = await firstRow<AccessFactsRow>(em, accessFactsSql, [office, people, dossiers]);
    return requireOffice(toAccessFacts(row));
  }

  /** @throws where no policy knows the type: an error, never a decision */
  abilityOf(type: string, input: AbilityInput): Ability {
    const key = JSON.stringify([type, input.policySet, input.settings, input.action, input.context]);
    const policy = this.bundles.policyOf(input.policySet, type);
    if (!policy) throw new Error(`no policy for the type "${type}"`);
    const compiled = this.compiled.get(input.subject) ?? new Map<string, { policy: Policy; ability: Ability }>();
    this.compiled.set(input.subject, compiled);
    const known = compiled.get(key);
    // Policies may have been replaced since.
    if (known?.policy === policy) return known.ability;
    const ability = compile(policy, input);
    compiled.set(key, { policy, ability });
    return ability;
  }

  /** The actions that the policy of a type declares. */
  actionsOf(type: string, policySet: string | null): readonly string[] {
    return this.bundles.policyOf(policySet, type)?.actions ?? [];
  }

  /** The words of a rule, in every language; `undefined` for a default deny. */
  reasonOf(type: string, rule: string | null, policySet: string | null): Record<Language, string> | undefined {
    return this.bundles.policyOf(policySet, type)?.rules.find((candidate) => candidate.id === rule)?.reason;
  }

  /** The hash of the bundle that decides for an office; every decision carries it. */
  policyHash(policySet: string | null): string {
    return this.bundles.bundleOf(policySet).hash;
  }

  /** Like {@link ask}, of an office that has been brought forward already. */
  async answer(now: OfficeNow, questions: readonly Question[]): Promise<Answers> {
    let office = now;
    for (;;) {
      // All verdicts and the stamp in one go: nothing moves the office on in between.
      const verdicts = this.verdictsInCache(office, questions);
      if (verdicts) return { verdicts, ...this.cache.stamp(office) };
      const people = new Set(questions.map((question) => question.collaborator));
      const dossiers = new Set(questions.map((question) => question.dossier));
      office = await this.cache.ensure(office, people, dossiers);
    }
  }

  private verdictsInCache(now: OfficeNow, questions: readonly Question[]): Verdict[] | undefined {
    const verdicts: Verdict[] = [];
    for (const question of questions) {
      const verdict = this.verdictInCache(now, question);
      if (!verdict) return undefined;
      verdicts.push(verdict);
    }
    return verdicts;
  }

  /** The verdict from what the cache holds, or `undefined` where it does not hold enough. */
  verdictInCache(now: OfficeNow, { collaborator, dossier, action }: Question): Verdict | undefined {
    const subject = this.cache.subject(now, collaborator);
    if (!subject) return isId(collaborator) ? undefined : notFound;
    const resource = this.cache.dossier(now, dossier);
    if (!resource) return isId(dossier) ? undefined : notFound;
    return subject.ability && resource.facts ? verdictOf(subject.ability, action, resource.facts) : notFound;
  }
}

function requireOffice(facts: AccessFacts | undefined): AccessFacts {
  if (!facts) throw problem('office_not_found');
  return facts;
}
