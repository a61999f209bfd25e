import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import type { Write } from './write.js';

/**
 * Rules 16 and 17: a group has a name, and names should differ. A twin (ignoring case and accents) is saved with a
 * warning, or refused where the office says so.
 *
 * @throws `group_name_blank` or `group_name_taken`
 */
export async function checkGroupName(
  write: Write,
  table: 'client_group' | 'collaborator_group',
  id: string,
  name: string,
): Promise<void> {
  if (name === '') throw problem('group_name_blank', {});
  const twin = await firstRow<{ id: string }>(
    write.em,
    `select id from ${table} where office = $1 and fold(name) = fold($2) and id <> $3 limit 1`,
    [write.office.id, name, id],
  );
  if (!twin) return;
  if (write.office.settings.uniqueGroupNames) throw problem('group_name_taken', { name });
  write.warn('group_name_twin', { name });
}
