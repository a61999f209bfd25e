import { Migration } from '@mikro-orm/migrations';

/** Where communication goes to, of all dossiers that are named at once. */
export const contactByJoin = (now: string) => `
  create or replace function dossier_contact(p_office text, p_dossiers text[])
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
           and (r.expires_at is null or r.expires_at > ${now})
         order by r.is_primary desc, r.created_at, r.ordinal limit 1) m on true
      left join lateral (
        select cg.email from relationship r
          join client_group cg on cg.office = r.office and cg.id = r.subject_id
         where r.office = p_office and r.object_type = 'dossier' and r.object_id = d.id and r.relation = 'client_group'
           and (r.expires_at is null or r.expires_at > ${now})) g on true
     where d.office = p_office and d.id = any (p_dossiers)
    $$;`;

/** The functions that look at the ends of tuples, as of the moment that the SQL expression `now` gives. */
const functionsAsOf = (now: string) => `
  create or replace function client_group_membership(p_office text, p_collaborators text[])
    returns table (collaborator text, client_group text, collaborator_group text, expires_at timestamptz)
    language sql stable as $$
    select r.subject_id, r.object_id, null::text, r.expires_at
      from relationship r
     where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = any (p_collaborators)
       and r.relation = 'collaborator' and r.object_type = 'client_group'
       and (r.expires_at is null or r.expires_at > ${now})
    union all
    select m.subject_id, g.object_id, m.object_id, least(m.expires_at, g.expires_at)
      from relationship m
      join relationship g on g.office = m.office and g.subject_type = 'collaborator_group'
       and g.subject_id = m.object_id and g.relation = 'collaborator_group' and g.object_type = 'client_group'
     where m.office = p_office and m.subject_type = 'collaborator' and m.subject_id = any (p_collaborators)
       and m.relation = 'member' and m.object_type = 'collaborator_group'
       and (m.expires_at is null or m.expires_at > ${now})
       and (g.expires_at is null or g.expires_at > ${now})
    $$;

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
          and (r.expires_at is null or r.expires_at > ${now})) k
     cross join lateral (
       select jsonb_agg(r.object_id) groups, min(r.expires_at) expires_at
         from relationship r
        where r.office = p_office and r.subject_type = 'collaborator' and r.subject_id = c.id
          and r.relation = 'excluded' and r.object_type = 'client_group'
          and (r.expires_at is null or r.expires_at > ${now})) x
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
          and (r.expires_at is null or r.expires_at > ${now})) t
    $$;

  create or replace function access_facts(p_office text, p_collaborators text[], p_dossiers text[]) returns jsonb
    language plpgsql stable as $$
  declare facts jsonb;
  begin
    perform set_config('cardea.office', p_office, true);
    select jsonb_build_object(
             'revision', o.revision, 'readAt', ${now}, 'policySet', o.policy_set,
             'settings', jsonb_build_object('onlyAdminsActivate', o.only_admins_activate,
               'uniqueGroupNames', o.unique_group_names, 'defaultClientGroup', o.default_client_group),
             'subjects', subject_facts(p_office, p_collaborators),
             'dossiers', dossier_facts(p_office, p_dossiers))
      into facts
      from office o where o.id = p_office;
    return facts;
  end $$;

${contactByJoin(now)}`;

/**
 * What questions about a past moment need: a clock that can be put back for one transaction, a place for the facts of
 * then, and a way to put them together from the trail.
 */
export class Migration20261124000700_as_of extends Migration {
  override up(): void {
    this.addSql(`
      -- The moment that a transaction asks about: now, except where it has said another. So short that it is inlined.
      create function asked_at() returns timestamptz language sql stable parallel safe as $$
        select coalesce(nullif(current_setting('cardea.as_of', true), '')::timestamptz, statement_timestamp())
        $$;

      -- The fields of an entity, from what each change says of them: the later one counts.
      create aggregate merged(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}', parallel = safe);

      -- Everyone may make temporary tables, unless somebody took it from them.
      do $$ begin
        if not has_database_privilege('cardea_app', current_database(), 'temporary') then
          execute format('grant temporary on database %I to cardea_app', current_database());
        end if;
      end $$;
      ${functionsAsOf('asked_at()')}
    `);
  }

  override down(): void {
    this.addSql(`
      ${functionsAsOf('statement_timestamp()')}
      drop aggregate merged(jsonb);
      drop function asked_at();
      do $$ begin
        execute format('revoke temporary on database %I from cardea_app', current_database());
      end $$;
    `);
  }
}
