import type { EntityManager } from '@mikro-orm/postgresql';
import type { AbilityService } from '#src/ability/ability.service.js';
import { systemSubject } from '#src/ability/actor.js';
import { allows } from '#src/ability/decide.js';
import { firstRow } from '#src/platform/sql.js';
import { contactsOf } from './dossier-fields.js';
import type { ClaimedMessage, OutboxCode } from './outbox-rows.js';

const person = 'collaborator:';

/**
 * Looks at a message as the facts are now, perhaps days after it was queued: whoever queued it must still be allowed to
 * communicate with the dossier (rule 20), it goes to the dossier's present address, and comes from whoever answers for the
 * dossier now (rules 8 and 19).
 *
 * @returns the message as it goes out, or why it does not
 */
export async function sendableNow(
  abilities: AbilityService,
  em: EntityManager,
  office: string,
  message: ClaimedMessage,
): Promise<ClaimedMessage | OutboxCode> {
  if (message.isTooOld) return 'gave_up';
  if (!(await mayCommunicate(abilities, em, office, message))) return 'not_allowed';
  const contact = (await contactsOf({ em, office: { id: office } }, [message.dossier])).get(message.dossier);
  const dossier = await firstRow<{ email: string | null }>(
    em,
    'select email from dossier where office = $1 and id = $2',
    [office, message.dossier],
  );
  if (!contact || !dossier?.email) return 'no_address';
  return { ...message, sender: contact.email, recipient: dossier.email };
}

async function mayCommunicate(
  abilities: AbilityService,
  em: EntityManager,
  office: string,
  { answerable, dossier }: ClaimedMessage,
): Promise<boolean> {
  const id = answerable.startsWith(person) ? answerable.slice(person.length) : undefined;
  const facts = await abilities.factsIn(em, office, id === undefined ? [] : [id], [dossier]);
  const subject = id === undefined ? answerable === 'system' && systemSubject : facts.subjects.get(id);
  const resource = facts.dossiers.get(dossier);
  if (!subject || !resource) return false;
  const { settings, policySet } = facts;
  return allows(abilities.abilityOf('dossier', { subject, settings, policySet }), 'communicate', { ...resource });
}
