import { Migration } from '@mikro-orm/migrations';
import { factsByJoin } from './Migration20261124000200_access.js';

/** Tables whose rows are found by their office and more. */
const ofOffices = ['collaborator', 'collaborator_group', 'client_group', 'dossier', 'entity', 'relationship', 'change'];

/**
 * The facts of a batch cost as much for each row as those of a single check, whatever PostgreSQL believes of an office:
 * row by row from indexes, where a join was planned for the one row that statistics expect of an office that is newer than
 * they are, and took seconds for two thousand.
 *
 * For the same reason nothing is counted about offices: how many rows the next one has is not in what others have. Without
 * a count PostgreSQL expects a two-hundredth of the table, and so prefers an index that needs more than the office. The
 * index by name goes without the id, by which it would be taken for one to find dossiers by id: through all names.
 */
export class Migration20261124000460_facts_by_row extends Migration {
  override up(): void {
    for (const table of ofOffices) this.addSql(`alter table ${table} alter column office set statistics 0`);
    this.addSql(`
      drop index dossier_by_name;
      create index dossier_by_name on dossier (office, fold(name));

      create or replace function subject_facts(p_office text, p_collaborators text[]) returns jsonb
        language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object(
                 'id', c.id, 'profile', c.profile, 'status', c.status,
                 'clientGroups', coalesce(g.groups, '[]'), 'collaboratorGroups', coalesce(k.groups, '[]'),
                 'excludedClientGroups', coalesce(x.groups, '[]'),
                 'validUntil', least(g.expires_at, k.expires_at, x.expires_at))), '[]')
          from (select distinct a.id from unnest(p_collaborators) as a (id)) asked
          join collaborator c on c.office = p_office and c.id = asked.id
         cross join lateral (
           select jsonb_agg(distinct m.client_group) groups, min(m.expires_at) expires_at
             from client_group_membership(p_office, array[c.id::text]) m) g
         cross join lateral (
           select jsonb_agg(r.object_id) groups, min(r.expires_at) expires_at
             from relationship r
            where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = c.id
              and r.relation = 'member' and r.object_type = 'collaborator_group'
              and (r.expires_at is null or r.expires_at > statement_timestamp())) k
         cross join lateral (
           select jsonb_agg(r.object_id) groups, min(r.expires_at) expires_at
             from relationship r
            where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = c.id
              and r.relation = 'excluded' and r.object_type = 'client_group'
              and (r.expires_at is null or r.expires_at > statement_timestamp())) x
        $$;

      create or replace function dossier_facts(p_office text, p_dossiers text[]) returns jsonb
        language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object(
                 'id', d.id, 'status', d.status, 'private', d.private, 'clientGroup', t.client_group,
                 'managers', coalesce(t.managers, '[]'), 'guests', coalesce(t.guests, '[]'),
                 'excluded', coalesce(t.excluded, '[]'), 'validUntil', t.expires_at)), '[]')
          from (select distinct a.id from unnest(p_dossiers) as a (id)) asked
          join dossier d on d.office = p_office and d.id = asked.id
         cross join lateral (
           select min(r.subject_id) filter (where r.relation = 'client_group') client_group,
                  jsonb_agg(r.subject_id) filter (where r.relation = 'manager') managers,
                  jsonb_agg(r.subject_id) filter (where r.relation = 'guest') guests,
                  jsonb_agg(r.subject_id) filter (where r.relation = 'excluded') excluded,
                  min(r.expires_at) expires_at
             from relationship r
            where r.office = p_office and r.object_type = 'dossier' and r.object_id = d.id
              and (r.expires_at is null or r.expires_at > statement_timestamp())) t
        $$;
    `);
  }

  override down(): void {
    this.addSql(`
      ${factsByJoin}
      drop index dossier_by_name;
      create index dossier_by_name on dossier (office, fold(name), id);
    `);
    for (const table of ofOffices) this.addSql(`alter table ${table} alter column office set statistics -1`);
  }
}
