import { toSql } from '#src/ability/conditions-sql.js';
import type { SqlFragment } from '#src/platform/sql.js';
import { dossierSqlFields } from '#src/relations/dossier-sql.js';
import type { Guard } from './guard.js';

/** The dossiers on which the actor may do `action`, as a condition on `dossier d`: the policy itself, as SQL. */
export function allowedDossiers(guard: Guard, action = 'open'): SqlFragment {
  return toSql(guard.ability('dossier'), action, dossierSqlFields);
}
