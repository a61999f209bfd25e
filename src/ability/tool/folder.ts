import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PolicyBundle } from '#src/policy/bundle.js';
import type { CaseFile } from '#src/policy/cases.js';
import { readCases } from '#src/policy/load-cases.js';
import { readBundle } from '#src/policy/load.js';
import { formatProblem, type Problem } from '#src/policy/problem.js';
import { type Given, UsageError } from '#src/platform/command.js';

/** The folder that a command looks at where none is named. */
export const standardFolder = 'policies';

/** What a command may be told about the policies that a set for other resources falls back to. */
export const baseOption = { base: { type: 'string' } } as const;

/** A folder of policies and cases, with all that is wrong with it. */
export interface Folder {
  readonly folder: string;
  readonly bundle: PolicyBundle;
  readonly files: readonly CaseFile[];
  readonly problems: readonly Problem[];
}

/** The folders that a command names, or the standard one. */
export function foldersOf({ positionals }: Given): readonly string[] {
  return positionals.length > 0 ? positionals : [standardFolder];
}

/**
 * Reads a folder and its cases. One without a policy of dossiers is a set for other resources, and falls back to the
 * standard policies.
 * @throws UsageError where there is no such folder
 */
export function readFolder(folder: string, base: string = standardFolder): Folder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`${folder} is no folder`);
  const isWhole = existsSync(join(folder, 'dossier.policy.yaml')) || resolve(folder) === resolve(base);
  const { bundle, problems } = readBundle(folder, isWhole ? undefined : readBundle(base).bundle);
  const cases = readCases(folder, bundle);
  return { folder, bundle, files: cases.files, problems: [...problems, ...cases.problems] };
}

/** Like {@link readFolder}, for commands that need it sound. @throws UsageError that names everything that is wrong */
export function readSoundFolder(folder: string, base?: string): Folder {
  const read = readFolder(folder, base);
  if (read.problems.length > 0) throw new UsageError(`${folder}\n${read.problems.map(formatProblem).join('\n')}`);
  return read;
}

/** The option `--base`, where it is given. */
export function baseOf({ values }: Given): string | undefined {
  return typeof values.base === 'string' ? values.base : undefined;
}
