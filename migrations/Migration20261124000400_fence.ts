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

      -- Null keys: more than p_most have changed, or the asker knows nothing yet. Reads revisions and keys only, of
      -- offices that the asker names, so it may look past the wall between offices.
      create function fence(p_offices text[], p_applied bigint[], p_most int)
        returns table (office text, revision bigint, policy_set text, keys text[], platform bigint, at_ms double precision)
        language sql stable security definer set search_path = public, pg_temp as $$
        select f.office, o.revision, o.policy_set,
               case when f.applied < 0 then null
                    when o.revision <= f.applied then '{}'
                    else (select case when count(*) <= p_most then array_agg(k.key) end
                            from (select distinct c.key from change c
                                   where c.office = f.office and c.revision > f.applied and c.revision <= o.revision
                                   limit p_most + 1) k)
               end,
               p.revision, extract(epoch from statement_timestamp()) * 1000
          from unnest(p_offices, p_applied) as f (office, applied)
          cross join platform_revision p
          left join office o on o.id = f.office
        $$;

      create function access_facts_since(p_office text, p_collaborators text[], p_dossiers text[], p_applied bigint, p_most int)
        returns jsonb language sql stable as $$
        select access_facts(p_office, p_collaborators, p_dossiers)
               || (select jsonb_build_object('keys', f.keys, 'platform', f.platform, 'atMs', f.at_ms) from fence(array[p_office], array[p_applied], p_most) f)
        $$;
      revoke execute on function fence(text[], bigint[], int) from public;
      grant execute on function fence(text[], bigint[], int) to cardea_app;
    `);
  }

  override down(): void {
    this.addSql(`
      drop function access_facts_since(text, text[], text[], bigint, int);
      drop function fence(text[], bigint[], int);
      drop function find_api_key(bytea);
      drop trigger platform_key_moves_the_revision on platform_key;
      drop function platform_key_changed();
      drop table platform_revision;
    `);
  }
}
