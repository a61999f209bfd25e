import type { Policy } from '#src/policy/bundle.js';
import { type CaseFile, type CaseQuestion, questionsOf } from '#src/policy/cases.js';
import { compile } from './compile.js';
import { decide } from './decide.js';

/** What was answered to one question of a case. `paths` may be left out by whoever cannot know them. */
export interface CaseAnswer {
  readonly allowed: boolean;
  readonly rule: string | null;
  readonly paths?: readonly string[];
}

/** Answers the questions of a case: the pure engine, or a running service over HTTP. */
export type CaseAsker = (question: CaseQuestion) => CaseAnswer | Promise<CaseAnswer>;

/** How the cases of one policy went. */
export interface CaseReport {
  readonly type: string;
  readonly asked: number;
  /** One line for each question that was answered otherwise, `file:line` first. */
  readonly failures: readonly string[];
  /** Rules that decided no question as expected. */
  readonly uncovered: readonly string[];
  readonly rules: number;
}

/** Asks every question of a file of cases. */
export async function runCases(policy: Policy, file: CaseFile, ask: CaseAsker): Promise<CaseReport> {
  const failures: string[] = [];
  const deciding = new Set<string | null>();
  const questions = questionsOf(file);
  for (const question of questions) {
    const answer = await ask(question);
    const failure = compare(question, answer);
    if (failure === undefined) deciding.add(answer.rule);
    else failures.push(`${file.file}:${question.case.line} ${failure}`);
  }
  const uncovered = policy.rules.filter(({ id }) => !deciding.has(id)).map(({ id }) => id);
  return { type: policy.type, asked: questions.length, failures, uncovered, rules: policy.rules.length };
}

/** Answers by compiling and deciding, with nothing between. */
export function engineAsker(policy: Policy): CaseAsker {
  return ({ case: { settings, action: properties, context }, who, what, action }) =>
    decide(compile(policy, { subject: who, settings, action: properties, context }), action, what);
}

/** What is wrong with an answer, or `undefined` where it is as expected. */
export function compare({ case: { name, by }, who, what, action, expected }: CaseQuestion, answer: CaseAnswer) {
  const wanted = describe(expected);
  const got = describe(answer);
  const question = `"${name}": ${who.id} ${action} ${what.id}`;
  if (wanted !== got) return `${question}: expected ${wanted}, got ${got}`;
  if (!by || !answer.allowed || !answer.paths) return undefined;
  const [wantedPaths, gotPaths] = [by, answer.paths].map((paths) => paths.join(', ') || 'no path');
  return wantedPaths === gotPaths ? undefined : `${question}: expected by ${wantedPaths}, got by ${gotPaths}`;
}

function describe({ allowed, rule }: CaseAnswer): string {
  return `${allowed ? 'allow' : 'deny'}${rule === null ? '' : ` ${rule}`}`;
}
