import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy, PolicyBundle } from '#src/policy/bundle.js';
import { loadBundle } from '#src/policy/load.js';

/** The policy sets in force: the default one, and those that offices may be given by name. */
export class PolicyBundles {
  private constructor(
    readonly standard: PolicyBundle,
    private readonly named: ReadonlyMap<string, PolicyBundle>,
  ) {}

  /**
   * Loads the default set from `folder` and every folder of `setsFolder` as a set of its own.
   *
   * @throws `PolicyError` with file, line and column: the service does not start on a bundle it does not understand
   */
  static load(folder: string, setsFolder?: string): PolicyBundles {
    const names =
      setsFolder === undefined ? [] : readdirSync(setsFolder, { withFileTypes: true }).filter((e) => e.isDirectory());
    const named = names.map(({ name }) => [name, loadBundle(join(setsFolder ?? '', name))] as const);
    return new PolicyBundles(loadBundle(folder), new Map(named));
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
    return this.bundleOf(policySet).policies.get(type) ?? this.standard.policies.get(type);
  }
}
