import type { PersonInTrail } from '#src/audit/trail.js';
import { rows } from '#src/platform/sql.js';
import type { Place } from './dossier-view.js';

/**
 * The dossiers whose managers, guests or excluded a person is or was among: by the tuples that there are, and those that
 * the trail says have gone.
 */
export async function personInTrail(
  { em, office }: Pick<Place, 'em' | 'office'>,
  id: string | undefined,
): Promise<PersonInTrail | undefined> {
  if (id === undefined) return undefined;
  const found = await rows<{ dossier: string }>(
    em,
    `select object_id::text as dossier from relationship
      where office = $1 and subject_type = 'collaborator' and subject_id = $2 and object_type = 'dossier'
     union
     select substr(key, 9) from change
      where office = $1 and key like 'dossier:%' and before ? 'relationships'
        and people_in_tuples(office, before) @> array[$1::text || ' ' || $2::text]`,
    [office.id, id],
  );
  return { id, dossiers: found.map(({ dossier }) => dossier) };
}
