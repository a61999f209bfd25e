import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Principal } from '#src/platform/auth/principal.js';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import type { DossierFacts } from '#src/relations/facts.js';
import { AbilityService } from './ability.service.js';
import { resolveActor, type Actor } from './actor.js';
import { allows, type Resource } from './decide.js';
import { isWholeOffice, type Inquirer } from './inquirer.js';

/**
 * Who may ask: an API key about anyone of its office; a person, and a key that acts for a collaborator, about whom the
 * policies let them.
 */
@Injectable()
export class ActorsService {
  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
  ) {}

  /** Whoever a request acts for; see {@link resolveActor}. */
  async actorOf(em: EntityManager, office: string, principal: Principal, named: string | undefined): Promise<Actor> {
    return resolveActor(em, office, principal, named, async (id) => {
      const facts = await this.abilities.factsIn(em, office, [id], []);
      return facts.subjects.get(id);
    });
  }

  /**
   * A collaborator may ask about themselves, and about everyone as an admin.
   *
   * @returns the collaborator who asks: what does not exist for them does not exist in the answer (rule 15);
   *   `undefined` where the office as a whole asks, for which everything exists
   * @throws `forbidden`
   */
  async requireMayAsk(asker: Inquirer, people: readonly string[]): Promise<string | undefined> {
    if (isWholeOffice(asker)) return undefined;
    return this.database.inOffice(
      asker.office,
      async (em) => {
        const { may, self } = await this.permissions(em, asker);
        if (!people.every((id) => may('collaborator', 'check_access', { id }))) throw problem('forbidden');
        return self;
      },
      { readOnly: true },
    );
  }

  /** `true` where the asker may do anything at all with the dossier. */
  async seesDossier(em: EntityManager, asker: Inquirer, dossier: DossierFacts): Promise<boolean> {
    if (isWholeOffice(asker)) return true;
    const { may, policySet } = await this.permissions(em, asker);
    return this.abilities.actionsOf('dossier', policySet).some((action) => may('dossier', action, dossier));
  }

  /** What the asker may do, by the facts that the transaction of `em` sees. */
  async permissions(em: EntityManager, { office, principal, actor }: Inquirer) {
    const { subject } = await this.actorOf(em, office, principal, actor);
    const { settings, policySet } = await this.abilities.factsIn(em, office, [], []);
    const may: Permissions = (type, action, resource) =>
      allows(this.abilities.abilityOf(type, { subject, settings, policySet }), action, resource);
    return { may, self: subject.id, policySet };
  }
}

/** What one asker may do. */
export type Permissions = (type: string, action: string, resource: Resource) => boolean;
