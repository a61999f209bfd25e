import { Migration } from '@mikro-orm/migrations';

/**
 * What keeps caches honest: the revision of each office as of now, with the keys that have changed since the revision
 * that the asker knows; and the same beside the facts of a check, from the same snapshot.
 */
export class Migration20261124000400_fence extends Migration {
  override up(): void {
    this.addSql(`
      -- Keys of the platform belong to no office, so they have a revision of their own.
      create table platform_revision (
        only_row boolean primary key default true check (only_row),
        revision bigint not null
      );
      insert into platform_revision (revision) values (1);
      create function platform_key_changed() returns trigger language plpgsql as $$
      begin
        update platform_revision set revision = revision + 1;
        return null;
      end $$;
      create trigger platform_key_moves_the_revision after insert or update or delete or truncate on platform_key
        for each statement execute function platform_key_changed();

      -- The one lookup that does not know its office yet: whose key is this? It reveals nothing without the secret. It
      -- says as of which revision it speaks: revoking a key is a change of its office.
      create function find_api_key(p_hash bytea)
        returns table (office text, id text, name text, hash bytea, scopes text[], expires_at timestamptz,
                       revoked_at timestamptz, as_of bigint)
        language sql stable security definer set search_path = public, pg_temp as $$
        select k.office, k.id, k.name, k.hash, k.scopes, k.expires_at, k.revoked_at, o.revision
          from api_key k join office o on o.id = k.office where k.hash = p_hash
        union all
        select null, k.id, k.name, k.hash, k.scopes, null, k.revoked_at, p.revision
          from platform_key k cross join platform_revision p where k.hash = p_hash
        $$;
      revoke execute on function find_api_key(bytea) from public;
      grant execute on function find_api_key(bytea) to cardea_app;

      -- The revisions of all offices, past the wall between them: a view sees with its owner's eyes. It shows no more
      -- than a number, a name of policies and which keys changed, and it can be read in one statement that is planned
      -- once, which a function that crosses the wall cannot.
      create view office_revision as select id as office, revision, policy_set from office;
      create view changed_key as select office, revision, key from change;
      do $$ begin
        if not exists (select from pg_roles where rolname = 'cardea_fence') then
          create role cardea_fence nologin nosuperuser nobypassrls;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$;
      do $$ begin
        if not pg_has_role(current_user, 'cardea_fence', 'member') then
          execute format('grant cardea_fence to %I', current_user);
        end if;
      end $$;
      grant usage on schema public to cardea_fence;
      grant select on office_revision, changed_key, platform_revision to cardea_fence;
      grant select on platform_revision to cardea_app;

      -- The facts of a check with what brings a cache forward to them. Null keys: more than p_most have changed, or the
      -- asker knows nothing yet.
      create function access_facts_since(p_office text, p_collaborators text[], p_dossiers text[], p_applied bigint, p_most int)
        returns jsonb language plpgsql stable as $$
      declare
        facts jsonb := access_facts(p_office, p_collaborators, p_dossiers);
        changed text[];
      begin
        if p_applied >= 0 then
          select case when count(*) <= p_most then coalesce(array_agg(k.key), '{}') end into changed
            from (select distinct c.key from change c where c.office = p_office and c.revision > p_applied
                   limit p_most + 1) k;
        end if;
        return facts || jsonb_build_object('keys', to_jsonb(changed), 'platform', (select revision from platform_revision),
                                           'atMs', extract(epoch from statement_timestamp()) * 1000);
      end $$;
    `);
  }

  override down(): void {
    this.addSql(`
      drop function access_facts_since(text, text[], text[], bigint, int);
      drop view changed_key, office_revision;
      revoke all on platform_revision from cardea_app, cardea_fence;
      revoke usage on schema public from cardea_fence;
      drop function find_api_key(bytea);
      drop trigger platform_key_moves_the_revision on platform_key;
      drop function platform_key_changed();
      drop table platform_revision;
    `);
  }
}
