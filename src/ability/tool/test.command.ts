import type { Policy } from '#src/policy/bundle.js';
import type { CaseFile } from '#src/policy/cases.js';
import { engineAsker, runCases } from '#src/ability/policy-test.js';
import { branchCoverage } from './branches.js';
import { type Command, exit } from '#src/platform/command.js';
import { baseOf, baseOption, foldersOf, readSoundFolder } from './folder.js';
import { runMutants } from './mutation.js';

const help = `Usage: cardea policy test [FOLDER…] [--mutants] [--base FOLDER]

Asks the pure engine every question of the cases. Fails where an answer is not the expected one, where no case shows a
rule deciding (rule coverage), and where no case shows an alternative of a rule's conditions, or of those of a path that
it names, to be met, and one to be not met (branch coverage).

  FOLDER     folders of policies; "policies" where none is named
  --mutants  also makes mistakes on purpose: drops, inverts, widens and narrows each rule, one at a time. Fails where no
             case notices one
  --base     the policies that a set for other resources falls back to; "policies" where it is not said

Ends with 0 where all is well, 1 where a case fails or is missing, 2 where policies or cases cannot be loaded.
`;

/** `cardea policy test` */
export const testCommand: Command = {
  group: 'policy',
  name: 'test',
  summary: 'runs the cases, with coverage and mutants',
  help,
  options: { mutants: { type: 'boolean' }, ...baseOption },
  async run(given) {
    const folders = foldersOf(given).map((folder) => readSoundFolder(folder, baseOf(given)));
    let isSound = true;
    for (const { bundle, files } of folders) {
      for (const file of files) {
        const lines = await testPolicy(bundle.policies.get(file.type)!, file, given.values.mutants === true);
        isSound &&= lines.findings.length === 0;
        for (const line of [...lines.findings, lines.summary]) await given.output.write(`${line}\n`);
      }
    }
    return isSound ? exit.fine : exit.findings;
  },
};

/** What is wrong with the cases of one policy, and how much of it they show. */
export async function testPolicy(policy: Policy, file: CaseFile, withMutants: boolean) {
  const { type, asked, failures, uncovered, rules } = await runCases(policy, file, engineAsker(policy));
  const { branches, missing } = branchCoverage(policy, file);
  const lines = new Map(policy.rules.map(({ id, line }) => [id, line]));
  const findings = [
    ...failures,
    ...uncovered.map((rule) => `${policy.file}:${lines.get(rule)} no case shows the rule "${rule}" deciding`),
    ...missing,
  ];
  const parts = [
    `${type}: ${asked - failures.length} of ${asked} decisions as expected`,
    `${share(rules - uncovered.length, rules)} rules`,
    // Each branch has two ways to go.
    `${share(2 * branches - missing.length, 2 * branches)} branches`,
  ];
  // A mutant is noticed by a case that fails: where one fails anyway, there is nothing to learn.
  if (withMutants && failures.length === 0) {
    const { mutants, survivors } = runMutants(policy, file);
    findings.push(...survivors.map(({ description }) => `${description}, and no case notices`));
    parts.push(`${share(mutants - survivors.length, mutants)} mutants noticed`);
  }
  return { findings, summary: parts.join(', ') };
}

function share(part: number, all: number): string {
  return `${part} of ${all} (${all === 0 ? 100 : Math.floor((100 * part) / all)} %)`;
}
