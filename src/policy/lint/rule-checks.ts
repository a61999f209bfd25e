import type { Policy, PolicyRule } from '#src/policy/bundle.js';
import type { Finding, LintRuleId } from './finding.js';
import { isImpossible } from './implication.js';
import { covers, knownRule, type KnownRule, meets } from './reach.js';
import { waysThrough } from './ways.js';

/** The one type of which an office has a single resource: a condition on it would ask nothing. */
const singleResource = 'office';

/** What can be said of the rules of a policy without asking them anything, in the order of the file. */
export function checkRules(policy: Policy): Finding[] {
  const all = policy.rules.map((rule) => knownRule(policy, rule));
  const findings = all.flatMap((known, index) => [
    ...reach(policy, known, all, index),
    ...unreachablePaths(policy, known.rule),
    ...missingCondition(policy, known.rule),
  ]);
  return [...findings, ...unusedPaths(policy)].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Whether a rule can make a difference at all; the gravest reason why not is enough. */
function reach(policy: Policy, known: KnownRule, all: readonly KnownRule[], index: number): Finding[] {
  const { rule, ways } = known;
  const at = (id: LintRuleId, message: string) => [finding(policy, rule, id, `the rule "${rule.id}" ${message}`)];
  if (ways.length === 0) return at('unreachable-rule', 'can never hold: its conditions contradict each other');
  const denies = all.filter((other) => other.rule.effect === 'deny');
  if (rule.effect === 'allow' && isCovered(known, denies)) {
    return at('unreachable-rule', `grants nothing: ${names(known, denies)} denies all of it`);
  }
  const before = all.slice(0, index).filter((other) => other.rule.effect === rule.effect);
  if (isCovered(known, before)) return at('shadowed-rule', `never decides: ${names(known, before)} always does`);
  if (rule.effect === 'deny' && !all.some((other) => meets(known, other))) {
    return at('deny-without-effect', 'never matters: no rule allows what it denies');
  }
  return [];
}

/** Every action of the rule, in every way, is one of another rule that holds whenever this one does. */
function isCovered(known: KnownRule, others: readonly KnownRule[]): boolean {
  return known.rule.actions.every((action) => others.some((other) => covers(other, known, action)));
}

function names(known: KnownRule, others: readonly KnownRule[]): string {
  const covering = others.filter((other) => known.rule.actions.some((action) => covers(other, known, action)));
  return covering.map(({ rule }) => `"${rule.id}"`).join(' or ');
}

function unreachablePaths(policy: Policy, rule: PolicyRule): Finding[] {
  const dead = rule.by.filter((name) => waysThrough(policy, rule, policy.paths.get(name) ?? {}).every(isImpossible));
  if (dead.length === rule.by.length) return [];
  const message = (name: string) => `the rule "${rule.id}" never grants by "${name}": their conditions contradict`;
  return dead.map((name) => finding(policy, rule, 'unreachable-path', message(name)));
}

function missingCondition(policy: Policy, rule: PolicyRule): Finding[] {
  const isAccepted = rule.accepts.has('allow-without-resource-condition');
  if (grantsForAll(policy, rule)) {
    const message = `the rule "${rule.id}" asks nothing about the resource`;
    return isAccepted ? [] : [finding(policy, rule, 'allow-without-resource-condition', message)];
  }
  const message = `the rule "${rule.id}" accepts a finding that lint does not have`;
  return isAccepted ? [finding(policy, rule, 'unused-exception', message)] : [];
}

function grantsForAll({ type, paths }: Policy, rule: PolicyRule): boolean {
  if (rule.effect === 'deny' || type === singleResource || rule.may || rule.resource) return false;
  return rule.by.length === 0 || rule.by.some((name) => !paths.get(name)?.resource);
}

function unusedPaths(policy: Policy): Finding[] {
  const used = new Set(policy.rules.flatMap(({ by }) => by));
  const unused = [...policy.paths.values()].filter(({ name }) => !used.has(name));
  return unused.map((path) => finding(policy, path, 'unused-path', `no rule names the path "${path.name}"`));
}

function finding(
  { file }: Policy,
  { line, column }: { line: number; column: number },
  rule: LintRuleId,
  message: string,
) {
  return { rule, file, line, column, message } satisfies Finding;
}
