import { problem } from '#src/platform/errors.js';
import { CollaboratorEntity, type Collaborator } from '#src/relations/entities.js';
import type { Tuple } from '#src/relations/tuples.js';
import type { CollaboratorView } from './collaborator.schema.js';
import type { OfficeView } from './office-reader.js';

export type Fields = Pick<Collaborator, 'email' | 'firstName' | 'lastName' | 'profile' | 'language' | 'status'>;

export function fieldsOf({ email, firstName, lastName, profile, language, status }: Fields): Fields {
  return { email, firstName, lastName, profile, language, status };
}

type Place = Pick<OfficeView, 'em' | 'store'> & { office: { id: string } };

export function findCollaborator(place: Place, id: string): Promise<Collaborator | null> {
  return place.em.findOne(CollaboratorEntity, { office: place.office.id, id }, { refresh: true });
}

/** @throws `not_found` */
export async function requireCollaborator(place: Place, id: string): Promise<Collaborator> {
  const collaborator = await findCollaborator(place, id);
  if (!collaborator) throw problem('not_found', { type: 'collaborator', id });
  return collaborator;
}

/** The collaborator without their groups, which are for admins (rule 30). */
export function personView(collaborator: Collaborator): CollaboratorView {
  return { id: collaborator.id, ...fieldsOf(collaborator) };
}

/** The collaborator with the groups they are in, directly and through a collaborator group. */
export async function collaboratorView(place: Place, collaborator: Collaborator): Promise<CollaboratorView> {
  const { id } = collaborator;
  const own = await place.store.tuplesWith('collaborator', [id]);
  const groups = own.filter((t) => t.relation === 'member');
  const inForce = groups.filter((t) => t.inForce).map((t) => t.objectId);
  const inherited = (await place.store.tuplesWith('collaborator_group', inForce)).filter((t) => t.inForce);
  const membership = (t: Tuple) => ({ id: t.objectId, expiresAt: t.expiresAt, since: t.createdAt, by: t.createdBy });
  return {
    ...personView(collaborator),
    clientGroups: own.filter((t) => t.relation === 'collaborator').map(membership),
    collaboratorGroups: groups.map(membership),
    inheritedClientGroups: inherited.map((t) => ({ id: t.objectId, via: t.subjectId })),
  };
}
