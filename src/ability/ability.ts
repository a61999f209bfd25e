import { createMongoAbility, type MongoAbility, type RawRule } from '@casl/ability';
import { packRules, type PackRule, unpackRules } from '@casl/ability/extra';
import { type Conditions, parseConditions, SharedMatchers, strictMatcher } from './conditions-matcher.js';

/** A CASL rule as `compile` writes it. */
export interface AbilityRule {
  action: readonly string[];
  subject: string;
  /** Absent: for every resource. Never empty. */
  conditions?: Conditions;
  inverted?: true;
  /** `rule` or `rule/path` */
  reason: string;
}

/** The cached and the exported form: plain JSON that `unpackRules` of CASL reads. */
export type PackedRules = PackRule<RawRule>[];

/** Who decides, without how one got there. `rule` is `null` when no rule allows. */
export interface Verdict {
  readonly allowed: boolean;
  readonly rule: string | null;
}

/** A compiled rule about one action. */
export interface ActionRule {
  readonly verdict: Verdict;
  readonly path: string | null;
  readonly matches: (resource: object) => boolean;
}

/** What there is to look at for one action, in the order of the policy. */
export interface ActionRules {
  readonly allows: readonly ActionRule[];
  readonly denies: readonly ActionRule[];
}

// CASL's magic words, as values that no text of a client can equal: its types say `string`, its code compares.
const anyAction = Symbol('any action') as unknown as string;
class AnyType {}
class NoType {}

/** Where a resource keeps its type when CASL itself is asked. No JSON can set it. */
const typeOf: unique symbol = Symbol('type');
const nothing: ActionRules = { allows: [], denies: [] };

/** Gives facts a type for a question to {@link Ability.casl}; `decide` needs none. */
export function withType(type: string, resource: object): object {
  return { ...resource, [typeOf]: type };
}

/** What one subject may do with the resources of one type, and nothing but that: conditions on resources are left. */
export class Ability {
  private readonly byAction = new Map<string, ActionRules>();

  /** @param rules in CASL's order: later ones win. */
  constructor(
    readonly type: string,
    readonly rules: readonly AbilityRule[],
  ) {}

  /** All of it as CASL's own, made anew for each question: CASL's index of every action is most of what it would keep. */
  get casl(): MongoAbility {
    return toCasl(this.rules);
  }

  /** The rules about an action, taken apart by CASL once. An action that no rule names has none. */
  rulesAbout(action: string): ActionRules {
    const known = this.byAction.get(action);
    if (known) return known;
    const rules = this.rules.filter((rule) => rule.action.includes(action));
    // Names that a caller makes up are not kept: they would fill the memory.
    if (rules.length === 0) return nothing;
    const about: { allows: ActionRule[]; denies: ActionRule[] } = { allows: [], denies: [] };
    for (const rule of toCasl(rules).rulesFor(action, this.type)) {
      (rule.inverted ? about.denies : about.allows).push({
        ...namedBy(rule.reason ?? '', rule.inverted),
        matches: (resource) => rule.matchesConditions(resource),
      });
    }
    this.byAction.set(action, about);
    return about;
  }

  /** The rules as plain JSON. */
  pack(): PackedRules {
    return packRules(this.rules as unknown as RawRule[]);
  }

  /**
   * The ability that {@link pack} made, from a cache that nobody trusts.
   * @throws TypeError when it is anything else: a form, type or condition that `compile` does not write.
   */
  static unpack(type: string, packed: unknown): Ability {
    if (!Array.isArray(packed)) throw new TypeError('packed rules must be a list');
    const rules = unpackRules(packed.map((rule) => checked(type, rule)) as PackRule<RawRule>[]);
    return new Ability(
      type,
      rules.map((rule) => {
        const { conditions, inverted, reason = '' } = rule as { [K in keyof AbilityRule]?: AbilityRule[K] };
        const unpacked: AbilityRule = { action: [rule.action].flat(), subject: type, reason };
        if (conditions !== undefined) unpacked.conditions = conditions;
        if (inverted) unpacked.inverted = true;
        return unpacked;
      }),
    );
  }
}

/** Policies have a few dozen rules, and everyone's abilities name the same. */
const maxNames = 10_000;
const names = new Map<string, Pick<ActionRule, 'verdict' | 'path'>>();

/** What a rule says of itself, as one object for all abilities. */
function namedBy(reason: string, inverted: boolean): Pick<ActionRule, 'verdict' | 'path'> {
  const key = `${inverted} ${reason}`;
  const known = names.get(key);
  if (known) return known;
  const [id = '', path = null] = reason.split('/');
  const named = { verdict: Object.freeze({ allowed: !inverted, rule: id }), path };
  if (names.size >= maxNames) names.clear();
  names.set(key, named);
  return named;
}

function toCasl(rules: readonly AbilityRule[]): MongoAbility {
  const shared = new SharedMatchers();
  return createMongoAbility(rules as unknown as RawRule[] as never[], {
    conditionsMatcher: (conditions) => strictMatcher(conditions, shared) as never,
    anyAction,
    anySubjectType: AnyType as never,
    detectSubjectType: (resource) => ((resource as { [typeOf]?: string })[typeOf] ?? NoType) as never,
  });
}

function checked(type: string, rule: unknown): unknown {
  if (!Array.isArray(rule)) throw new TypeError('a packed rule must be a list');
  const [action, subject, conditions, inverted, fields, reason, ...more] = rule as unknown[];
  const sound =
    typeof action === 'string' &&
    action !== '' &&
    subject === type &&
    (inverted === 0 || inverted === 1) &&
    fields === 0 &&
    typeof reason === 'string' &&
    reason !== '' &&
    more.length === 0;
  if (!sound) throw new TypeError(`no packed rule of "${type}"`);
  // The matchers are made when they are first asked: what is wrong must come out now.
  if (conditions !== 0) parseConditions(conditions);
  return rule;
}
