import { problem, type ProblemError } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { OfficeEntity } from '#src/relations/entities.js';
import type { PolicyBundles } from '#src/ability/bundles.js';
import { officeFieldsOf } from '#src/admin/office-fields.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { OfficeLineFields, RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

/**
 * Applies the office's own line. It comes twice: first without what needs or binds the rest (the default group, names
 * that must differ), so that what was legal where it came from is legal here; then as a whole.
 */
export async function applyOffice(
  write: Write,
  units: readonly Unit[],
  report: ChunkReport,
  { bundles, isFirst }: { bundles: PolicyBundles; isFirst: boolean },
): Promise<void> {
  const before = officeFieldsOf(await write.em.findOneOrFail(OfficeEntity, { id: write.office.id }, { refresh: true }));
  let fields = before;
  for (const { line, fields: given } of units.flatMap((unit) => unit.records as RecordOf<'office'>[])) {
    const next = { ...fields, ...(isFirst ? loosening(given) : given) };
    const refused = await fault(write, next, bundles);
    if (refused) report.refuse(line, refused);
    else fields = next;
    if (!refused && !isFirst) report.accept('office');
  }
  if (JSON.stringify(fields) === JSON.stringify(before)) return;
  await write.em.nativeUpdate(OfficeEntity, { id: write.office.id }, { ...fields, version: write.revision });
  write.recordEntity('office', 'update', { ...before }, { ...fields });
}

function loosening(given: OfficeLineFields): OfficeLineFields {
  const first = { ...given };
  delete first.defaultClientGroup;
  if (first.uniqueGroupNames) delete first.uniqueGroupNames;
  return first;
}

async function fault(
  write: Write,
  { defaultClientGroup, policySet }: OfficeLineFields,
  bundles: PolicyBundles,
): Promise<ProblemError | undefined> {
  if (!write.guard.may('office', 'configure', { id: write.office.id })) return problem('forbidden');
  if (policySet && !bundles.has(policySet)) return problem('unknown_reference', { type: 'policy_set', id: policySet });
  if (!defaultClientGroup) return undefined;
  const sql = 'select 1 from client_group where office = $1 and id = $2';
  if (await firstRow(write.em, sql, [write.office.id, defaultClientGroup])) return undefined;
  return problem('unknown_reference', { type: 'client_group', id: defaultClientGroup });
}
