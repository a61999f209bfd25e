import type { Policy, PolicyRule } from '#src/policy/bundle.js';
import { impliesWay, isImpossible, type Way } from './implication.js';
import { waysOf } from './ways.js';

/** A rule with the ways in which it can hold. */
export interface KnownRule {
  readonly rule: PolicyRule;
  readonly ways: readonly Way[];
}

/** Looks at a rule; ways in which it can never hold are left out. */
export function knownRule(policy: Policy, rule: PolicyRule): KnownRule {
  return { rule, ways: waysOf(policy, rule).filter((way) => !isImpossible(way)) };
}

/** Whenever the narrower rule holds for this action, the wider one does. Sound, not complete. */
export function covers(wider: KnownRule, narrower: KnownRule, action: string): boolean {
  if (!wider.rule.actions.includes(action)) return false;
  if (wider.rule.may && wider.rule.may.name !== narrower.rule.may?.name) return false;
  return narrower.ways.every((way) => wider.ways.some((candidate) => impliesWay(way, candidate)));
}

/** The deny rule may hold for something that the other rule allows. `false` is certain. */
export function meets(deny: KnownRule, { rule, ways }: KnownRule): boolean {
  if (rule.effect !== 'allow' || !rule.actions.some((action) => deny.rule.actions.includes(action))) return false;
  return deny.ways.some((way) => ways.some((other) => !isImpossible([...way, ...other])));
}
