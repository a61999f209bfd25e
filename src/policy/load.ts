import { createHash, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy, PolicyBundle } from './bundle.js';
import { checkTogether, type ReadPolicy } from './bundle-check.js';
import { parsePolicy, policyFileName } from './policy-parser.js';
import { PolicyError, type Problem } from './problem.js';
import { openBundle, type PolicySource } from './signed-bundle.js';
import { YamlSource } from './yaml-source.js';

const policySuffix = '.policy.yaml';

/** What a folder holds, and everything that is wrong with it: the bundle is whole only when `problems` is empty. */
export interface BundleReading {
  readonly bundle: PolicyBundle;
  readonly problems: readonly Problem[];
}

/**
 * Loads and validates all policies of a folder, or of a bundle file (engine.md, section 1).
 * @param base the bundle that built-in types fall back to, where the folder is a set for other resources
 * @param key where given, only a bundle file that is signed with it is taken
 * @throws PolicyError that names every problem with file, line and column. A bundle is whole or not at all.
 */
export function loadBundle(path: string, base?: PolicyBundle, key?: KeyObject): PolicyBundle {
  const { bundle, problems } = readBundle(path, base, key);
  if (problems.length > 0) throw new PolicyError(problems);
  return bundle;
}

/** One policy by its text, such as one that was in force before; `undefined` where this version cannot read it. */
export function policyInText(type: string, text: string): Policy | undefined {
  const name = policyFileName(type);
  return parsePolicy(new YamlSource(name, text), name);
}

/** Reads all that can be read of policies, for tools that report rather than refuse. */
export function readBundle(path: string, base?: PolicyBundle, key?: KeyObject): BundleReading {
  const problems: Problem[] = [];
  const read: ReadPolicy[] = [];
  const sources: YamlSource[] = [];
  for (const { name, text } of readSources(path, problems, key)) {
    const source = new YamlSource(join(path, name), text);
    const policy = parsePolicy(source, name);
    sources.push(source);
    if (policy) read.push({ policy, source });
  }
  checkTogether(read, base);
  problems.push(...sources.flatMap((source) => source.problems));
  return {
    bundle: bundleOf(
      read.map(({ policy }) => policy),
      base,
    ),
    problems,
  };
}

/** The policy files of a folder or of a bundle file, in the order of their names. Problems go to `problems`. */
export function readSources(path: string, problems: Problem[], key?: KeyObject): readonly PolicySource[] {
  const isFile = orReport(path, problems, () => statSync(path).isFile());
  if (isFile === undefined) return [];
  if (isFile) {
    const text = orReport(path, problems, () => readFileSync(path, 'utf8'));
    return (text !== undefined && orReport(path, problems, () => openBundle(text, key), '')) || [];
  }
  if (key) {
    const message = 'is a folder, and POLICY_PUBLIC_KEY is set: a signed bundle is needed';
    problems.push({ file: path, line: 1, column: 1, message });
    return [];
  }
  return policyFiles(path, problems).flatMap((name) => {
    const file = join(path, name);
    const text = orReport(file, problems, () => readFileSync(file, 'utf8'));
    return text === undefined ? [] : [{ name, text }];
  });
}

function policyFiles(folder: string, problems: Problem[]): readonly string[] {
  const names = orReport(folder, problems, () => readdirSync(folder));
  // Sorted by code unit and not by the language of the machine, so that the hash is the same everywhere.
  const files = names?.filter((name) => name.endsWith(policySuffix)).sort();
  if (files?.length === 0) {
    problems.push({ file: folder, line: 1, column: 1, message: `has no file named <type>${policySuffix}` });
  }
  return files ?? [];
}

function orReport<T>(file: string, problems: Problem[], read: () => T, what = 'cannot be read: '): T | undefined {
  try {
    return read();
  } catch (error) {
    const message = `${what}${error instanceof Error ? error.message : String(error)}`;
    return void problems.push({ file, line: 1, column: 1, message });
  }
}

function bundleOf(policies: readonly Policy[], base: PolicyBundle | undefined): PolicyBundle {
  const content = JSON.stringify(policies.map(({ type, source }) => [type, source]));
  const hash = createHash('sha256').update(content);
  // What a set falls back to decides as well.
  if (base) hash.update(base.hash);
  return {
    hash: hash.digest('hex'),
    policies: new Map(policies.map((policy) => [policy.type, policy])),
    aliases: new Map(policies.flatMap(({ type, entities }) => (entities?.aliases ?? []).map((alias) => [alias, type]))),
  };
}
