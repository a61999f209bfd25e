import { relationDefinitions, type ObjectRef, type ObjectType, type Relation, type SubjectType } from './vocabulary.js';

/** Names one relationship: `object#relation@subject`. */
export interface TupleRef {
  objectType: ObjectType;
  objectId: string;
  relation: Relation;
  subjectType: SubjectType;
  subjectId: string;
}

/** A relationship to be made. */
export interface TupleInput extends TupleRef {
  /** ISO 8601; from that instant the tuple counts for nothing. `null`: without end. */
  expiresAt?: string | null;
  /** Only for managers: `true` makes this one the primary. */
  primary?: boolean;
  /** When it was first made, ISO 8601: only an import says so, to keep the order of managers (rule 19). */
  createdAt?: string;
}

/** A relationship as it stands, with when, by whom and at which revision it was made. */
export interface Tuple extends TupleRef {
  primary: boolean;
  /** `false` once it has ended, by PostgreSQL's clock. */
  inForce: boolean;
  expiresAt: string | null;
  createdAt: string;
  createdBy: string;
  revision: number;
}

/** One spelling for one tuple: `dossier:d1#manager@collaborator:c1`. */
export function tupleKey(ref: TupleRef): string {
  return `${ref.objectType}:${ref.objectId}#${ref.relation}@${ref.subjectType}:${ref.subjectId}`;
}

/**
 * A tuple reference from its three parts.
 *
 * @returns `undefined` where no relationship of the domain has this object type, relation and subject type
 */
export function tupleRef(object: ObjectRef, relation: string, subject: ObjectRef): TupleRef | undefined {
  const definition = relationDefinitions.find(
    (d) => d.object === object.type && d.relation === relation && d.subject === subject.type,
  );
  if (!definition) return undefined;
  return {
    objectType: definition.object,
    objectId: object.id,
    relation: definition.relation,
    subjectType: definition.subject,
    subjectId: subject.id,
  };
}

/** Shorthands for the relationships of the domain, each named as a sentence: "dossier in client group". */
export const tuple = {
  dossierInClientGroup: (dossier: string, clientGroup: string): TupleRef => ({
    objectType: 'dossier',
    objectId: dossier,
    relation: 'client_group',
    subjectType: 'client_group',
    subjectId: clientGroup,
  }),
  dossierHas: (dossier: string, relation: 'manager' | 'guest' | 'excluded', collaborator: string): TupleRef => ({
    objectType: 'dossier',
    objectId: dossier,
    relation,
    subjectType: 'collaborator',
    subjectId: collaborator,
  }),
  clientGroupHas: (clientGroup: string, relation: 'collaborator' | 'excluded', collaborator: string): TupleRef => ({
    objectType: 'client_group',
    objectId: clientGroup,
    relation,
    subjectType: 'collaborator',
    subjectId: collaborator,
  }),
  clientGroupHasGroup: (clientGroup: string, collaboratorGroup: string): TupleRef => ({
    objectType: 'client_group',
    objectId: clientGroup,
    relation: 'collaborator_group',
    subjectType: 'collaborator_group',
    subjectId: collaboratorGroup,
  }),
  groupHasMember: (collaboratorGroup: string, collaborator: string): TupleRef => ({
    objectType: 'collaborator_group',
    objectId: collaboratorGroup,
    relation: 'member',
    subjectType: 'collaborator',
    subjectId: collaborator,
  }),
};
