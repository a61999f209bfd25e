/**
 * The words of the domain, one each: what types there are, which relationships may join them, and the values of
 * their fields. Everything else in the service takes its words from here.
 */

export const languages = ['en', 'fr', 'nl', 'de'] as const;
export type Language = (typeof languages)[number];

export const profiles = ['admin', 'collaborator', 'support'] as const;
export type Profile = (typeof profiles)[number];

export const collaboratorStatuses = ['active', 'inactive'] as const;
export type CollaboratorStatus = (typeof collaboratorStatuses)[number];

export const dossierStatuses = ['draft', 'active', 'inactive'] as const;
export type DossierStatus = (typeof dossierStatuses)[number];

/** The types that Cardea itself keeps. Other types come from policy files and the generic entity store. */
export const builtInTypes = ['office', 'collaborator', 'collaborator_group', 'client_group', 'dossier'] as const;
export type BuiltInType = (typeof builtInTypes)[number];

/** Every relationship that may exist, as `object#relation@subject`. PostgreSQL holds the same list as a constraint. */
export const relationDefinitions = [
  { object: 'dossier', relation: 'client_group', subject: 'client_group' },
  { object: 'dossier', relation: 'manager', subject: 'collaborator' },
  { object: 'dossier', relation: 'guest', subject: 'collaborator' },
  { object: 'dossier', relation: 'excluded', subject: 'collaborator' },
  { object: 'client_group', relation: 'collaborator', subject: 'collaborator' },
  { object: 'client_group', relation: 'collaborator_group', subject: 'collaborator_group' },
  { object: 'client_group', relation: 'excluded', subject: 'collaborator' },
  { object: 'collaborator_group', relation: 'member', subject: 'collaborator' },
] as const;
export type RelationDefinition = (typeof relationDefinitions)[number];
export type ObjectType = RelationDefinition['object'];
export type Relation = RelationDefinition['relation'];
export type SubjectType = RelationDefinition['subject'];

/** An id of an office, an entity or a key: the caller's own or a generated UUIDv7; case-sensitive. */
export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._:@|/+=-]{0,127}$/;

/** `true` for an id that fits the pattern and is no name that JavaScript treats specially. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value) && !reservedNames.has(value);
}

/** Names that a JavaScript object gives a meaning of its own: refused in ids and attribute paths. */
export const reservedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The office's settings that rules may depend on. */
export interface OfficeSettings {
  onlyAdminsActivate: boolean;
  uniqueGroupNames: boolean;
  defaultClientGroup: string | null;
}

/** The token of a revision that answers carry; opaque to callers. */
export function revisionToken(revision: number): string {
  return String(revision);
}

/** A type and an id, written `type:id` in tuples, keys and the audit trail. */
export interface ObjectRef {
  type: string;
  id: string;
}

/** `dossier:d1`; ids may hold colons, so only the first one divides. */
export function formatRef(ref: ObjectRef): string {
  return `${ref.type}:${ref.id}`;
}

/** The parts of `type:id`, or `undefined` where the text is not of that form. */
export function parseRef(text: string): ObjectRef | undefined {
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  const ref = { type: text.slice(0, colon), id: text.slice(colon + 1) };
  return isId(ref.id) ? ref : undefined;
}
