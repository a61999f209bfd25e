import type { EntityManager } from '@mikro-orm/postgresql';
import type { PersonPrincipal, Principal } from '#src/platform/auth/principal.js';
import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { SubjectFacts } from '#src/relations/facts.js';
import { personKeys } from '#src/relations/person.js';

/** Whoever a request acts for, inside one office: a collaborator, or the office's own integration (`system`). */
export interface Actor {
  /** What the policies are asked about. */
  subject: SubjectFacts;
  /** `collaborator:c1` or `system`, as the audit trail names it. */
  label: string;
  /** How the actor came in: `key:k1` or `person`. */
  via: string;
}

/** The subject of an office's own integration: an API key that names no collaborator. No collaborator has this profile. */
export const systemSubject: SubjectFacts = {
  id: 'system',
  profile: 'system',
  status: 'active',
  clientGroups: [],
  collaboratorGroups: [],
  excludedClientGroups: [],
  validUntil: null,
};

/** `true` where the request acts for no collaborator. */
export function isSystem(actor: Actor): boolean {
  return actor.subject.profile === 'system';
}

/**
 * Finds whoever a request acts for. An API key acts as the office's system, or for the collaborator that
 * `Cardea-Actor` names; a person acts as the collaborator with the token's subject or verified e-mail address.
 *
 * @param load reads the facts of one collaborator of the office
 * @throws `unknown_actor` where the named collaborator does not exist; `office_not_found` for a person who is no
 *   collaborator of the office: to them it does not exist (rule 32)
 */
export async function resolveActor(
  em: EntityManager,
  office: string,
  principal: Principal,
  named: string | undefined,
  load: (collaborator: string) => Promise<SubjectFacts | undefined>,
): Promise<Actor> {
  if (principal.kind === 'key') {
    const via = `key:${principal.id}`;
    if (named === undefined) return { subject: systemSubject, label: 'system', via };
    const subject = await load(named);
    if (!subject) throw problem('unknown_actor', { actor: named });
    return { subject, label: `collaborator:${subject.id}`, via };
  }
  const id = await collaboratorOf(em, office, principal);
  const subject = id === undefined ? undefined : await load(id);
  if (!subject) throw problem('office_not_found');
  return { subject, label: `collaborator:${subject.id}`, via: 'person' };
}

/** By the token's subject first, then by its verified e-mail address. */
async function collaboratorOf(em: EntityManager, office: string, person: PersonPrincipal): Promise<string | undefined> {
  const { id, email } = personKeys(person);
  const found = await rows<{ id: string }>(
    em,
    `select id from collaborator where office = $1 and (id = $2 or lower(email) = $3)
      order by (id = $2) is true desc limit 1`,
    [office, id, email],
  );
  return found[0]?.id;
}
