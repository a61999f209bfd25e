import { isSafePath } from './attributes.js';
import type { Requirement } from './bundle.js';
import type { Entry, YamlSource } from './yaml-source.js';

const referencePattern = /^\$\{resource\.([A-Za-z0-9_.-]+)\}$/;

/** Reads the `may` of a rule. Whether the action exists is for the check of all policies together. */
export function parseRequirement(source: YamlSource, at: Entry): Requirement | undefined {
  const known = ['action', 'type', 'id'];
  const mapping = source.mapping(at, '"may"', known, known);
  const [action, type, id] = known.map((key) => {
    const entry = mapping?.get(key);
    return entry && source.string(entry, `the ${key}`);
  });
  if (!mapping || action === undefined || type === undefined || id === undefined) return undefined;
  if (type !== 'dossier') return void source.report(mapping.get('type')!, `"may" asks about a dossier, not "${type}"`);
  const path = referencePattern.exec(id)?.[1];
  if (path === undefined || !(path === 'id' || (path.startsWith('properties.') && isSafePath(path)))) {
    return void source.report(
      mapping.get('id')!,
      `"${id}" must be \${resource.id} or \${resource.properties.…}, alone`,
    );
  }
  return { type, action, path, name: `${action} ${type} ${path}` };
}
