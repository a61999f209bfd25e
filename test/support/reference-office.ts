/** One small office that the specs of the reference vary, tuple by tuple. */
import type { DossierStatus, OfficeSettings, Profile, Relation } from '#src/relations/vocabulary.js';
import { dossierActions, mayDo, pathsOf } from './reference.js';
import type { World, WorldCollaborator, WorldDossier, WorldOffice, WorldTuple } from './world.types.js';

/** The moment at which the questions of these specs are asked. */
export const now = new Date('2026-06-01T12:00:00Z');
/** A tuple with this ended a millisecond ago. */
export const past = { expiresAt: '2026-06-01T11:59:59.999Z' };
/** A tuple with this ends in a millisecond. */
export const future = { expiresAt: '2026-06-01T12:00:00.001Z' };

function person(id: string, profile: Profile, status: 'active' | 'inactive' = 'active'): WorldCollaborator {
  return { id, email: `${id}@office.example`, firstName: id, lastName: id, profile, status, language: 'fr' };
}

function dossier(id: string, status: DossierStatus = 'active', isPrivate = false): WorldDossier {
  return { id, name: id, status, private: isPrivate, labels: [] };
}

/** Ann and Ada are admins, Carl and Cleo collaborators, Sam has support, Ian is inactive; two groups of each kind. */
export function office(tuples: readonly WorldTuple[], settings: Partial<OfficeSettings> = {}, id = 'o1'): WorldOffice {
  return {
    id,
    name: id,
    email: 'office@office.example',
    language: 'fr',
    settings: { onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null, ...settings },
    collaborators: [
      person('ann', 'admin'),
      person('ada', 'admin'),
      person('carl', 'collaborator'),
      person('cleo', 'collaborator'),
      person('sam', 'support'),
      person('ian', 'admin', 'inactive'),
    ],
    collaboratorGroups: [
      { id: 'k1', name: 'k1' },
      { id: 'k2', name: 'k2' },
    ],
    clientGroups: [
      { id: 'g1', name: 'g1', email: 'g1@office.example' },
      { id: 'g2', name: 'g2' },
    ],
    dossiers: [
      dossier('active'),
      dossier('other'),
      dossier('draft', 'draft'),
      dossier('inactive', 'inactive'),
      dossier('secret', 'active', true),
      dossier('secretDraft', 'draft', true),
      dossier('secretInactive', 'inactive', true),
    ],
    tuples,
  };
}

/** A world of that one office. */
export function world(tuples: readonly WorldTuple[] = [], settings: Partial<OfficeSettings> = {}): World {
  return { offices: [office(tuples, settings)] };
}

/** `tuple('dossier:active', 'manager', 'carl')`; the subject's type follows from the relation. */
export function tuple(object: string, relation: Relation, subject: string, more: Partial<WorldTuple> = {}): WorldTuple {
  const types: Partial<Record<Relation, string>> = {
    client_group: 'client_group',
    collaborator_group: 'collaborator_group',
  };
  return { object, relation, subject: `${types[relation] ?? 'collaborator'}:${subject}`, ...more };
}

/** The dossier `active` is in the client group g1. */
export const inG1 = tuple('dossier:active', 'client_group', 'g1');
/** Carl belongs to the client group g1. */
export const carlInG1 = tuple('client_group:g1', 'collaborator', 'carl');

/** What the collaborator may do to the dossier, in the order of the ten actions. */
export function actions(of: World, collaborator: string, what: string): string[] {
  return dossierActions.filter((action) => mayDo(of, 'o1', collaborator, action, what, now));
}

/** May the collaborator open the dossier, `active` unless told? */
export function opens(of: World, collaborator: string, what = 'active'): boolean {
  return mayDo(of, 'o1', collaborator, 'open', what, now);
}

/** The paths that grant the action, `open` of `active` unless told. */
export function paths(of: World, collaborator: string, action = 'open', what = 'active') {
  return pathsOf(of, 'o1', collaborator, action, what, now);
}
