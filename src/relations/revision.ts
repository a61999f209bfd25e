import type { EntityManager } from '@mikro-orm/postgresql';
import { firstRow } from '#src/platform/sql.js';
import type { OfficeSettings } from './vocabulary.js';

/** The office as a write finds it, with its row locked. */
export interface LockedOffice {
  id: string;
  /** The revision that this write makes. */
  revision: number;
  settings: OfficeSettings;
  policySet: string | null;
  /** When the write happens, by PostgreSQL's clock: ISO 8601. */
  at: string;
}

/**
 * Takes the office's next revision. The row stays locked until the transaction ends, so the writes of one office come
 * one after another and its revisions have no gap.
 *
 * @returns `undefined` where the office does not exist
 */
export async function takeNextRevision(em: EntityManager, office: string): Promise<LockedOffice | undefined> {
  const row = await firstRow<{ revision: string; settings: OfficeSettings; policy_set: string | null; at: string }>(
    em,
    `update office set revision = revision + 1 where id = $1
     returning revision, policy_set, to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') at,
       jsonb_build_object('onlyAdminsActivate', only_admins_activate,
       'uniqueGroupNames', unique_group_names, 'defaultClientGroup', default_client_group) settings`,
    [office],
  );
  return (
    row && {
      id: office,
      revision: Number(row.revision),
      settings: row.settings,
      policySet: row.policy_set,
      at: row.at,
    }
  );
}
