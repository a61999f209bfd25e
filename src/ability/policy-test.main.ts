import { readCases } from '#src/policy/load-cases.js';
import { readBundle } from '#src/policy/load.js';
import { formatProblem } from '#src/policy/problem.js';
import { engineAsker, runCases } from './policy-test.js';

/** What a set of policies for other resources falls back to. */
const standard = 'policies';

/**
 * `npm run policy:test [-- folder…]`: asks the pure engine every question of the cases. Prints each wrong answer and
 * the rules that no case has shown to decide, and exits with 1 when there is any of either.
 */
async function test(folder: string): Promise<boolean> {
  const base = folder === standard ? undefined : readBundle(standard).bundle;
  const { bundle, problems: policyProblems } = readBundle(folder, base);
  const { files, problems: caseProblems } = readCases(folder, bundle);
  const problems = [...policyProblems, ...caseProblems];
  for (const problem of problems) console.log(formatProblem(problem));
  let sound = problems.length === 0;
  for (const file of files) {
    const policy = bundle.policies.get(file.type);
    if (!policy) continue;
    const { type, asked, failures, uncovered, rules } = await runCases(policy, file, engineAsker(policy));
    for (const failure of failures) console.log(failure);
    for (const rule of uncovered) console.log(`${policy.file}: no case shows the rule "${rule}" deciding`);
    const covered = rules - uncovered.length;
    const coverage = `${covered} of ${rules} rules covered (${Math.floor((100 * covered) / rules)} %)`;
    console.log(`${type}: ${asked - failures.length} of ${asked} decisions as expected, ${coverage}`);
    sound &&= failures.length === 0 && uncovered.length === 0;
  }
  return sound;
}

const folders = process.argv.slice(2);
let sound = true;
for (const folder of folders.length > 0 ? folders : [standard]) sound = (await test(folder)) && sound;
process.exitCode = sound ? 0 : 1;
