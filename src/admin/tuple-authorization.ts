import { problem } from '#src/platform/errors.js';
import type { DossierFacts } from '#src/relations/facts.js';
import type { TupleRef } from '#src/relations/tuples.js';
import type { Guard } from './guard.js';
import { dossierFactsOf, type TupleState } from './tuple-state.js';

/** Without the dossiers that do not exist for the actor: naming one is like naming any unknown id (rule 15). */
export function stateAsSeen(guard: Guard, state: TupleState): TupleState {
  const seen = [...state.dossiers].filter(([id]) => guard.seesDossier({ ...dossierFactsOf(state, id) }));
  return { ...state, dossiers: new Map(seen) };
}

/**
 * Asks the policies about each tuple that is to be made or removed. Which action a relation of a dossier asks for is
 * said here; the policy may look at the relation as well.
 *
 * @throws `unknown_reference`, `forbidden`, `dossier_not_active`
 */
export function authorizeTuples(guard: Guard, state: TupleState, refs: readonly TupleRef[]): void {
  for (const ref of refs) {
    if (ref.objectType !== 'dossier') guard.require(ref.objectType, 'update', { id: ref.objectId });
    else if (ref.relation === 'client_group') requireGroupChange(guard, dossierFactsOf(state, ref.objectId));
    else guard.requireDossier({ ...dossierFactsOf(state, ref.objectId) }, 'assign_manager', { relation: ref.relation });
  }
}

/** Rule 14 in its own words, where it is only the status of the dossier that forbids the change. */
function requireGroupChange(guard: Guard, dossier: DossierFacts): void {
  const may = (facts: DossierFacts) => guard.may('dossier', 'assign_client_group', { ...facts });
  if (dossier.status !== 'active' && !may(dossier) && may({ ...dossier, status: 'active' })) {
    throw problem('dossier_not_active', { dossier: dossier.id });
  }
  guard.requireDossier({ ...dossier }, 'assign_client_group');
}
