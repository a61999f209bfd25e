import type { Policy } from '#src/policy/bundle.js';
import { type CaseFile, questionsOf } from '#src/policy/cases.js';
import { type Finding, findingOf, formatFinding } from '#src/policy/lint/finding.js';
import { checkRules } from '#src/policy/lint/rule-checks.js';
import { toSarif } from '#src/policy/lint/sarif.js';
import { engineAsker, runCases } from '#src/ability/policy-test.js';
import { choice, type Command, exit } from '#src/platform/command.js';
import { baseOf, baseOption, type Folder, foldersOf, readFolder } from './folder.js';

const help = `Usage: cardea policy lint [FOLDER…] [--format text|sarif] [--base FOLDER]

Looks at policies and their cases, and needs no database. Finds all that keeps the service from starting, and rules that
can never hold, never decide, never matter, grant for every resource, or are shown by no case.

  FOLDER    folders of policies; "policies" where none is named
  --format  text (the default): a line for each finding; sarif: a SARIF 2.1.0 log
  --base    the policies that a set for other resources falls back to; "policies" where it is not said

Ends with 0 where nothing is found, 1 where something is, 2 where a folder is missing.
`;

/**
 * `cardea policy lint`
 * @param version of the tool, as the log names it
 */
export function lintCommand(version: string): Command {
  return {
    group: 'policy',
    name: 'lint',
    summary: 'finds what is wrong in policies and their cases',
    help,
    options: { format: { type: 'string' }, ...baseOption },
    async run(given) {
      const format = choice(given, 'format', ['text', 'sarif']);
      const folders = foldersOf(given).map((folder) => readFolder(folder, baseOf(given)));
      const found = await Promise.all(folders.map(async (folder) => ({ folder, findings: await lintFolder(folder) })));
      const findings = found.flatMap((one) => one.findings);
      if (format === 'sarif') await given.output.write(toSarif(findings, version));
      else for (const one of found) await given.output.write(textOf(one.folder, one.findings));
      return findings.length > 0 ? exit.findings : exit.fine;
    },
  };
}

/** All findings of one folder; what rules mean is looked at only where they can be read. */
export async function lintFolder({ bundle, files, problems }: Folder): Promise<Finding[]> {
  const perPolicy = [...bundle.policies.values()].map(async (policy) => {
    const cases = files.find(({ type }) => type === policy.type);
    return [...checkRules(policy), ...(cases ? await uncoveredRules(policy, cases) : [])];
  });
  return [...problems.map(findingOf), ...(await Promise.all(perPolicy)).flat()];
}

async function uncoveredRules(policy: Policy, file: CaseFile): Promise<Finding[]> {
  const { uncovered } = await runCases(policy, file, engineAsker(policy));
  return policy.rules
    .filter(({ id }) => uncovered.includes(id))
    .map(({ id, line, column }) => {
      const message = `no case shows the rule "${id}" deciding`;
      return { rule: 'uncovered-rule', file: policy.file, line, column, message };
    });
}

function textOf({ folder, bundle, files }: Folder, findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `${formatFinding(finding)}\n`).join('');
  if (findings.length > 0) return `${lines}${folder}: ${findings.length} found\n`;
  const rules = [...bundle.policies.values()].reduce((sum, policy) => sum + policy.rules.length, 0);
  const cases = files.reduce((sum, file) => sum + file.cases.length, 0);
  const questions = files.reduce((sum, file) => sum + questionsOf(file).length, 0);
  const size = `${bundle.policies.size} policies, ${rules} rules, ${cases} cases with ${questions} decisions`;
  return `${folder}: ${size}; nothing found (bundle ${bundle.hash.slice(0, 12)})\n`;
}
