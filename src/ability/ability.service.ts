import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import type { Principal } from '#src/platform/auth/principal.js';
import { firstRow } from '#src/platform/sql.js';
import type { AccessFacts, DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { accessFactsSql, toAccessFacts, type AccessFactsRow } from '#src/relations/facts.store.js';
import type { Language, OfficeSettings } from '#src/relations/vocabulary.js';
import type { Ability } from './ability.js';
import { resolveActor, type Actor } from './actor.js';
import { PolicyBundles } from './bundles.js';
import { compile } from './compile.js';
import { allows, type Resource } from './decide.js';

/** Everything that settles an ability: one is compiled for each distinct input. */
export interface AbilityInput {
  subject: SubjectFacts;
  settings: OfficeSettings;
  policySet: string | null;
  /** `action.properties`, such as the client group chosen at an activation. */
  action?: Record<string, unknown> | undefined;
}

/** Policies and facts together: what one collaborator may do. The facts come straight from PostgreSQL. */
@Injectable()
export class AbilityService {
  /** Abilities live as long as the facts that they were compiled from: one request. */
  private readonly compiled = new WeakMap<SubjectFacts, Map<string, Ability>>();

  constructor(
    private readonly database: Database,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * The facts of these people and dossiers, by one statement and so from one snapshot.
   *
   * @throws `office_not_found`
   */
  async facts(office: string, people: readonly string[], dossiers: readonly string[]): Promise<AccessFacts> {
    const found = await this.database.query<AccessFactsRow>('access_facts', accessFactsSql, [office, people, dossiers]);
    return requireOffice(toAccessFacts(found[0]));
  }

  /** Like {@link facts}, as the transaction of `em` sees them. */
  async factsIn(
    em: EntityManager,
    office: string,
    people: readonly string[],
    dossiers: readonly string[],
  ): Promise<AccessFacts> {
    const row = await firstRow<AccessFactsRow>(em, accessFactsSql, [office, people, dossiers]);
    return requireOffice(toAccessFacts(row));
  }

  /** Whoever the request acts for; see {@link resolveActor}. */
  async actorOf(em: EntityManager, office: string, principal: Principal, named: string | undefined): Promise<Actor> {
    return resolveActor(em, office, principal, named, async (id) => {
      const facts = await this.factsIn(em, office, [id], []);
      return facts.subjects.get(id);
    });
  }

  /**
   * An API key with the scope `check` may ask about anyone of its office; a person about whom the policies let them:
   * themselves, and everyone for an admin.
   *
   * @throws `forbidden`
   */
  async requireMayAsk(office: string, principal: Principal, people: readonly string[]): Promise<void> {
    if (principal.kind === 'key') return;
    await this.database.inOffice(
      office,
      async (em) => {
        const may = await this.asking(em, office, principal);
        if (!people.every((id) => may('collaborator', 'check_access', { id }))) {
          throw problem('forbidden');
        }
      },
      { readOnly: true },
    );
  }

  /**
   * Who may open a dossier is for admins and for those who decide about its people; to someone who may not open it, it
   * does not exist.
   *
   * @throws `not_found` or `forbidden`
   */
  async requireMaySeeAudience(em: EntityManager, office: string, principal: Principal, dossier: DossierFacts): Promise<void> {
    if (principal.kind === 'key') return;
    const may = await this.asking(em, office, principal);
    const resource = { ...dossier };
    if (!may('dossier', 'open', resource)) throw problem('not_found', { type: 'dossier', id: dossier.id });
    if (may('collaborator', 'check_access', { id: '-' }) || may('dossier', 'assign_manager', resource)) return;
    throw problem('forbidden');
  }

  private async asking(em: EntityManager, office: string, principal: Principal) {
    const actor = await this.actorOf(em, office, principal, undefined);
    const { settings, policySet } = await this.factsIn(em, office, [], []);
    return (type: string, action: string, resource: Resource) =>
      allows(this.abilityOf(type, { subject: actor.subject, settings, policySet }), action, resource);
  }

  /** @throws where no policy knows the type: an error, never a decision */
  abilityOf(type: string, input: AbilityInput): Ability {
    const key = JSON.stringify([type, input.policySet, input.settings, input.action]);
    const known = this.compiled.get(input.subject) ?? new Map<string, Ability>();
    this.compiled.set(input.subject, known);
    let ability = known.get(key);
    if (!ability) {
      const policy = this.bundles.policyOf(input.policySet, type);
      if (!policy) throw new Error(`no policy for the type "${type}"`);
      ability = compile(policy, input);
      known.set(key, ability);
    }
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
}

function requireOffice(facts: AccessFacts | undefined): AccessFacts {
  if (!facts) throw problem('office_not_found');
  return facts;
}
