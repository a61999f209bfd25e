/**
 * The domain once more, written straight from its rules and apart from the engine, so that two independent readings
 * can be compared. It is slow on purpose: every question searches the whole list of tuples, nothing is remembered.
 * Numbers in comments are rule numbers of the domain. It imports types only: a mistake in `src` cannot hide here. It
 * stays one file, though a long one, so that it can be read against the domain from top to bottom.
 */
import type { DossierStatus } from '#src/relations/vocabulary.js';
import type { World, WorldCollaborator, WorldDossier, WorldOffice, WorldTuple } from './world.types.js';

/** The ten actions on a dossier. */
export const dossierActions = [
  'open',
  'edit',
  'configure',
  'validate',
  'communicate',
  'export',
  'assign_client_group',
  'assign_manager',
  'activate',
  'deactivate',
] as const;

/** One independent way by which a collaborator reaches a dossier (rule 5). */
export interface Path {
  kind: 'admin' | 'manager' | 'guest' | 'client_group';
  clientGroup?: string;
  /** Set where the way leads through a collaborator group of the client group. */
  collaboratorGroup?: string;
}

/** Where the communication of a dossier goes (rule 19). */
export interface Contact {
  email: string;
  source: 'manager' | 'client_group' | 'office';
  collaborator?: string;
}

/** May this collaborator do this to this dossier at this moment? Unknown ids and actions are simply refused. */
export function mayDo(
  world: World,
  officeId: string,
  collaboratorId: string,
  action: string,
  dossierId: string,
  now: Date,
): boolean {
  const found = find(world, officeId, collaboratorId, dossierId);
  if (found === undefined) return false; // 32: an id of another office is no id at all
  const { office, collaborator, dossier } = found;
  if (isBarred(office, collaborator, dossier, now)) return false;
  if (pathsOf(world, officeId, collaboratorId, action, dossierId, now).length > 0) return true;
  return mayActivateWithoutPath(office, collaborator, action, dossier);
}

/** Every independent path that grants the action (rule 5); empty where it is refused or granted without a path. */
export function pathsOf(
  world: World,
  officeId: string,
  collaboratorId: string,
  action: string,
  dossierId: string,
  now: Date,
): Path[] {
  const found = find(world, officeId, collaboratorId, dossierId);
  if (found === undefined) return [];
  const { office, collaborator, dossier } = found;
  if (isBarred(office, collaborator, dossier, now)) return [];
  return waysTo(office, collaborator, dossier, now).filter((path) =>
    pathGrants(office, collaborator, action, dossier, path),
  );
}

/** The dossiers of the office that the collaborator may open, in the order of the world. */
export function openable(world: World, officeId: string, collaboratorId: string, now: Date): string[] {
  const office = world.offices.find((one) => one.id === officeId);
  const dossiers = office?.dossiers ?? [];
  return dossiers
    .filter((dossier) => mayDo(world, officeId, collaboratorId, 'open', dossier.id, now))
    .map((dossier) => dossier.id);
}

/** Who may do the action to the dossier (`open` unless told), with their paths, in the order of the world. */
export function audience(
  world: World,
  officeId: string,
  dossierId: string,
  now: Date,
  action = 'open',
): { collaborator: string; paths: Path[] }[] {
  const office = world.offices.find((one) => one.id === officeId);
  const collaborators = office?.collaborators ?? [];
  return collaborators
    .filter(({ id }) => mayDo(world, officeId, id, action, dossierId, now))
    .map(({ id }) => ({ collaborator: id, paths: pathsOf(world, officeId, id, action, dossierId, now) }));
}

/** Rule 19; `undefined` for an unknown dossier. The dossier's status and privacy change nothing here (15). */
export function contactOf(world: World, officeId: string, dossierId: string, now: Date): Contact | undefined {
  const office = world.offices.find((one) => one.id === officeId);
  if (office === undefined || !office.dossiers.some((one) => one.id === dossierId)) return undefined;
  const object = `dossier:${dossierId}`;
  const managing = office.tuples.filter(
    (tuple) => tuple.object === object && tuple.relation === 'manager' && isInForce(tuple, now),
  );
  // 19, first: the primary manager if active. 8: an inactive manager counts for nothing, not for e-mail either.
  for (const tuple of managing) {
    const manager = activePersonOf(office, tuple);
    if (tuple.primary === true && manager !== undefined) return byManager(manager);
  }
  // 19, second: another active manager, oldest first.
  for (const tuple of managing) {
    const manager = activePersonOf(office, tuple);
    if (manager !== undefined) return byManager(manager);
  }
  // 19, third: the client group's e-mail. 15: a private dossier's group still serves for e-mail.
  const groupId = clientGroupOf(office, dossierId, now);
  const group = office.clientGroups.find((one) => one.id === groupId);
  if (group?.email !== undefined) return { email: group.email, source: 'client_group' };
  // 19, fourth: the office's e-mail, which 18 requires.
  return { email: office.email, source: 'office' };
}

/** The three that a question names, where all of them are of that one office (32). */
function find(world: World, officeId: string, collaboratorId: string, dossierId: string) {
  const office = world.offices.find((one) => one.id === officeId);
  const collaborator = office?.collaborators.find((one) => one.id === collaboratorId);
  const dossier = office?.dossiers.find((one) => one.id === dossierId);
  if (office === undefined || collaborator === undefined || dossier === undefined) return undefined;
  return { office, collaborator, dossier };
}

/** What beats every grant: the collaborator is inactive (20), or an exclusion is in force ("Relationships"). */
function isBarred(office: WorldOffice, collaborator: WorldCollaborator, dossier: WorldDossier, now: Date): boolean {
  if (collaborator.status === 'inactive') return true;
  const subject = `collaborator:${collaborator.id}`;
  if (holds(office, `dossier:${dossier.id}`, 'excluded', subject, now)) return true;
  const group = clientGroupOf(office, dossier.id, now);
  // Once the dossier has left the group, or its tuple has expired, the group's exclusions do not reach it.
  return group !== undefined && holds(office, `client_group:${group}`, 'excluded', subject, now);
}

/** Every way in that is there, whatever it is good for with this profile and status. */
function waysTo(office: WorldOffice, collaborator: WorldCollaborator, dossier: WorldDossier, now: Date): Path[] {
  const ways: Path[] = [];
  const person = `collaborator:${collaborator.id}`;
  // 7: the admin profile opens every dossier that is not private.
  if (collaborator.profile === 'admin' && !dossier.private) ways.push({ kind: 'admin' });
  // 8: a manager opens the dossier whatever its group.
  if (holds(office, `dossier:${dossier.id}`, 'manager', person, now)) ways.push({ kind: 'manager' });
  // 6: guests likewise, on the one dossier.
  if (holds(office, `dossier:${dossier.id}`, 'guest', person, now)) ways.push({ kind: 'guest' });
  // 15: of a private dossier the group grants nothing. 14: of one that is not active the membership is dormant.
  if (dossier.private || dossier.status !== 'active') return ways;
  const group = clientGroupOf(office, dossier.id, now);
  if (group === undefined) return ways; // 6 and 13: no group, no way through one
  // 1 and 3: in the dossier's client group.
  if (holds(office, `client_group:${group}`, 'collaborator', person, now)) {
    ways.push({ kind: 'client_group', clientGroup: group });
  }
  // 4: in a collaborator group of the dossier's client group.
  for (const { id } of office.collaboratorGroups) {
    const isAssigned = holds(office, `client_group:${group}`, 'collaborator_group', `collaborator_group:${id}`, now);
    if (isAssigned && holds(office, `collaborator_group:${id}`, 'member', person, now)) {
      ways.push({ kind: 'client_group', clientGroup: group, collaboratorGroup: id });
    }
  }
  return ways;
}

/** "Who may open": the path decides which dossiers, the profile decides which actions. */
function pathGrants(
  office: WorldOffice,
  collaborator: WorldCollaborator,
  action: string,
  dossier: WorldDossier,
  path: Path,
): boolean {
  switch (collaborator.profile) {
    case 'admin': // 7, 11, 14; of a private dossier (15) only the paths differ, not the actions
      return adminMay(action, dossier.status);
    case 'support': // 8: a manager with the support profile keeps the support actions
      return dossier.status === 'active' && ['open', 'validate'].includes(action);
    case 'collaborator':
      return collaboratorMay(office, action, dossier, path);
  }
}

function adminMay(action: string, status: DossierStatus): boolean {
  if (status === 'active') return isDossierAction(action) && action !== 'activate';
  if (status === 'inactive') return ['open', 'export', 'activate'].includes(action); // 14
  return ['open', 'configure', 'assign_manager', 'activate'].includes(action);
}

function collaboratorMay(office: WorldOffice, action: string, dossier: WorldDossier, path: Path): boolean {
  const { status } = dossier;
  if (status === 'inactive') return false; // 14: opens only to admins
  if (status === 'active') {
    if (action === 'assign_manager') return path.kind === 'manager'; // "on those they manage"
    // 11: assign_client_group is not among them.
    return ['open', 'edit', 'configure', 'validate', 'communicate', 'export'].includes(action);
  }
  if (path.kind !== 'manager') return false; // on a draft, only "as its manager"
  // The table: `activate` "without a path", so that none grants it; but of a private draft (15) only by managing it.
  if (action === 'activate') return dossier.private && !office.settings.onlyAdminsActivate;
  return ['open', 'configure'].includes(action);
}

/** The table's "without a path `activate`": never of a private draft, which does not exist to others (15). */
function mayActivateWithoutPath(
  office: WorldOffice,
  collaborator: WorldCollaborator,
  action: string,
  dossier: WorldDossier,
): boolean {
  if (action !== 'activate' || dossier.status !== 'draft' || dossier.private) return false;
  return collaborator.profile === 'collaborator' && !office.settings.onlyAdminsActivate;
}

/** 2: a dossier is in at most one client group; an expired membership counts for nothing. */
function clientGroupOf(office: WorldOffice, dossierId: string, now: Date): string | undefined {
  const object = `dossier:${dossierId}`;
  const tuple = office.tuples.find(
    (one) => one.object === object && one.relation === 'client_group' && isInForce(one, now),
  );
  return tuple?.subject.slice('client_group:'.length);
}

function activePersonOf(office: WorldOffice, tuple: WorldTuple): WorldCollaborator | undefined {
  return office.collaborators.find((one) => `collaborator:${one.id}` === tuple.subject && one.status === 'active');
}

function byManager(manager: WorldCollaborator): Contact {
  return { email: manager.email, source: 'manager', collaborator: manager.id };
}

function holds(office: WorldOffice, object: string, relation: string, subject: string, now: Date): boolean {
  return office.tuples.some(
    (one) => one.object === object && one.relation === relation && one.subject === subject && isInForce(one, now),
  );
}

/** "Any tuple may carry `expiresAt`; from that instant it counts for nothing." */
function isInForce(tuple: WorldTuple, now: Date): boolean {
  return tuple.expiresAt === undefined || now.getTime() < Date.parse(tuple.expiresAt);
}

function isDossierAction(action: string): boolean {
  return dossierActions.some((one) => one === action);
}
