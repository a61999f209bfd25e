import fc from 'fast-check';
import { profiles, relationDefinitions, type ObjectType, type SubjectType } from '#src/relations/vocabulary.js';
import { officePath, type Api, type ApiResponse } from './api.js';
import { at } from './random.js';
import { futureInstants } from './world-words.js';
import type { WorldCollaborator, WorldDossier, WorldOffice, WorldTuple } from './world.types.js';

/** What chance chooses of a change, without an office yet; numbers are counted round what there is. */
export interface ChangeRecipe {
  kind: (typeof changeKinds)[number];
  which: number;
  what: number;
}

/** One change, as the API is told of it and as it leaves the office. */
interface Change {
  send: (api: Api, path: (...parts: string[]) => string) => Promise<ApiResponse>;
  after: WorldOffice;
}

const changeKinds = ['write', 'write', 'delete', 'profile', 'status', 'private', 'activation', 'setting'] as const;
const anyVersion = { 'if-match': '*' };

export function changeRecipes(): fc.Arbitrary<ChangeRecipe> {
  const number = fc.noBias(fc.nat({ max: 9_999 }));
  return fc.record({ kind: fc.constantFrom(...changeKinds), which: number, what: number });
}

/**
 * Makes the change in the service, which knows the office as `id`. What the domain refuses changes nothing.
 *
 * @returns the office as it is then: the same one where nothing was changed
 */
export async function changeOffice(
  api: Api,
  id: string,
  office: WorldOffice,
  recipe: ChangeRecipe,
): Promise<WorldOffice> {
  const change = changeOf(office, recipe);
  if (change === undefined) return office;
  const { status, body } = await change.send(api, (...parts) => officePath(id, ...parts));
  if (status === 200) return change.after;
  if (status === 409 || status === 422) return office;
  throw new Error(`${JSON.stringify(recipe)}: ${status} ${JSON.stringify(body)}`);
}

function changeOf(office: WorldOffice, { kind, which, what }: ChangeRecipe): Change | undefined {
  switch (kind) {
    case 'write':
      return writing(office, which, what);
    case 'delete':
      return office.tuples.length > 0 ? deleting(office, at(office.tuples, which)) : undefined;
    case 'profile':
      return ofCollaborator(office, at(office.collaborators, which), { profile: at(profiles, what) });
    case 'status':
      return ofCollaborator(office, at(office.collaborators, which), { status: what % 2 ? 'active' : 'inactive' });
    case 'private':
      return office.dossiers.length > 0 ? makingPrivate(office, at(office.dossiers, which), what % 2 === 0) : undefined;
    case 'activation':
      return office.dossiers.length > 0 ? activating(office, at(office.dossiers, which), what % 2 === 0) : undefined;
    case 'setting': {
      const settings = { onlyAdminsActivate: what % 2 === 0 };
      return {
        send: (api, path) => api.patch(path(), { settings }, anyVersion),
        after: { ...office, settings: { ...office.settings, ...settings } },
      };
    }
  }
}

/** A tuple that may be there already, with another end. */
function writing(office: WorldOffice, which: number, what: number): Change | undefined {
  const entities: Record<ObjectType | SubjectType, readonly { id: string }[]> = {
    dossier: office.dossiers,
    client_group: office.clientGroups,
    collaborator_group: office.collaboratorGroups,
    collaborator: office.collaborators,
  };
  const { object, relation, subject } = at(relationDefinitions, what);
  const [objects, subjects] = [entities[object], entities[subject]];
  if (objects.length === 0 || subjects.length === 0) return undefined;
  const ends = what % 3 === 0 ? { expiresAt: at(futureInstants, what) } : {};
  const tuple: WorldTuple = {
    object: `${object}:${at(objects, which).id}`,
    relation,
    subject: `${subject}:${at(subjects, what + which).id}`,
    ...ends,
  };
  return {
    send: (api, path) => api.post(path('relationships'), { write: [tuple] }),
    after: { ...office, tuples: [...without(office, tuple), tuple] },
  };
}

function deleting(office: WorldOffice, { object, relation, subject }: WorldTuple): Change {
  return {
    send: (api, path) => api.post(path('relationships'), { delete: [{ object, relation, subject }] }),
    after: { ...office, tuples: without(office, { object, relation, subject }) },
  };
}

function ofCollaborator(office: WorldOffice, { id }: WorldCollaborator, patch: Partial<WorldCollaborator>): Change {
  const collaborators = office.collaborators.map((one) => (one.id === id ? { ...one, ...patch } : one));
  return {
    send: (api, path) => api.patch(path('collaborators', id), patch, anyVersion),
    after: { ...office, collaborators },
  };
}

function makingPrivate(office: WorldOffice, { id }: WorldDossier, isPrivate: boolean): Change {
  return {
    send: (api, path) => api.patch(path('dossiers', id), { private: isPrivate }, anyVersion),
    after: withDossier(office, id, { private: isPrivate }),
  };
}

function activating(office: WorldOffice, { id }: WorldDossier, isActive: boolean): Change {
  return {
    send: (api, path) => api.post(path('dossiers', id, isActive ? 'activate' : 'deactivate'), {}, anyVersion),
    after: withDossier(office, id, { status: isActive ? 'active' : 'inactive' }),
  };
}

function withDossier(office: WorldOffice, id: string, patch: Partial<WorldDossier>): WorldOffice {
  return { ...office, dossiers: office.dossiers.map((one) => (one.id === id ? { ...one, ...patch } : one)) };
}

function without(office: WorldOffice, tuple: WorldTuple): WorldTuple[] {
  return office.tuples.filter(
    (one) => one.object !== tuple.object || one.relation !== tuple.relation || one.subject !== tuple.subject,
  );
}
