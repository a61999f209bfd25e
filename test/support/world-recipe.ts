import {
  languages,
  type DossierStatus,
  type ObjectType,
  type Profile,
  type SubjectType,
} from '#src/relations/vocabulary.js';
import { enterpriseNumber } from './enterprise-number.js';
import { at } from './random.js';
import { emailAt, futureInstants, idAt, nameAt, officeIdAt, pastInstants, uniqueNameAt } from './world-words.js';
import type { World, WorldCollaborator, WorldDossier, WorldOffice, WorldTuple } from './world.types.js';

/** When a tuple ends. `past` and `future` are far from now, so that a slow test still agrees with the clock. */
export type Expiry = 'never' | 'past' | 'future';

/** The relationships that a recipe links freely; a dossier's client group is written with the dossier. */
export const linkKinds = [
  { object: 'dossier', relation: 'manager', subject: 'collaborator' },
  { object: 'dossier', relation: 'guest', subject: 'collaborator' },
  { object: 'dossier', relation: 'excluded', subject: 'collaborator' },
  { object: 'client_group', relation: 'collaborator', subject: 'collaborator' },
  { object: 'client_group', relation: 'collaborator_group', subject: 'collaborator_group' },
  { object: 'client_group', relation: 'excluded', subject: 'collaborator' },
  { object: 'collaborator_group', relation: 'member', subject: 'collaborator' },
] as const;

/** What chance chooses of an office: no recipe is wrong, `buildWorld` bends each into a legal office. */
export interface OfficeRecipe {
  onlyAdminsActivate: boolean;
  uniqueGroupNames: boolean;
  collaborators: readonly { profile: Profile; isActive: boolean; name: number }[];
  collaboratorGroups: readonly { name: number }[];
  clientGroups: readonly { name: number; hasEmail: boolean }[];
  dossiers: readonly DossierRecipe[];
  /** Numbers are counted round the entities that there are. */
  links: readonly { kind: number; object: number; subject: number; expiry: Expiry }[];
}

export interface DossierRecipe {
  status: DossierStatus;
  isPrivate: boolean;
  name: number;
  hasNumber: boolean;
  labels: readonly string[];
  clientGroup: number | null;
  membership: Expiry;
}

/** The world of these recipes. Offices share their ids, from `firstId` on; every part of it is legal. */
export function buildWorld(recipes: readonly OfficeRecipe[], firstId = 0): World {
  return { offices: recipes.map((recipe, index) => buildOffice(recipe, index, firstId)) };
}

function buildOffice(recipe: OfficeRecipe, index: number, firstId: number): WorldOffice {
  const id = (n: number) => idAt(firstId + n);
  const office: WorldOffice = {
    id: officeIdAt(index),
    name: nameAt(index),
    email: `office.${index}@office.example`,
    language: at(languages, index),
    settings: {
      onlyAdminsActivate: recipe.onlyAdminsActivate,
      uniqueGroupNames: recipe.uniqueGroupNames,
      defaultClientGroup: null,
    },
    collaborators: recipe.collaborators.map((one, n) => buildCollaborator(one, n, id(n))),
    ...buildGroups(recipe, id),
    dossiers: recipe.dossiers.map((one, n) => buildDossier(one, n, id(n))),
    tuples: [],
  };
  return { ...office, tuples: legalTuples(office, [...membershipsOf(recipe, office), ...linksOf(recipe, office)]) };
}

function buildCollaborator(recipe: OfficeRecipe['collaborators'][number], n: number, id: string): WorldCollaborator {
  // Rule 21: an office always keeps an active admin, here the first collaborator.
  const isKeptAdmin = n === 0;
  return {
    id,
    email: emailAt(n),
    firstName: nameAt(recipe.name),
    lastName: nameAt(recipe.name + 1),
    profile: isKeptAdmin ? 'admin' : recipe.profile,
    status: isKeptAdmin || recipe.isActive ? 'active' : 'inactive',
    language: at(languages, n),
  };
}

/** Rule 17: where the office asks for it, no two groups of either kind share a name. */
function buildGroups(recipe: OfficeRecipe, id: (n: number) => string) {
  const nameOf = (name: number, unique: number) => (recipe.uniqueGroupNames ? uniqueNameAt(unique) : nameAt(name));
  return {
    collaboratorGroups: recipe.collaboratorGroups.map((one, n) => ({ id: id(n), name: nameOf(one.name, 2 * n) })),
    clientGroups: recipe.clientGroups.map((one, n) => ({
      id: id(n),
      name: nameOf(one.name, 2 * n + 1),
      ...(one.hasEmail ? { email: `group.${n}@office.example` } : {}),
    })),
  };
}

function buildDossier(recipe: DossierRecipe, n: number, id: string): WorldDossier {
  return {
    id,
    name: nameAt(recipe.name),
    code: `B${String(n).padStart(3, '0')}`,
    ...(recipe.hasNumber ? { enterpriseNumber: enterpriseNumber(n) } : {}),
    status: recipe.status,
    private: recipe.isPrivate,
    labels: recipe.labels,
  };
}

/** Rules 2 and 14: at most one client group each, and none for a draft. */
function membershipsOf(recipe: OfficeRecipe, office: WorldOffice): WorldTuple[] {
  return recipe.dossiers.flatMap(({ clientGroup, membership, status }, n): WorldTuple[] => {
    if (clientGroup === null || status === 'draft' || office.clientGroups.length === 0) return [];
    const object = `dossier:${at(office.dossiers, n).id}`;
    const subject = `client_group:${at(office.clientGroups, clientGroup).id}`;
    return [{ object, relation: 'client_group', subject, ...expiring(membership, n) }];
  });
}

function linksOf(recipe: OfficeRecipe, office: WorldOffice): WorldTuple[] {
  const entities: Record<ObjectType | SubjectType, readonly { id: string }[]> = {
    dossier: office.dossiers,
    client_group: office.clientGroups,
    collaborator_group: office.collaboratorGroups,
    collaborator: office.collaborators,
  };
  return recipe.links.flatMap((link, n): WorldTuple[] => {
    const kind = at(linkKinds, link.kind);
    const [objects, subjects] = [entities[kind.object], entities[kind.subject]];
    if (objects.length === 0 || subjects.length === 0) return [];
    const object = `${kind.object}:${at(objects, link.object).id}`;
    const subject = `${kind.subject}:${at(subjects, link.subject).id}`;
    return [{ object, relation: kind.relation, subject, ...expiring(link.expiry, n) }];
  });
}

function expiring(expiry: Expiry, n: number): { expiresAt?: string } {
  if (expiry === 'never') return {};
  return { expiresAt: at(expiry === 'past' ? pastInstants : futureInstants, n) };
}

/** The same tuples, each once, with what private dossiers (15) and primary managers need. */
function legalTuples(office: WorldOffice, tuples: readonly WorldTuple[]): WorldTuple[] {
  const once = new Map(tuples.map((tuple) => [JSON.stringify([tuple.object, tuple.relation, tuple.subject]), tuple]));
  let result = [...once.values()];
  office.dossiers
    .filter((dossier) => dossier.private)
    .forEach((dossier, n) => {
      result = withLastingManager(office, result, `dossier:${dossier.id}`, n);
    });
  return withPrimaryManagers(result);
}

/** Rule 15: an active manager at all times, so one whose tuple never ends and whom no exclusion keeps out. */
function withLastingManager(office: WorldOffice, tuples: WorldTuple[], dossier: string, n: number): WorldTuple[] {
  const people = office.collaborators.filter((one) => one.status === 'active').map((one) => `collaborator:${one.id}`);
  const lasting = tuples.find(
    (one) =>
      one.object === dossier &&
      one.relation === 'manager' &&
      one.expiresAt === undefined &&
      people.includes(one.subject),
  );
  const manager = lasting?.subject ?? at(people, n);
  const group = tuples.find((one) => one.object === dossier && one.relation === 'client_group')?.subject;
  const others = tuples.filter((one) => {
    const isOwnLink = one.object === dossier && one.relation === 'manager' && one.subject === manager;
    const isExclusion = one.relation === 'excluded' && one.subject === manager;
    const reachesDossier = one.object === dossier || one.object === group;
    return (lasting !== undefined || !isOwnLink) && !(isExclusion && reachesDossier);
  });
  return lasting === undefined ? [...others, { object: dossier, relation: 'manager', subject: manager }] : others;
}

/** Of a dossier's managers whose tuple has not expired, the first is the primary one. */
function withPrimaryManagers(tuples: readonly WorldTuple[]): WorldTuple[] {
  const settled = new Set<string>();
  return tuples.map((tuple) => {
    const isPast = tuple.expiresAt !== undefined && pastInstants.includes(tuple.expiresAt);
    if (tuple.relation !== 'manager' || isPast || settled.has(tuple.object)) return tuple;
    settled.add(tuple.object);
    return { ...tuple, primary: true };
  });
}
