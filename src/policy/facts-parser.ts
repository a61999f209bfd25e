import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { isId } from '#src/relations/vocabulary.js';
import { type Attribute, findAttribute, isBuiltIn, knownWords, type Scope, valueProblem } from './attributes.js';
import type { Entry, YamlSource } from './yaml-source.js';

export type Facts = Record<string, unknown>;

/**
 * The facts of one thing of a cases file, checked with the words that conditions are checked with.
 * @param defaults the facts that need not be written; every other known word is required, but an optional one, which
 * is `null`, and a set, which is empty.
 * @param more words that only facts have, and no condition
 */
export function readFacts(
  source: YamlSource,
  at: Entry | undefined,
  scope: Scope,
  defaults: Facts,
  more: Readonly<Record<string, Attribute>> = {},
): Facts {
  const words = { ...knownWords(scope), ...more };
  const facts: Facts = { ...absent(words), ...defaults };
  for (const entry of factEntries(source, at)) {
    if (entry.key === 'properties' && !isBuiltIn(scope.type)) {
      facts.properties = plainValue(source, entry.value);
    } else if (entry.key === 'id' || !Object.hasOwn(words, entry.key)) {
      source.report(entry.keyNode, `unknown word "${entry.key}" of ${scope.section}`);
    } else {
      facts[entry.key] = readValue(source, entry, words[entry.key]!);
    }
  }
  const missing = Object.keys(words).filter((word) => !(word in facts));
  if (missing.length > 0 && at) source.report(at.keyNode, `lacks ${missing.join(', ')}`);
  return facts;
}

/** The values of `action` or `context` of a case. */
export function readProperties(source: YamlSource, at: Entry | undefined, scope: Scope): Facts {
  const values = new Map<string, unknown>();
  for (const entry of (at && source.mapping(at, `"${at.key}"`)?.entries) ?? []) {
    const attribute = findAttribute(scope, entry.key);
    if (!attribute) source.report(entry.keyNode, `unknown word "${entry.key}" of ${scope.section}`);
    else if (attribute.kind === 'any') values.set(entry.key, plainValue(source, entry.value));
    else values.set(entry.key, readValue(source, entry, attribute));
  }
  return Object.fromEntries(values);
}

/** The members of a mapping from names, each of which is an id, to facts. */
export function readNamed(source: YamlSource, at: Entry | undefined, what: string): readonly Entry[] {
  const entries = (at && source.mapping(at, what)?.entries) ?? [];
  for (const { key, keyNode } of entries) {
    const sound: boolean = isId(key);
    if (!sound) source.report(keyNode, `"${key}" is no id`);
  }
  return entries;
}

function absent(words: Readonly<Record<string, Attribute>>): Facts {
  const pairs = Object.entries(words).flatMap(([word, { set, optional }]): [string, unknown][] => {
    if (set) return [[word, []]];
    return optional ? [[word, null]] : [];
  });
  return Object.fromEntries(pairs);
}

function factEntries(source: YamlSource, at: Entry | undefined): readonly Entry[] {
  if (at === undefined) return [];
  const { key, value } = at;
  // `{}`: something about which only its id is known.
  if (isMap(value) && value.items.length === 0) return [];
  return source.mapping(at, `"${key}"`)?.entries ?? [];
}

function readValue(source: YamlSource, entry: Entry, attribute: Attribute): unknown {
  if (attribute.optional && isScalar(entry.value) && entry.value.value === null) return null;
  if (attribute.set) {
    if (isSeq(entry.value) && entry.value.items.length === 0) return [];
    const members = source.strings(entry, `"${entry.key}"`) ?? [];
    for (const { value, node } of members) check(source, node, attribute, value);
    return members.map(({ value }) => value);
  }
  const value = source.scalar(entry, `"${entry.key}"`);
  if (value !== undefined) check(source, entry, attribute, value);
  return value;
}

function check(source: YamlSource, at: Entry | Node, attribute: Attribute, value: string | number | boolean): void {
  const problem = valueProblem(attribute, value);
  if (problem) source.report(at, problem);
}

/** Any JSON value. `fromEntries` makes plain members of all keys, `__proto__` included. */
function plainValue(source: YamlSource, node: Node | null): unknown {
  if (node === null || (isScalar(node) && node.value === null)) return null;
  if (isSeq(node)) return node.items.map((item) => plainValue(source, item as Node | null));
  if (!isMap(node)) return source.scalar(node, 'a value');
  if (node.items.length === 0) return {};
  const entries = source.mapping(node, 'a value')?.entries ?? [];
  return Object.fromEntries(entries.map((entry) => [entry.key, plainValue(source, entry.value)]));
}
