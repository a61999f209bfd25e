import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Principal } from '#src/platform/auth/principal.js';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { AbilityService } from './ability.service.js';
import { resolveActor, type Actor } from './actor.js';
import { audienceOf, type AudienceEntry } from './audience.js';
import { allows, type Resource } from './decide.js';

/** Who may ask: an API key about anyone of its office, a person about whom the policies let them. */
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
   * A person may ask about themselves, and about everyone as an admin.
   *
   * @throws `forbidden`
   */
  async requireMayAsk(office: string, principal: Principal, people: readonly string[]): Promise<void> {
    if (principal.kind === 'key') return;
    await this.database.inOffice(
      office,
      async (em) => {
        const may = await this.permissions(em, office, principal);
        if (!people.every((id) => may('collaborator', 'check_access', { id }))) throw problem('forbidden');
      },
      { readOnly: true },
    );
  }

  /**
   * Who may do something with a dossier, and why. A person sees it as an admin, or where they decide about the people
   * of the dossier.
   *
   * @throws `not_found` where the dossier does not exist for the asker, `forbidden`
   */
  async audience(office: string, principal: Principal, dossier: string, action: string) {
    return this.database.inOffice(
      office,
      async (em) => {
        const facts = await this.abilities.factsIn(em, office, [], [dossier]);
        const found = facts.dossiers.get(dossier);
        if (!found) throw problem('not_found', { type: 'dossier', id: dossier });
        if (principal.kind === 'person') await this.requireMaySeeAudience(em, office, principal, { ...found });
        const audience = await audienceOf(em, this.abilities, office, [dossier], action);
        const entries: AudienceEntry[] = audience.get(dossier) ?? [];
        return { audience: entries, revision: facts.revision, policy: this.abilities.policyHash(facts.policySet) };
      },
      { readOnly: true },
    );
  }

  private async requireMaySeeAudience(em: EntityManager, office: string, principal: Principal, dossier: Resource) {
    const may = await this.permissions(em, office, principal);
    if (!may('dossier', 'open', dossier)) throw problem('not_found', { type: 'dossier', id: dossier.id });
    if (!may('collaborator', 'check_access', { id: '-' }) && !may('dossier', 'assign_manager', dossier)) {
      throw problem('forbidden');
    }
  }

  private async permissions(em: EntityManager, office: string, principal: Principal) {
    const { subject } = await this.actorOf(em, office, principal, undefined);
    const { settings, policySet } = await this.abilities.factsIn(em, office, [], []);
    return (type: string, action: string, resource: Resource) =>
      allows(this.abilities.abilityOf(type, { subject, settings, policySet }), action, resource);
  }
}
