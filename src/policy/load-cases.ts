import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyBundle } from './bundle.js';
import type { CaseFile } from './cases.js';
import { parseCases } from './cases-parser.js';
import type { Problem } from './problem.js';
import { YamlSource } from './yaml-source.js';

const casesSuffix = '.cases.yaml';

/** What was found beside the policies. */
export interface CasesReading {
  readonly files: readonly CaseFile[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the cases of every policy of a bundle. A policy without cases is a problem, and so are cases without a policy.
 */
export function readCases(folder: string, bundle: PolicyBundle): CasesReading {
  const problems: Problem[] = [];
  const files: CaseFile[] = [];
  for (const policy of bundle.policies.values()) {
    // A type that is only a subject of others decides nothing.
    if (policy.rules.length === 0) continue;
    const file = join(folder, casesFileName(policy.type));
    if (!existsSync(file)) {
      problems.push({ file: policy.file, line: 1, column: 1, message: `has no cases: ${file} is missing` });
      continue;
    }
    const source = new YamlSource(file, readFileSync(file, 'utf8'));
    const cases = parseCases(source, policy);
    problems.push(...source.problems);
    if (cases) files.push(cases);
  }
  return { files, problems: [...problems, ...orphans(folder)] };
}

function casesFileName(type: string): string {
  return `${type.replaceAll('_', '-')}${casesSuffix}`;
}

function orphans(folder: string): Problem[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => name.endsWith(casesSuffix) && !names.includes(name.replace(casesSuffix, '.policy.yaml')))
    .map((name) => ({ file: join(folder, name), line: 1, column: 1, message: 'belongs to no policy of this folder' }));
}
