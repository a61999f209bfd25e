import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#src/platform/database.js';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Policy } from '#src/policy/bundle.js';
import { policyInText } from '#src/policy/load.js';
import type { PolicyBundles } from './bundles.js';

/**
 * Keeps the texts of all policies in force under the hash of their set, for whoever compares them with later ones or asks
 * by what a decision was made.
 *
 * @returns the hash of each set, the default one under `null`
 */
export async function keepPolicies(
  database: Database,
  bundles: PolicyBundles,
): Promise<ReadonlyMap<string | null, string>> {
  const sets = [...bundles.sets()];
  const texts = sets.flatMap(([name, { hash, policies }]) => {
    const types = new Set([...bundles.standard.policies.keys(), ...policies.keys()]);
    const effective = [...types].flatMap((type) => bundles.policyOf(name, type) ?? []);
    return effective.map(({ type, source }) => ({ hash, type, source }));
  });
  const column = (name: 'hash' | 'type' | 'source') => texts.map((text) => text[name]);
  await database.asOwner((em) =>
    rows(
      em,
      `insert into policy_text (hash, type, source) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict do nothing`,
      [column('hash'), column('type'), column('source')],
    ),
  );
  return new Map(sets.map(([name, { hash }]) => [name, hash]));
}

/** The policy of a type in a set that was once in force; `undefined` where none was kept or this version cannot read it. */
export async function keptPolicy(em: EntityManager, hash: string, type: string): Promise<Policy | undefined> {
  const text = 'select source from policy_text where hash = $1 and type = $2';
  const row = await firstRow<{ source: string }>(em, text, [hash, type]);
  return row && policyInText(type, row.source);
}
