import { isScalar } from 'yaml';
import { isSafePath } from './attributes.js';
import { precedences, type EntityType, type RoleRules, strictEntityType, worlds } from './entity-type.js';
import type { Entry, YamlSource } from './yaml-source.js';

const members = ['aliases', 'asSubject', 'asResource', 'properties', 'roles'];
const aliasPattern = /^[a-z][a-z0-9_]{0,63}$/;

/** Reads what a policy says about the entities of its type; everything that is wrong is reported to `source`. */
export function parseEntityType(source: YamlSource, at: Entry): EntityType {
  const mapping = source.mapping(at, '"entities"', members);
  if (!mapping) return strictEntityType;
  const aliases = mapping.get('aliases');
  const roles = mapping.get('roles');
  return {
    aliases: (aliases && source.strings(aliases, 'aliases', aliasPattern)?.map(({ value }) => value)) ?? [],
    asSubject: oneOf(source, mapping.get('asSubject'), worlds) ?? strictEntityType.asSubject,
    asResource: oneOf(source, mapping.get('asResource'), worlds) ?? strictEntityType.asResource,
    properties: oneOf(source, mapping.get('properties'), precedences) ?? strictEntityType.properties,
    ...(roles && { roles: parseRoles(source, roles) }),
  };
}

function parseRoles(source: YamlSource, at: Entry): RoleRules | undefined {
  const mapping = source.mapping(at, '"roles"', ['property', 'inherits'], ['property']);
  const propertyEntry = mapping?.get('property');
  const property = propertyEntry && source.string(propertyEntry, 'the property');
  if (!mapping || property === undefined) return undefined;
  if (property.includes('.') || !isSafePath(property)) {
    source.report(propertyEntry ?? at, `"${property}" is no name of a property`);
  }
  const inherits = new Map<string, readonly string[]>();
  const entry = mapping.get('inherits');
  for (const role of (entry && source.mapping(entry, '"inherits"')?.entries) ?? []) {
    const inherited = source.strings(role, `what "${role.key}" inherits`) ?? [];
    inherits.set(
      role.key,
      inherited.map(({ value }) => value),
    );
  }
  return { property, inherits };
}

function oneOf<T extends string>(source: YamlSource, at: Entry | undefined, allowed: readonly T[]): T | undefined {
  if (!at) return undefined;
  const value = isScalar(at.value) ? at.value.value : undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) source.report(at, `"${at.key}" must be one of ${allowed.join(', ')}`);
  return found;
}
