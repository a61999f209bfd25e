import { isBuiltIn } from './attributes.js';
import type { Policy, PolicyBundle } from './bundle.js';
import type { Entry, Mapping, YamlSource } from './yaml-source.js';

/** A policy that is sound in itself, with the file that it was read from. */
export interface ReadPolicy {
  readonly policy: Policy;
  readonly source: YamlSource;
}

/**
 * What no policy can tell alone: that the types which it names as subjects are there, that no two types share a name,
 * and that what its rules require of a dossier can be done with one. Problems go to the sources.
 *
 * @param base the bundle that built-in types fall back to, where this one is a set for other resources
 */
export function checkTogether(read: readonly ReadPolicy[], base?: PolicyBundle): void {
  const types = new Map(read.map(({ policy }) => [policy.type, policy]));
  const taken = new Map<string, string>(read.map(({ policy: { type } }) => [type, `the type "${type}"`]));
  for (const { policy, source } of read) {
    // It has been read without a problem, so reading it again finds none.
    const root = source.mapping(source.root, 'a policy');
    if (!root || isBuiltIn(policy.type)) continue;
    checkSubjects(source, root, types);
    checkAliases(source, root, policy.type, taken);
    checkRequirements(source, root, types.get('dossier') ?? base?.policies.get('dossier'));
  }
}

function checkSubjects(source: YamlSource, root: Mapping, types: ReadonlyMap<string, Policy>): void {
  const known = ['collaborator', ...[...types.keys()].filter((type) => !isBuiltIn(type))];
  for (const { value, node } of stringsOf(source, root.get('subjects'))) {
    if (!known.includes(value)) source.report(node, `unknown type of subject "${value}": one of ${known.join(', ')}`);
  }
}

function checkAliases(source: YamlSource, root: Mapping, type: string, taken: Map<string, string>): void {
  const entities = root.get('entities');
  const mapping = entities && source.mapping(entities, '"entities"');
  for (const { value, node } of stringsOf(source, mapping?.get('aliases'))) {
    const holder = isBuiltIn(value) ? `the type "${value}"` : taken.get(value);
    if (holder !== undefined) source.report(node, `the alias "${value}" is also a name of ${holder}`);
    taken.set(value, `the type "${type}"`);
  }
}

function checkRequirements(source: YamlSource, root: Mapping, dossier: Policy | undefined): void {
  const rules = root.get('rules');
  for (const node of (rules && source.list(rules, 'rules')) ?? []) {
    const may = source.mapping(node, 'a rule')?.get('may');
    const action = may && source.mapping(may, '"may"')?.get('action');
    const name = action && source.string(action, 'the action');
    if (!action || name === undefined || dossier?.actions.includes(name)) continue;
    const known = dossier ? `one of ${dossier.actions.join(', ')}` : 'there is no policy of dossiers';
    source.report(action, `unknown action "${name}" of a dossier: ${known}`);
  }
}

function stringsOf(source: YamlSource, entry: Entry | undefined) {
  return (entry && source.strings(entry, `"${entry.key}"`)) ?? [];
}
