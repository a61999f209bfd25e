import {
  builtInTypes,
  collaboratorStatuses,
  dossierStatuses,
  isId,
  profiles,
  reservedNames,
} from '#src/relations/vocabulary.js';
import type { ConditionSections } from './bundle.js';
import type { Operator, Scalar } from './condition.js';

export type Section = keyof ConditionSections;

/** What a field holds. */
export interface Attribute {
  /** What its value, or each member of its set, is: two attributes are comparable when these are the same. */
  readonly kind: string;
  readonly set: boolean;
  /** May be absent: `exists` makes sense. */
  readonly optional: boolean;
  /** All values there are, where they are known. */
  readonly values?: readonly string[];
  /** Of any kind, but a text: a number in a policy would equal no id. */
  readonly text?: true;
}

/** Which policy and which section of it a word belongs to: they decide what it means. */
export interface Scope {
  readonly type: string;
  readonly section: Section;
  /** The types of subjects that the policy speaks of, where it is not about a built-in type. */
  readonly subjects?: readonly string[];
}

const one = (kind: string, values?: readonly string[]): Attribute => ({ kind, set: false, optional: false, values });
const maybe = (kind: string, values?: readonly string[]): Attribute => ({ ...one(kind, values), optional: true });
const setOf = (kind: string): Attribute => ({ kind, set: true, optional: false });
const anything: Attribute = { kind: 'any', set: false, optional: true };
const anyId: Attribute = { kind: 'any', set: false, optional: false, text: true };

const collaboratorId = 'collaborator id';
const clientGroupId = 'client_group id';

type Words = Readonly<Record<string, Attribute>>;

const subjectWords: Words = {
  id: one(collaboratorId),
  profile: one('profile', [...profiles, 'system']),
  status: one('collaborator status', collaboratorStatuses),
  clientGroups: setOf(clientGroupId),
  collaboratorGroups: setOf('collaborator_group id'),
  excludedClientGroups: setOf(clientGroupId),
};

/** A subject of any type: what only collaborators have may be absent. */
function openSubjectWords(subjects: readonly string[]): Words {
  const ofCollaborators = Object.entries(subjectWords).map(([word, attribute]) => [
    word,
    { ...attribute, optional: true },
  ]);
  return {
    ...(Object.fromEntries(ofCollaborators) as Words),
    id: anyId,
    type: one('type of subject', subjects),
    roles: setOf('any'),
  };
}

const officeWords: Words = {
  onlyAdminsActivate: one('boolean'),
  uniqueGroupNames: one('boolean'),
  defaultClientGroup: maybe(clientGroupId),
};

/** `action.properties` that Cardea itself sends along, by type of resource. */
const actionWords: Readonly<Record<string, Words>> = {
  dossier: { clientGroup: maybe(clientGroupId), relation: maybe('relation', ['manager', 'guest', 'excluded']) },
};

const resourceWords: Readonly<Record<string, Words>> = {
  office: { id: one('office id') },
  collaborator: { id: one(collaboratorId) },
  collaborator_group: { id: one('collaborator_group id') },
  client_group: { id: one(clientGroupId), openTo: setOf(collaboratorId) },
  dossier: {
    id: one('dossier id'),
    status: one('dossier status', dossierStatuses),
    private: one('boolean'),
    clientGroup: maybe(clientGroupId),
    managers: setOf(collaboratorId),
    guests: setOf(collaboratorId),
    excluded: setOf(collaboratorId),
  },
};

/** `true` for a type that Cardea keeps itself: its attributes are known, so that a misspelt one is found. */
export function isBuiltIn(type: string): boolean {
  return (builtInTypes as readonly string[]).includes(type);
}

/** `true` when every part of a dotted path is a plain name and none is one that JavaScript objects inherit. */
export function isSafePath(path: string): boolean {
  return path
    .split('.')
    .every((name) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && !reservedNames.has(name) && !(name in Object.prototype));
}

/** The known words of a section; open sections take any safe path besides. */
export function knownWords({ type, section, subjects = ['collaborator'] }: Scope): Words {
  if (section === 'subject') return isBuiltIn(type) ? subjectWords : openSubjectWords(subjects);
  if (section === 'office') return officeWords;
  if (section === 'action') return actionWords[type] ?? {};
  if (section === 'context') return {};
  return isBuiltIn(type) ? (resourceWords[type] ?? {}) : { id: anyId };
}

/**
 * The attribute that a policy of this type means by a word.
 * @returns `undefined` for a word that nobody knows. Types that are not built in keep their attributes under
 * `properties`, where they cannot replace `id`; their actions take any property. A context is open for every type.
 */
export function findAttribute(scope: Scope, path: string): Attribute | undefined {
  const { type, section } = scope;
  const words = knownWords(scope);
  if (Object.hasOwn(words, path)) return words[path];
  if (!isSafePath(path)) return undefined;
  if (section === 'context' || (section === 'action' && !isBuiltIn(type))) return anything;
  const open = !isBuiltIn(type) && (section === 'resource' || section === 'subject');
  return open && path.startsWith('properties.') ? anything : undefined;
}

/** The operators that make sense for what a field holds. */
export function operatorsFor(attribute: Attribute): readonly Operator[] {
  if (attribute.kind === 'any' && !attribute.set) {
    return ['eq', 'ne', 'in', 'notIn', 'contains', 'notContains', 'gt', 'gte', 'lt', 'lte', 'exists'];
  }
  if (attribute.set) return ['contains', 'notContains'];
  const equality: Operator[] = attribute.kind === 'boolean' ? ['eq', 'ne'] : ['eq', 'ne', 'in', 'notIn'];
  return attribute.optional ? [...equality, 'exists'] : equality;
}

/** What is wrong with a value for a field, or `undefined` where nothing is. */
export function valueProblem(attribute: Attribute, value: Scalar): string | undefined {
  if (attribute.values) {
    const known = (attribute.values as readonly unknown[]).includes(value);
    return known ? undefined : `unknown ${attribute.kind} "${value}": one of ${attribute.values.join(', ')}`;
  }
  if (attribute.text && typeof value !== 'string') return `${value} is no text: put it in quotes`;
  if (attribute.kind === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (attribute.kind !== 'any' && !isId(value)) return `"${value}" is no ${attribute.kind}`;
  return undefined;
}

/** `true` when values of the two can be equal at all. */
export function comparable(left: Attribute, right: Attribute): boolean {
  return left.kind === right.kind || left.kind === 'any' || right.kind === 'any';
}
