import { basename, dirname } from 'node:path';
import type { ConditionSections, Policy, PolicyRule } from '#src/policy/bundle.js';
import { type CaseFile, type CaseQuestion, questionsOf } from '#src/policy/cases.js';
import { type Conjunction, settledSections } from '#src/policy/condition.js';
import { compile } from '#src/ability/compile.js';
import { decide } from '#src/ability/decide.js';
import { Known, type Settled } from '#src/ability/settle.js';
import { type Command, exit, type Given, required, UsageError } from '#src/platform/command.js';
import { baseOf, baseOption, readSoundFolder } from './folder.js';
import { holds } from './holds.js';
import { wordingOf } from './wording.js';

const help = `Usage: cardea policy explain FILE --case NAME [--who NAME] [--what NAME] [--action NAME] [--base FOLDER]

Shows how one decision of a case comes about: each rule about the action, and which of its conditions holds and which
does not.

  FILE      a file of cases, or the policy that it belongs to
  --case    the name of the case, or a part of it that no other name has
  --who, --what, --action
            which of the decisions of the case; the first where they do not say
  --base    the policies that a set for other resources falls back to; "policies" where it is not said

Ends with 0 where the decision is the expected one, 1 where it is not, 2 where there is no such case.
`;

/** `cardea policy explain` */
export const explainCommand: Command = {
  group: 'policy',
  name: 'explain',
  summary: 'shows how a decision of a case comes about, rule by rule',
  help,
  options: {
    case: { type: 'string' },
    who: { type: 'string' },
    what: { type: 'string' },
    action: { type: 'string' },
    ...baseOption,
  },
  async run(given) {
    const { policy, file } = readPolicy(given);
    const named = questionsNamed(file, required(given, 'case'));
    const { who, what, action } = given.values;
    const fitting = named.filter(
      (one) =>
        (who === undefined || one.who.id === who) &&
        (what === undefined || one.what.id === what) &&
        (action === undefined || one.action === action),
    );
    const [question] = fitting;
    if (!question) throw new UsageError('the case asks nothing like that; leave out --who, --what or --action');
    const { lines, isExpected } = explain(policy, question);
    const others = fitting.length - 1;
    if (others > 0) lines.push(`(the first of ${others + 1}; --who, --what and --action name another)`);
    await given.output.write(`${lines.join('\n')}\n`);
    return isExpected ? exit.fine : exit.findings;
  },
};

function readPolicy(given: Given): { policy: Policy; file: CaseFile } {
  const [path, ...more] = given.positionals;
  if (path === undefined || more.length > 0) throw new UsageError('name one FILE; see --help');
  const { bundle, files } = readSoundFolder(dirname(path), baseOf(given));
  const type = basename(path)
    .replace(/\.(cases|policy)\.yaml$/, '')
    .replaceAll('-', '_');
  const policy = bundle.policies.get(type);
  const file = files.find((one) => one.type === type);
  if (!policy || !file) throw new UsageError(`${path} is no file of cases, and no policy that has some`);
  return { policy, file };
}

function questionsNamed(file: CaseFile, name: string): CaseQuestion[] {
  const exact = file.cases.filter((one) => one.name === name);
  const found = exact.length > 0 ? exact : file.cases.filter((one) => one.name.includes(name));
  const [first, ...more] = found;
  if (!first) throw new UsageError(`${file.file} has no case "${name}"`);
  if (more.length > 0) {
    throw new UsageError(`"${name}" is in several names:\n${found.map((one) => `  ${one.name}`).join('\n')}`);
  }
  return questionsOf(file).filter((question) => question.case === first);
}

/** The decision with each rule about the action, in the order of the policy. */
export function explain(policy: Policy, question: CaseQuestion): { lines: string[]; isExpected: boolean } {
  const { case: one, who, what, action, expected } = question;
  const input = { subject: who, settings: one.settings, action: one.action, context: one.context };
  const decision = decide(compile(policy, input), action, what);
  const known = new Known(input);
  const rules = policy.rules.filter((rule) => rule.actions.includes(action));
  const isExpected = decision.allowed === expected.allowed && decision.rule === expected.rule;
  const lines = [
    `${one.name}`,
    `${who.id} ${action} ${policy.type} ${what.id}: ${wordingOfVerdict(decision)}`,
    ...(decision.paths.length > 0 ? [`by ${decision.paths.join(', ')}`] : []),
    ...(isExpected ? [] : [`expected: ${wordingOfVerdict(expected)}`]),
    ...rules.flatMap((rule) => ['', ...explainRule(policy, rule, known, what)]),
  ];
  return { lines, isExpected };
}

function wordingOfVerdict({ allowed, rule }: { allowed: boolean; rule: string | null }): string {
  if (rule === null) return 'denied, as no rule allows it';
  return `${allowed ? 'allowed' : 'denied'} by the rule "${rule}"`;
}

type Facts = CaseQuestion['what'];

function explainRule(policy: Policy, rule: PolicyRule, known: Known, resource: Facts): string[] {
  const own = conditionLines(rule, known, resource);
  const paths = rule.by.flatMap((name) => {
    const path = conditionLines(policy.paths.get(name) ?? {}, known, resource);
    return [`  ${mark(path.holds)} by ${name}`, ...path.lines.map((line) => `  ${line}`)];
  });
  const may = rule.may && (resource.may as readonly string[] | undefined)?.includes(rule.may.name);
  const required = rule.may ? [`  ${mark(may === true)} may ${rule.may.name}`] : [];
  return [`${policy.file}:${rule.line} ${rule.effect} ${rule.id}`, ...own.lines, ...required, ...paths];
}

function conditionLines(part: ConditionSections, known: Known, resource: Facts) {
  const sections = [...settledSections, 'resource' as const].flatMap((section) => {
    const condition = part[section];
    return condition ? [sectionLines(section, condition, known, resource)] : [];
  });
  return { holds: allOf(sections.map((one) => one.holds)), lines: sections.flatMap(({ lines }) => lines) };
}

function sectionLines(section: keyof ConditionSections, condition: readonly Conjunction[], known: Known, what: Facts) {
  const settled = condition.map((tests) => holds(section, tests, known, what));
  const lines = condition.flatMap((tests, index) => [
    ...(index > 0 ? ['    or'] : []),
    ...tests.map((test) => `  ${mark(holds(section, [test], known, what))} ${section} ${wordingOf(test)}`),
  ]);
  const isAny = settled.includes(true) || (settled.includes(undefined) ? undefined : false);
  return { holds: isAny, lines };
}

function allOf(parts: readonly Settled[]): Settled {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function mark(settled: Settled): string {
  if (settled === undefined) return '?';
  return settled ? '✓' : '✗';
}
