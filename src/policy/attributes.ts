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
}

const one = (kind: string, values?: readonly string[]): Attribute => ({ kind, set: false, optional: false, values });
const maybe = (kind: string, values?: readonly string[]): Attribute => ({ ...one(kind, values), optional: true });
const setOf = (kind: string): Attribute => ({ kind, set: true, optional: false });
const anything: Attribute = { kind: 'any', set: false, optional: true };

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
export function knownWords(type: string, section: Section): Words {
  if (section === 'subject') return subjectWords;
  if (section === 'office') return officeWords;
  if (section === 'action') return actionWords[type] ?? {};
  if (section === 'context') return {};
  return isBuiltIn(type) ? (resourceWords[type] ?? {}) : { id: one('any') };
}

/**
 * The attribute that a policy of this type means by a word.
 * @returns `undefined` for a word that nobody knows. Types that are not built in keep their attributes under
 * `properties`, where they cannot replace `id`; their actions take any property. A context is open for every type.
 */
export function findAttribute(type: string, section: Section, path: string): Attribute | undefined {
  const words = knownWords(type, section);
  if (Object.hasOwn(words, path)) return words[path];
  if (!isSafePath(path)) return undefined;
  if (section === 'context' || (section === 'action' && !isBuiltIn(type))) return anything;
  const open = !isBuiltIn(type) && (section === 'resource' || section === 'subject');
  return open && path.startsWith('properties.') ? anything : undefined;
}

/** The operators that make sense for what a field holds. */
export function operatorsFor(attribute: Attribute): readonly Operator[] {
  if (attribute.kind === 'any') {
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
  if (attribute.kind === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (attribute.kind !== 'any' && !isId(value)) return `"${value}" is no ${attribute.kind}`;
  return undefined;
}

/** `true` when values of the two can be equal at all. */
export function comparable(left: Attribute, right: Attribute): boolean {
  return left.kind === right.kind || left.kind === 'any' || right.kind === 'any';
}
