import type { EntityManager } from '@mikro-orm/postgresql';
import { problem, ProblemError } from '#src/platform/errors.js';
import { DossierEntity, type Dossier } from '#src/relations/entities.js';
import { formatEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { DossierFacts } from '#src/relations/facts.js';
import type { RelationStore } from '#src/relations/relation.store.js';
import type { Tuple } from '#src/relations/tuples.js';
import type { DossierView } from './dossier.schema.js';
import type { Guard } from './guard.js';
import { clientGroupNames, collaboratorNames, type Names } from './names.js';

/** What a read and a write have in common: one office, as one actor sees it. */
export interface Place {
  em: EntityManager;
  office: { id: string };
  guard: Guard;
  store: RelationStore;
}

/** A dossier with its tuples, oldest first. */
export interface LoadedDossier {
  row: Dossier;
  tuples: Tuple[];
  facts: DossierFacts;
}

/** The dossiers among `ids` that exist, with their tuples, in two statements. */
export async function loadDossiers(place: Place, ids: readonly string[]): Promise<Map<string, LoadedDossier>> {
  const found = await place.em.find(
    DossierEntity,
    { office: place.office.id, id: { $in: [...ids] } },
    { refresh: true },
  );
  const tuples = Map.groupBy(await place.store.tuplesOf('dossier', ids), (t) => t.objectId);
  return new Map(
    found.map((row) => {
      const own = tuples.get(row.id) ?? [];
      return [row.id, { row, tuples: own, facts: factsOf(row, own) }];
    }),
  );
}

/**
 * The dossier, where the actor may do `action` with it.
 *
 * @throws `not_found` where it does not exist for the actor, `forbidden`
 */
export async function requireDossier(
  place: Place,
  id: string,
  action: string,
  properties?: Record<string, unknown>,
): Promise<LoadedDossier> {
  const dossier = (await loadDossiers(place, [id])).get(id);
  if (!dossier) throw problem('not_found', { type: 'dossier', id });
  place.guard.requireDossier({ ...dossier.facts }, action, properties);
  return dossier;
}

/** The dossier, where it exists for the actor. @throws `not_found` */
export async function requireVisibleDossier(place: Place, id: string): Promise<LoadedDossier> {
  const dossier = (await loadDossiers(place, [id])).get(id);
  if (!dossier || !place.guard.seesDossier({ ...dossier.facts })) throw problem('not_found', { type: 'dossier', id });
  return dossier;
}

/** Why the actor may not do `action` with one dossier of a selection; `undefined` where they may. */
export function refusalOf(
  { guard }: Place,
  id: string,
  dossier: LoadedDossier | undefined,
  action: string,
  properties?: Record<string, unknown>,
): ProblemError | undefined {
  if (!dossier) return problem('not_found', { type: 'dossier', id });
  try {
    guard.requireDossier({ ...dossier.facts }, action, properties);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return error;
    throw error;
  }
}

function factsOf(row: Dossier, tuples: readonly Tuple[]): DossierFacts {
  const subjects = (relation: string) =>
    tuples.filter((t) => t.relation === relation && t.inForce).map((t) => t.subjectId);
  return {
    id: row.id,
    status: row.status,
    private: row.private,
    clientGroup: subjects('client_group')[0] ?? null,
    managers: subjects('manager'),
    guests: subjects('guest'),
    excluded: subjects('excluded'),
    validUntil: null,
  };
}

/** What the people and the groups of dossiers are called. */
export interface DossierNames {
  people: Names;
  groups: Names;
}

/** The names of the people and the groups that are shown with dossiers, in two statements. */
export async function namesWith({ em, office }: Place, loaded: readonly LoadedDossier[]): Promise<DossierNames> {
  const all = loaded.flatMap(({ facts }) => facts);
  const people = all.flatMap(({ managers, guests, excluded }) => [...managers, ...guests, ...excluded]);
  return {
    people: await collaboratorNames(em, office.id, people),
    groups: await clientGroupNames(
      em,
      office.id,
      all.flatMap(({ clientGroup }) => clientGroup ?? []),
    ),
  };
}

/**
 * The dossier as the actor may see it: guests and exclusions are for those who may change them, the group is hidden
 * from support, who sees none (rule 30).
 */
export function dossierView(guard: Guard, { row, tuples, facts }: LoadedDossier, names: DossierNames): DossierView {
  const resource = { ...facts };
  // A tuple that has ended counts for nothing, and is not shown as if it did.
  const inForce = (relation: string) => tuples.filter((t) => t.relation === relation && t.inForce);
  const person = (t: Tuple) => ({ ...named(t), name: names.people.get(t.subjectId) ?? t.subjectId });
  const mayChangePeople = guard.may('dossier', 'assign_manager', resource, { relation: 'guest' });
  const { clientGroup } = facts;
  const group = { clientGroup, clientGroupName: clientGroup && (names.groups.get(clientGroup) ?? null) };
  return {
    id: row.id,
    name: row.name,
    code: row.code ?? null,
    enterpriseNumber: row.enterpriseNumber ? formatEnterpriseNumber(row.enterpriseNumber) : null,
    labels: row.labels,
    private: row.private,
    language: row.language ?? null,
    email: row.email ?? null,
    status: row.status,
    ...(guard.seesGroupNames() && group),
    managers: inForce('manager').map((t) => ({ ...person(t), primary: t.primary })),
    ...(mayChangePeople && { guests: inForce('guest').map(person), excluded: inForce('excluded').map(person) }),
  };
}

function named(t: Tuple) {
  return { collaborator: t.subjectId, expiresAt: t.expiresAt, since: t.createdAt, by: t.createdBy };
}
