import type { Actor } from '#src/ability/actor.js';
import type { AbilityService } from '#src/ability/ability.service.js';
import type { Ability } from '#src/ability/ability.js';
import { verdictOf, type Resource, type Verdict } from '#src/ability/decide.js';
import { problem } from '#src/platform/errors.js';
import type { BuiltInType, OfficeSettings } from '#src/relations/vocabulary.js';

/**
 * Asks the policies whether the actor of one request may do what they ask. The administration decides nothing by
 * itself: every permission is a rule of a policy file.
 */
export class Guard {
  constructor(
    private readonly abilities: AbilityService,
    readonly actor: Actor,
    private readonly settings: OfficeSettings,
    private readonly policySet: string | null,
  ) {}

  /** The decision, without an error where it is a refusal. `properties` are the action's own, such as the group chosen. */
  decide(type: BuiltInType, action: string, resource: Resource, properties?: Record<string, unknown>): Verdict {
    return verdictOf(this.ability(type, properties), action, resource);
  }

  /** What the actor may do with the resources of a type. */
  ability(type: BuiltInType, properties?: Record<string, unknown>): Ability {
    return this.abilities.abilityOf(type, {
      subject: this.actor.subject,
      settings: this.settings,
      policySet: this.policySet,
      action: properties,
    });
  }

  /** `true` where the policies allow it. */
  may(type: BuiltInType, action: string, resource: Resource, properties?: Record<string, unknown>): boolean {
    return this.decide(type, action, resource, properties).allowed;
  }

  /** @throws `forbidden`, with the words of the rule that refused where there is one */
  require(type: BuiltInType, action: string, resource: Resource, properties?: Record<string, unknown>): void {
    const decision = this.decide(type, action, resource, properties);
    if (!decision.allowed) throw this.refusal(type, decision, action);
  }

  /**
   * Like {@link require}, for a dossier: to someone who can do nothing with it, it does not exist (rule 15).
   *
   * @throws `not_found` or `forbidden`
   */
  requireDossier(dossier: Resource, action: string, properties?: Record<string, unknown>): void {
    const decision = this.decide('dossier', action, dossier, properties);
    if (decision.allowed) return;
    if (!this.seesDossier(dossier)) throw problem('not_found', { type: 'dossier', id: dossier.id });
    throw this.refusal('dossier', decision, action);
  }

  /** `true` where the actor may do anything at all with the dossier. */
  seesDossier(dossier: Resource): boolean {
    return this.abilities.actionsOf('dossier', this.policySet).some((action) => this.may('dossier', action, dossier));
  }

  /** Who can open a dossier is for those who may ask about everyone, and for those who decide about its people. */
  knowsAudience(dossier: Resource): boolean {
    return this.may('collaborator', 'check_access', { id: '-' }) || this.may('dossier', 'assign_manager', dossier);
  }

  /** Support sees no group, not even its name (rule 30). */
  seesGroupNames(): boolean {
    const { id } = this.actor.subject;
    return this.may('client_group', 'read_name', { id: '-', openTo: [id] });
  }

  private refusal(type: BuiltInType, decision: Verdict, action: string) {
    const wording = this.abilities.reasonOf(type, decision.rule, this.policySet);
    return problem('forbidden', {}, { internal: `${action} ${type}`, ...(wording && { wording }) });
  }
}
