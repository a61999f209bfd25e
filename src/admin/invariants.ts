import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { loadDossiers } from './dossier-view.js';
import type { Write } from './write.js';

/**
 * What must be true of an office after every write, whatever path it took. The office's row is locked, so no other
 * write can break it between this look and the commit.
 *
 * @throws `last_admin` (rule 21), `private_needs_manager` or `last_manager` (rule 15)
 */
export async function checkInvariants(write: Write): Promise<void> {
  const people = write.touchedIds('collaborator');
  if (people.length > 0) await requireAnAdmin(write);
  const dossiers = write.touchedIds('dossier');
  if (people.length + dossiers.length > 0) await requireManagersOfPrivate(write, dossiers, people);
}

/** Rule 21. An office that is being set up has no admin yet; once it has one, it never goes without. */
async function requireAnAdmin(write: Write): Promise<void> {
  const lostOne = write.entries().some(({ key, before }) => key.startsWith('collaborator:') && wasActiveAdmin(before));
  if (!lostOne) return;
  const admin = await firstRow(
    write.em,
    `select 1 from collaborator where office = $1 and profile = 'admin' and status = 'active' limit 1`,
    [write.office.id],
  );
  if (!admin) throw problem('last_admin', {});
}

function wasActiveAdmin(before: unknown): boolean {
  const fields = before as { profile?: string; status?: string } | null;
  return fields?.profile === 'admin' && fields.status === 'active';
}

/** Rule 15: "at all times" means a manager who is active now and whose tuple has no end. */
async function requireManagersOfPrivate(write: Write, dossiers: string[], people: string[]): Promise<void> {
  const orphan = await firstRow<{ id: string }>(
    write.em,
    // Found by their keys: a condition with "or" would look at every dossier of the office.
    `with touched as (
       select unnest($2::text[]) id
       union
       select r.object_id from relationship r
        where r.office = $1 and r.subject_type = 'collaborator' and r.subject_id = any ($3) and r.relation = 'manager'
          and r.object_type = 'dossier')
     select d.id from dossier d
      where d.office = $1 and d.private and d.id in (select id from touched)
        and not exists (select 1 from relationship r
              join collaborator c on c.office = r.office and c.id = r.subject_id and c.status = 'active'
             where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id
               and r.relation = 'manager' and r.expires_at is null)
      limit 1`,
    [write.office.id, dossiers, people],
  );
  if (!orphan) return;
  // Its name would tell an admin of a dossier that does not exist for them.
  const dossier = (await loadDossiers(write, [orphan.id])).get(orphan.id);
  const known = dossier && write.guard.seesDossier({ ...dossier.facts });
  throw known ? problem('private_needs_manager', { dossier: orphan.id }) : problem('last_manager');
}
