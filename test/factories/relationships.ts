import type { ObjectType, Relation, SubjectType } from '#src/relations/vocabulary.js';

/** A tuple as `POST /relationships` and the import lines write it. */
export interface RelationshipBody {
  object: string;
  relation: Relation;
  subject: string;
  primary?: boolean;
  expiresAt?: string;
}

/** `object#relation@subject`; the references are `type:id`. */
export function aRelationship(
  object: `${ObjectType}:${string}`,
  relation: Relation,
  subject: `${SubjectType}:${string}`,
  overrides: Pick<RelationshipBody, 'primary' | 'expiresAt'> = {},
): RelationshipBody {
  return { object, relation, subject, ...overrides };
}

/** An instant this far from now as the API writes one; long ago for a negative number. */
export function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
