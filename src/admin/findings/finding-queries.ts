import type { SqlFragment } from '#src/platform/sql.js';
import { allowedDossiers } from '#src/admin/allowed-dossiers.js';
import type { Place } from '#src/admin/dossier-view.js';
import type { Finding } from './finding.schema.js';

const inForce = (alias: string) => `(${alias}.expires_at is null or ${alias}.expires_at > statement_timestamp())`;

/** More admins than this many, and than this share of the active people, are worth a look. */
const adminsNeverTooMany = 3;
const adminShare = 3;

const tupleOf = (relation: string, more = '') => `exists (
  select from relationship r ${more} where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id
     and r.relation = '${relation}' and ${inForce('r')}`;
const activeManager = `${tupleOf(
  'manager',
  `join collaborator m on m.office = r.office and m.id = r.subject_id and m.status = 'active'`,
)})`;

/** Dossiers that the viewer may open: another one would be told of by its count (rule 15). */
function dossiers({ guard, office }: Place, condition: string): SqlFragment {
  const open = allowedDossiers(guard);
  return {
    sql: `select d.id, d.name, fold(d.name) as key, d.code, null::int as twins from dossier d
           where d.office = ? and d.status = 'active' and (${open.sql}) and ${condition}`,
    params: [office.id, ...open.params],
  };
}

function groups({ office }: Place, table: string, condition: SqlFragment): SqlFragment {
  return {
    sql: `select g.id, g.name, fold(g.name) as key, null::text as code, null::int as twins from ${table} g
           where g.office = ? and ${condition.sql}`,
    params: [office.id, ...condition.params],
  };
}

/** An active person who is in the group `member` of this type, whose columns lead there. */
const activeMember = (type: string, id: string, relation: string) => `
  select from relationship m join collaborator c on c.office = m.office and c.id = m.subject_id and c.status = 'active'
   where m.office = g.office and m.object_type = '${type}' and m.object_id = ${id} and m.relation = '${relation}'
     and ${inForce('m')}`;

const withoutPeople = `not exists (${activeMember('client_group', 'g.id', 'collaborator')}) and not exists (
  select from relationship k where k.office = g.office and k.object_type = 'client_group' and k.object_id = g.id
     and k.relation = 'collaborator_group' and ${inForce('k')}
     and exists (${activeMember('collaborator_group', 'k.subject_id', 'member')}))`;

/** The names are alike but for case and accents (rule 17). */
function twins({ office }: Place, table: string): SqlFragment {
  return {
    sql: `select t.id, t.name, t.key, null::text as code, t.twins from (
            select g.id, g.name, fold(g.name) as key, (count(*) over (partition by fold(g.name)) - 1)::int as twins
              from ${table} g where g.office = ?) t where t.twins > 0`,
    params: [office.id],
  };
}

function withoutDossiers(place: Place): SqlFragment {
  const open = allowedDossiers(place.guard);
  return groups(place, 'client_group', {
    sql: `not exists (
      select from relationship m join dossier d on d.office = m.office and d.id = m.object_id
       where m.office = g.office and m.subject_type = 'client_group' and m.subject_id = g.id
         and m.relation = 'client_group' and ${inForce('m')} and (${open.sql}))`,
    params: open.params,
  });
}

/** Active admins, active people, and how many admins are not too many. */
export const adminBoundSql = `
  select count(*) filter (where profile = 'admin')::int as admins, count(*)::int as collaborators,
         greatest(${adminsNeverTooMany}, count(*) / ${adminShare})::int as most
    from collaborator where office = ? and status = 'active'`;

function admins({ office }: Place): SqlFragment {
  return {
    sql: `select c.id, coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), c.email) as name,
                 fold(c.last_name || ' ' || c.first_name) as key, null::text as code, null::int as twins
            from collaborator c, (${adminBoundSql}) b
           where c.office = ? and c.status = 'active' and c.profile = 'admin' and b.admins > b.most`,
    params: [office.id, office.id],
  };
}

/** What is found, as a query of `id`, `name`, `key` to sort by, `code` and `twins`. */
export const findingQueries: Record<Finding, (place: Place) => SqlFragment> = {
  dossiers_without_client_group: (place) => dossiers(place, `not ${tupleOf('client_group')})`),
  dossiers_without_manager: (place) => dossiers(place, `not ${tupleOf('manager')})`),
  dossiers_with_inactive_managers_only: (place) => dossiers(place, `${tupleOf('manager')}) and not ${activeManager}`),
  client_groups_without_dossiers: withoutDossiers,
  client_groups_without_people: (place) => groups(place, 'client_group', { sql: withoutPeople, params: [] }),
  client_group_twins: (place) => twins(place, 'client_group'),
  collaborator_groups_without_people: (place) =>
    groups(place, 'collaborator_group', {
      sql: `not exists (${activeMember('collaborator_group', 'g.id', 'member')})`,
      params: [],
    }),
  collaborator_group_twins: (place) => twins(place, 'collaborator_group'),
  too_many_admins: admins,
};
