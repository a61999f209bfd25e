import type { Policy } from '#src/policy/bundle.js';
import { type CaseFile, type CaseQuestion, questionsOf } from '#src/policy/cases.js';
import { compile } from '#src/ability/compile.js';
import { decide } from '#src/ability/decide.js';
import type { Ability } from '#src/ability/ability.js';
import { compare } from '#src/ability/policy-test.js';
import { type Mutant, mutantsOf } from './mutants.js';

/** How many mistakes the cases notice. */
export interface MutationReport {
  readonly mutants: number;
  /** The mistakes that no case notices. */
  readonly survivors: readonly Mutant[];
}

/** Tries every mutant of a policy on its cases. The cases must pass on the policy itself. */
export function runMutants(policy: Policy, file: CaseFile): MutationReport {
  const questions = questionsOf(file);
  const mutants = mutantsOf(policy);
  return {
    mutants: mutants.length,
    survivors: mutants.filter(({ policy: changed }) => !isNoticed(changed, questions)),
  };
}

function isNoticed(policy: Policy, questions: readonly CaseQuestion[]): boolean {
  // Questions of one case and subject stand together: each ability is compiled once.
  let ability: Ability | undefined;
  let last: CaseQuestion | undefined;
  return questions.some((question) => {
    if (!ability || last?.case !== question.case || last.who !== question.who) {
      const { settings, action, context } = question.case;
      ability = compile(policy, { subject: question.who, settings, action, context });
    }
    last = question;
    return compare(question, decide(ability, question.action, question.what)) !== undefined;
  });
}
