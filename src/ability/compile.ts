import type { ConditionSections, Policy, PolicyRule } from '#src/policy/bundle.js';
import { both } from '#src/policy/condition.js';
import { Ability, type AbilityRule } from './ability.js';
import { type Remaining, toConditions } from './conditions.js';
import { type CompileInput, Known, type Settled } from './settle.js';

export type { CompileInput } from './settle.js';

/** A rule needs no path: it is compiled once, without one. */
const withoutPath: readonly (string | null)[] = [null];

/**
 * Settles all that a policy asks about the subject, the office, the action and the context; what is left are CASL
 * rules with conditions on the resource (engine.md, section 1). Pure.
 *
 * A rule with a reference that cannot be resolved grants nothing if it allows, and denies whatever its other
 * conditions on the resource say if it denies.
 *
 * The reason of each CASL rule names where it comes from: `rule` or `rule/path`. CASL takes the last rule that
 * matches, so denies stand behind allows and both in reverse: the first of the file is the one that decides.
 */
export function compile(policy: Policy, input: CompileInput): Ability {
  const known = new Known(input);
  const allows: AbilityRule[] = [];
  const denies: AbilityRule[] = [];
  for (const rule of policy.rules) {
    if (rule.effect === 'deny') denies.push(...compileDeny(policy, rule, known));
    else allows.push(...compileAllow(policy, rule, known));
  }
  return new Ability(policy.type, [...allows.reverse(), ...denies.reverse()]);
}

function compileAllow(policy: Policy, rule: PolicyRule, known: Known): AbilityRule[] {
  const settled = known.settle(rule);
  if (!settled) return [];
  return (rule.by.length > 0 ? rule.by : withoutPath).flatMap((name) => {
    const path = name === null ? {} : policy.paths.get(name);
    if (!path) throw new Error(`rule "${rule.id}" names the unknown path "${name}"`);
    if (!known.settle(path)) return [];
    const remaining = remainingOf(rule, path, known);
    return resolved(remaining) ? remaining.flatMap((conditions) => toRule(policy, rule, name, conditions)) : [];
  });
}

function compileDeny(policy: Policy, rule: PolicyRule, known: Known): AbilityRule[] {
  const settled: Settled = known.settle(rule);
  if (settled === false) return [];
  const remaining = remainingOf(rule, {}, known);
  if (settled === undefined || !resolved(remaining)) return toRule(policy, rule, null, 'always');
  return remaining.flatMap((conditions) => toRule(policy, rule, null, conditions));
}

type Resolved = Exclude<Remaining, 'unresolved'>;

function resolved(remaining: readonly Remaining[]): remaining is readonly Resolved[] {
  return !remaining.includes('unresolved');
}

function remainingOf(rule: ConditionSections, path: ConditionSections, known: Known): readonly Remaining[] {
  return both(rule.resource, path.resource).map((tests) => toConditions(tests, known));
}

function toRule(policy: Policy, rule: PolicyRule, path: string | null, conditions: Resolved): AbilityRule[] {
  if (conditions === 'never') return [];
  const compiled: AbilityRule = {
    action: rule.actions,
    subject: policy.type,
    reason: path === null ? rule.id : reasonOf(rule, path),
  };
  if (conditions !== 'always') compiled.conditions = conditions;
  // Facts list the requirements that the subject meets; where the list is missing, none is.
  if (rule.may) compiled.conditions = { ...compiled.conditions, may: { $all: [rule.may.name] } };
  if (rule.effect === 'deny') compiled.inverted = true;
  return [compiled];
}

/** One text for all abilities: there are as many of them as people. */
const reasons = new WeakMap<PolicyRule, Map<string, string>>();

function reasonOf(rule: PolicyRule, path: string): string {
  const known = reasons.get(rule) ?? new Map<string, string>();
  reasons.set(rule, known);
  const reason = known.get(path) ?? `${rule.id}/${path}`;
  known.set(path, reason);
  return reason;
}
