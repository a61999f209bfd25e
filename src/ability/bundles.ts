import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isBuiltIn } from '#src/policy/attributes.js';
import type { ConditionSections, Policy, PolicyBundle } from '#src/policy/bundle.js';
import { settledSections } from '#src/policy/condition.js';
import { loadBundle } from '#src/policy/load.js';
import { readPublicKey } from '#src/policy/signed-bundle.js';

/** Where policies are: the settings of these names. */
export interface PolicyPlaces {
  readonly policyDir: string;
  readonly policySetsDir?: string | undefined;
  readonly policyPublicKey?: string | undefined;
}

const bundleSuffix = '.bundle.json';

/** The policy sets in force: the default one, and those that offices may be given by name. */
export class PolicyBundles {
  private constructor(
    private inForce: PolicyBundle,
    private named: ReadonlyMap<string, PolicyBundle>,
  ) {}

  /** The default set. */
  get standard(): PolicyBundle {
    return this.inForce;
  }

  /**
   * Puts other sets in force, all at once: whatever asks from now on is answered by them. Abilities that were compiled
   * by the sets before know their bundle or policy, and are not used again.
   *
   * @throws where a set is gone: an office may have it, and none is answered by other rules than its own
   */
  replace(others: PolicyBundles): void {
    const gone = [...this.named.keys()].filter((name) => !others.named.has(name));
    if (gone.length > 0) throw new Error(`the policy set ${gone.join(', ')} is gone`);
    this.inForce = others.inForce;
    this.named = others.named;
  }

  /** The hash of every set, the default one first. */
  hashes(): Record<string, string> {
    const named = [...this.named].map(([name, { hash }]) => [name, hash]);
    return { standard: this.inForce.hash, ...(Object.fromEntries(named) as Record<string, string>) };
  }

  /**
   * Loads the default set from a folder or bundle file, and every folder and bundle file of `setsFolder` as a set of its
   * own. With a public key, only bundle files that are signed with it.
   *
   * @throws `PolicyError` with file, line and column: the service does not start on a bundle it does not understand
   */
  static load({ policyDir, policySetsDir, policyPublicKey }: PolicyPlaces): PolicyBundles {
    const key = policyPublicKey === undefined ? undefined : readPublicKey(policyPublicKey);
    const standard = loadBundle(policyDir, undefined, key);
    const sets = policySetsDir === undefined ? [] : readdirSync(policySetsDir, { withFileTypes: true });
    const named = sets.flatMap((entry) => {
      const isBundle = entry.isFile() && entry.name.endsWith(bundleSuffix);
      if (!isBundle && !entry.isDirectory()) return [];
      const name = isBundle ? entry.name.slice(0, -bundleSuffix.length) : entry.name;
      return [[name, loadBundle(join(policySetsDir ?? '', entry.name), standard, key)] as const];
    });
    return new PolicyBundles(standard, new Map(named));
  }

  /** All sets by their names, the default one under `null`. */
  sets(): ReadonlyMap<string | null, PolicyBundle> {
    return new Map<string | null, PolicyBundle>([[null, this.inForce], ...this.named]);
  }

  /** `true` where an office may be given this set. */
  has(name: string): boolean {
    return this.named.has(name);
  }

  /**
   * The bundle of an office.
   *
   * @throws where the office names a set that is not loaded: an error, never a decision by other rules
   */
  bundleOf(policySet: string | null): PolicyBundle {
    if (policySet === null) return this.standard;
    const bundle = this.named.get(policySet);
    if (!bundle) throw new Error(`the policy set "${policySet}" is not loaded; see POLICY_SETS_DIR`);
    return bundle;
  }

  /**
   * The policy of a type. The administration's own types fall back to the default set, so that a set made for other
   * resources need not repeat them.
   *
   * @throws where no policy knows the type
   */
  policyOf(policySet: string | null, type: string): Policy | undefined {
    const own = this.bundleOf(policySet).policies.get(type);
    return own ?? (isBuiltIn(type) ? this.standard.policies.get(type) : undefined);
  }

  /** The type that a question means by a name: its own or an alias. `undefined` where nobody knows the name. */
  typeNamed(policySet: string | null, name: string): string | undefined {
    const { policies, aliases } = this.bundleOf(policySet);
    if (policies.has(name) || isBuiltIn(name)) return name;
    // Applications call people users; a set that has a type or an alias of that name means its own.
    return aliases.get(name) ?? (name === 'user' ? 'collaborator' : undefined);
  }

  /** `true` where a rule about this action asks about `action.properties` or `context`, so that the answer may hang on it. */
  asks(policySet: string | null, type: string, action: string, section: 'action' | 'context'): boolean {
    const policy = this.policyOf(policySet, type);
    const rules = policy?.rules.filter((rule) => rule.actions.includes(action)) ?? [];
    const paths = rules.flatMap(({ by }) => by.flatMap((name) => policy?.paths.get(name) ?? []));
    return [...rules, ...paths].some((part) => asksAbout(part, section));
  }
}

function asksAbout(part: ConditionSections, section: 'action' | 'context'): boolean {
  if (part[section]) return true;
  const tests = [...settledSections, 'resource' as const].flatMap((name) => part[name] ?? []).flat();
  return tests.some(({ operand }) => 'reference' in operand && operand.reference.section === section);
}
