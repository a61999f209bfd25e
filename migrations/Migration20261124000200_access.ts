import { Migration } from '@mikro-orm/migrations';

/** The facts of people and of dossiers, each from one join; also what a later migration goes back to. */
export const factsByJoin = `
  create or replace function subject_facts(p_office text, p_collaborators text[]) returns jsonb
    language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
             'id', c.id, 'profile', c.profile, 'status', c.status,
             'clientGroups', coalesce(g.groups, '[]'), 'collaboratorGroups', coalesce(k.groups, '[]'),
             'excludedClientGroups', coalesce(x.groups, '[]'),
             'validUntil', least(g.expires_at, k.expires_at, x.expires_at))), '[]')
      from collaborator c
      left join (select m.collaborator, jsonb_agg(distinct m.client_group) groups, min(m.expires_at) expires_at
                   from client_group_membership(p_office, p_collaborators) m group by 1) g on g.collaborator = c.id
      left join (select r.subject_id, jsonb_agg(r.object_id) groups, min(r.expires_at) expires_at
                   from relationship r
                  where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = any (p_collaborators)
                    and r.relation = 'member' and r.object_type = 'collaborator_group'
                    and (r.expires_at is null or r.expires_at > statement_timestamp())
                  group by 1) k on k.subject_id = c.id
      left join (select r.subject_id, jsonb_agg(r.object_id) groups, min(r.expires_at) expires_at
                   from relationship r
                  where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = any (p_collaborators)
                    and r.relation = 'excluded' and r.object_type = 'client_group'
                    and (r.expires_at is null or r.expires_at > statement_timestamp())
                  group by 1) x on x.subject_id = c.id
     where c.office = p_office and c.id = any (p_collaborators)
    $$;

  create or replace function dossier_facts(p_office text, p_dossiers text[]) returns jsonb
    language sql stable as $$
    select coalesce(jsonb_agg(jsonb_build_object(
             'id', d.id, 'status', d.status, 'private', d.private, 'clientGroup', t.client_group,
             'managers', coalesce(t.managers, '[]'), 'guests', coalesce(t.guests, '[]'),
             'excluded', coalesce(t.excluded, '[]'), 'validUntil', t.expires_at)), '[]')
      from dossier d
      left join (select r.object_id,
                        min(r.subject_id) filter (where r.relation = 'client_group') client_group,
                        jsonb_agg(r.subject_id) filter (where r.relation = 'manager') managers,
                        jsonb_agg(r.subject_id) filter (where r.relation = 'guest') guests,
                        jsonb_agg(r.subject_id) filter (where r.relation = 'excluded') excluded,
                        min(r.expires_at) expires_at
                   from relationship r
                  where r.office = p_office and r.object_type = 'dossier' and r.object_id = any (p_dossiers)
                    and (r.expires_at is null or r.expires_at > statement_timestamp())
                  group by 1) t on t.object_id = d.id
     where d.office = p_office and d.id = any (p_dossiers)
    $$;`;

/**
 * The facts that a decision needs, read by one statement and so from one snapshot. They are functions because each
 * sets the tenant for row-level security before it reads: one round trip, with the second wall in place.
 */
export class Migration20261124000200_access extends Migration {
  override up(): void {
    this.addSql(`
      -- Tuples in force put the asked collaborators into these client groups, directly or through a collaborator group.
      create function client_group_membership(p_office text, p_collaborators text[])
        returns table (collaborator text, client_group text, collaborator_group text, expires_at timestamptz)
        language sql stable as $$
        select r.subject_id, r.object_id, null::text, r.expires_at
          from relationship r
         where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = any (p_collaborators)
           and r.relation = 'collaborator' and r.object_type = 'client_group'
           and (r.expires_at is null or r.expires_at > statement_timestamp())
        union all
        select m.subject_id, g.object_id, m.object_id, least(m.expires_at, g.expires_at)
          from relationship m
          join relationship g on g.office = m.office and g.subject_type = 'collaborator_group'
           and g.subject_id = m.object_id and g.relation = 'collaborator_group' and g.object_type = 'client_group'
         where m.office = p_office and m.subject_type = 'collaborator' and m.subject_id = any (p_collaborators)
           and m.relation = 'member' and m.object_type = 'collaborator_group'
           and (m.expires_at is null or m.expires_at > statement_timestamp())
           and (g.expires_at is null or g.expires_at > statement_timestamp())
        $$;

      ${factsByJoin}

      -- Null where the office does not exist.
      create function access_facts(p_office text, p_collaborators text[], p_dossiers text[]) returns jsonb
        language plpgsql stable as $$
      declare facts jsonb;
      begin
        perform set_config('cardea.office', p_office, true);
        select jsonb_build_object(
                 'revision', o.revision, 'readAt', statement_timestamp(), 'policySet', o.policy_set,
                 'settings', jsonb_build_object('onlyAdminsActivate', o.only_admins_activate,
                   'uniqueGroupNames', o.unique_group_names, 'defaultClientGroup', o.default_client_group),
                 'subjects', subject_facts(p_office, p_collaborators),
                 'dossiers', dossier_facts(p_office, p_dossiers))
          into facts
          from office o where o.id = p_office;
        return facts;
      end $$;

      -- Rule 19: where communication to and from each dossier goes.
      create function dossier_contact(p_office text, p_dossiers text[])
        returns table (dossier text, email text, source text, collaborator text)
        language sql stable as $$
        select d.id, coalesce(m.email, g.email, o.email),
               case when m.email is not null then 'manager' when g.email is not null then 'client_group' else 'office' end,
               m.id
          from dossier d
          join office o on o.id = d.office
          left join lateral (
            select c.id, c.email from relationship r
              join collaborator c on c.office = r.office and c.id = r.subject_id and c.status = 'active'
             where r.office = p_office and r.object_type = 'dossier' and r.object_id = d.id and r.relation = 'manager'
               and (r.expires_at is null or r.expires_at > statement_timestamp())
             order by r.is_primary desc, r.created_at, r.ordinal limit 1) m on true
          left join lateral (
            select cg.email from relationship r
              join client_group cg on cg.office = r.office and cg.id = r.subject_id
             where r.office = p_office and r.object_type = 'dossier' and r.object_id = d.id and r.relation = 'client_group'
               and (r.expires_at is null or r.expires_at > statement_timestamp())) g on true
         where d.office = p_office and d.id = any (p_dossiers)
        $$;
    `);
  }

  override down(): void {
    this.addSql(`
      drop function dossier_contact(text, text[]);
      drop function access_facts(text, text[], text[]);
      drop function dossier_facts(text, text[]);
      drop function subject_facts(text, text[]);
      drop function client_group_membership(text, text[]);
    `);
  }
}
