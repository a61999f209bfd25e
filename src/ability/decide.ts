import type { Resource } from '#src/policy/bundle.js';

import type { Ability, ActionRule, ActionRules, Verdict } from './ability.js';

export type { Verdict } from './ability.js';
export type { Resource } from '#src/policy/bundle.js';

/** The answer to one question, with every way to it. */
export interface Decision extends Verdict {
  /** The paths of the policy that grant, each once: empty for a deny, and where the rules need none. */
  readonly paths: readonly string[];
}

const denied: Verdict = Object.freeze({ allowed: false, rule: null });
const noPaths: readonly string[] = Object.freeze([]);

/**
 * Decides: a deny rule that matches beats every allow, and without an allow there is none. Pure.
 *
 * `rule` is the first allow rule of the policy that matches; or the first deny rule that does, but only where it
 * changed something: of what is not allowed anyway, the answer tells nothing.
 * @throws TypeError when the resource is no object, as CASL would take a name for "any of this type"; and whatever a
 * damaged rule throws: an error is never a decision.
 */
export function decide(ability: Ability, action: string, resource: Resource): Decision {
  const rules = ability.rulesAbout(action);
  const verdict = judge(rules, resource);
  if (!verdict.allowed) return { allowed: false, rule: verdict.rule, paths: noPaths };
  return { allowed: true, rule: verdict.rule, paths: pathsOf(rules.allows, resource) };
}

/** {@link decide} without the paths, for callers who ask often: it makes no objects. */
export function verdictOf(ability: Ability, action: string, resource: Resource): Verdict {
  return judge(ability.rulesAbout(action), resource);
}

/** Only whether. */
export function allows(ability: Ability, action: string, resource: Resource): boolean {
  return judge(ability.rulesAbout(action), resource).allowed;
}

function judge({ allows, denies }: ActionRules, resource: Resource): Verdict {
  if (typeof resource !== 'object' || resource === null) throw new TypeError('a question needs the resource itself');
  const allow = firstMatch(allows, resource);
  if (!allow) return denied;
  return (firstMatch(denies, resource) ?? allow).verdict;
}

function firstMatch(rules: readonly ActionRule[], resource: object): ActionRule | undefined {
  for (const rule of rules) {
    if (rule.matches(resource)) return rule;
  }
  return undefined;
}

function pathsOf(rules: readonly ActionRule[], resource: object): readonly string[] {
  const paths: string[] = [];
  for (const { path, matches } of rules) {
    if (path !== null && !paths.includes(path) && matches(resource)) paths.push(path);
  }
  return paths.length > 0 ? paths : noPaths;
}
