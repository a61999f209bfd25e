import { rows } from '#src/platform/sql.js';
import type { GroupMembers } from './client-group.schema.js';
import type { Place } from './dossier-view.js';
import { DossierVisibility } from './dossier-visibility.js';

const inForce = (alias: string) => `(${alias}.expires_at is null or ${alias}.expires_at > statement_timestamp())`;
const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const person = 'c.id, c.first_name as "firstName", c.last_name as "lastName", c.email, c.profile, c.status';
const byName = "fold(c.last_name || ' ' || c.first_name), c.id";

/** Who and what is in a client group, with what a person reads instead of ids, in the order of their names. */
export async function groupMembers(place: Place, id: string): Promise<GroupMembers> {
  return {
    dossiers: await dossiersIn(place, id),
    collaborators: await rows(
      place.em,
      `select ${person}, ${instant('r.expires_at')} as "expiresAt"
         from relationship r join collaborator c on c.office = r.office and c.id = r.subject_id
        where r.office = $1 and r.object_type = 'client_group' and r.object_id = $2 and r.relation = 'collaborator'
          and ${inForce('r')} order by ${byName}`,
      [place.office.id, id],
    ),
    collaboratorGroups: await rows(
      place.em,
      `select k.id, k.name, ${instant('r.expires_at')} as "expiresAt",
              (select count(*) from relationship m where m.office = k.office and m.object_type = 'collaborator_group'
                  and m.object_id = k.id and ${inForce('m')})::int as members
         from relationship r join collaborator_group k on k.office = r.office and k.id = r.subject_id
        where r.office = $1 and r.object_type = 'client_group' and r.object_id = $2
          and r.relation = 'collaborator_group' and ${inForce('r')} order by fold(k.name), k.id`,
      [place.office.id, id],
    ),
    inherited: await inheritedBy(place, id),
  };
}

/** Without the private dossiers that do not exist for the actor (rule 15). */
async function dossiersIn(place: Place, id: string): Promise<GroupMembers['dossiers']> {
  const found = await rows<GroupMembers['dossiers'][number]>(
    place.em,
    `select d.id, d.name, d.code, d.status, d.private, ${instant('m.expires_at')} as "expiresAt"
       from relationship m join dossier d on d.office = m.office and d.id = m.object_id
      where m.office = $1 and m.subject_type = 'client_group' and m.subject_id = $2 and m.object_type = 'dossier'
        and m.relation = 'client_group' and ${inForce('m')} order by fold(d.name), d.id`,
    [place.office.id, id],
  );
  const visibility = await DossierVisibility.of(
    place,
    found.map((dossier) => dossier.id),
  );
  return found.filter((dossier) => visibility.shows(dossier.id));
}

/** People who are in the group through a collaborator group of it, each with all that lead there. */
function inheritedBy(place: Place, id: string): Promise<GroupMembers['inherited']> {
  return rows(
    place.em,
    `select ${person}, json_agg(m.object_id order by m.object_id) as via
       from relationship r
       join relationship m on m.office = r.office and m.object_type = 'collaborator_group' and m.object_id = r.subject_id
        and m.relation = 'member' and ${inForce('m')}
       join collaborator c on c.office = m.office and c.id = m.subject_id
      where r.office = $1 and r.object_type = 'client_group' and r.object_id = $2
        and r.relation = 'collaborator_group' and ${inForce('r')}
      group by c.office, c.id order by ${byName}`,
    [place.office.id, id],
  );
}
