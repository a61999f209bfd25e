import type { Resource } from '#src/policy/bundle.js';
import type { Ability, ActionRule, Verdict } from './ability.js';

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
  const { allows, denies } = ability.rulesAbout(action);
  const allow = firstMatch(allows, resource);
  if (allow === none) return { ...denied, paths: noPaths };
  const deny = firstMatch(denies, resource);
  if (deny !== none) return { ...denies[deny]!.verdict, paths: noPaths };
  const { allowed, rule } = allows[allow]!.verdict;
  return { allowed, rule, paths: pathsOf(allows, allow, resource) };
}

/** {@link decide} without the paths, for callers who ask often: it makes no objects. */
export function verdictOf(ability: Ability, action: string, resource: Resource): Verdict {
  const { allows, denies } = ability.rulesAbout(action);
  const allow = firstMatch(allows, resource);
  if (allow === none) return denied;
  const deny = firstMatch(denies, resource);
  return deny === none ? allows[allow]!.verdict : denies[deny]!.verdict;
}

/** Only whether. */
export function allows(ability: Ability, action: string, resource: Resource): boolean {
  return verdictOf(ability, action, resource).allowed;
}

const none = -1;

function firstMatch(rules: readonly ActionRule[], resource: object): number {
  if (typeof resource !== 'object' || resource === null) throw new TypeError('a question needs the resource itself');
  for (let index = 0; index < rules.length; index++) {
    if (rules[index]!.matches(resource)) return index;
  }
  return none;
}

/** The rules before `first` are known not to match, and `first` is known to. */
function pathsOf(rules: readonly ActionRule[], first: number, resource: object): readonly string[] {
  const paths: string[] = [];
  for (let index = first; index < rules.length; index++) {
    const { path, matches } = rules[index]!;
    if (path !== null && !paths.includes(path) && (index === first || matches(resource))) paths.push(path);
  }
  return paths.length > 0 ? paths : noPaths;
}
