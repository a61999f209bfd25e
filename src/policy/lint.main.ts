import { questionsOf } from './cases.js';
import { readCases } from './load-cases.js';
import { readBundle } from './load.js';
import { formatProblem } from './problem.js';

/** What a set of policies for other resources falls back to. */
const standard = 'policies';

/**
 * `npm run policy:lint [-- folder…]`: looks at policies and their cases and needs no database. Prints one line per
 * problem, and exits with 1 when there is any.
 */
function lint(folder: string): boolean {
  const base = folder === standard ? undefined : readBundle(standard).bundle;
  const { bundle, problems: policyProblems } = readBundle(folder, base);
  const { files, problems: caseProblems } = readCases(folder, bundle);
  const problems = [...policyProblems, ...caseProblems];
  for (const problem of problems) console.log(formatProblem(problem));
  if (problems.length > 0) {
    console.log(`${folder}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
    return false;
  }
  const rules = [...bundle.policies.values()].reduce((sum, { rules: { length } }) => sum + length, 0);
  const cases = files.reduce((sum, file) => sum + file.cases.length, 0);
  const questions = files.reduce((sum, file) => sum + questionsOf(file).length, 0);
  const size = `${bundle.policies.size} policies, ${rules} rules, ${cases} cases with ${questions} decisions`;
  console.log(`${folder}: ${size}; no problem found (bundle ${bundle.hash.slice(0, 12)})`);
  return true;
}

const folders = process.argv.slice(2);
const results = (folders.length > 0 ? folders : [standard]).map(lint);
process.exitCode = results.every(Boolean) ? 0 : 1;
