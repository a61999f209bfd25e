import { tuple, type TupleRef } from '#src/relations/tuples.js';
import type { ReviewedPath } from './row-code.js';

/**
 * The tuple that is removed to take a way from one person and no one else: that of the manager or the guest, or their
 * membership. `undefined` for a way that comes from the profile or a rule.
 */
export function revokedBy({
  kind,
  dossier,
  collaborator,
  clientGroup,
  collaboratorGroup,
}: ReviewedPath): TupleRef | undefined {
  if (kind === 'manager' || kind === 'guest') return tuple.dossierHas(dossier, kind, collaborator);
  if (kind !== 'client_group' || clientGroup === '') return undefined;
  if (collaboratorGroup !== '') return tuple.groupHasMember(collaboratorGroup, collaborator);
  return tuple.clientGroupHas(clientGroup, 'collaborator', collaborator);
}

/** The other tuples of the way: where one of them is not as it was, the decision was about something else. */
export function restOf({ kind, dossier, clientGroup, collaboratorGroup }: ReviewedPath): TupleRef[] {
  if (kind !== 'client_group') return [];
  const rest = [tuple.dossierInClientGroup(dossier, clientGroup)];
  if (collaboratorGroup !== '') rest.push(tuple.clientGroupHasGroup(clientGroup, collaboratorGroup));
  return rest;
}
