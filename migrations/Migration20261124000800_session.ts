import { Migration } from '@mikro-orm/migrations';

/** By which collaborators are this session's person, the one whose id is the subject before the one with the address. */
const isPerson = '(c.id = s.collaborator_id or lower(c.email) = s.collaborator_email)';

/**
 * Who is signed in at a browser. A session belongs to a person, who may be a collaborator of several offices, so it is no
 * part of any office's data: the service's role cannot read the table, and reaches one session by functions that take
 * the hash of its token, which reveal nothing without the token.
 */
export class Migration20261124000800_session extends Migration {
  override up(): void {
    this.addSql(`
      create table session (
        hash bytea primary key check (octet_length(hash) = 32),
        subject text not null check (char_length(subject) between 1 and 255),
        email text check (char_length(email) <= 254),
        email_verified boolean,
        -- By which the person is found among collaborators: the subject where it can be an id, and the address in lower
        -- case where the issuer vouches for it.
        collaborator_id text collate "C",
        collaborator_email text,
        csrf_token text not null,
        -- What the issuer wants to see again at the sign-out.
        id_token text,
        created_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        ends_at timestamptz not null
      );
      create index session_by_collaborator_id on session (collaborator_id);
      create index session_by_collaborator_email on session (collaborator_email);
      create index session_by_end on session (ends_at);
      -- In which offices a person is: the one question about collaborators that does not know the office.
      create index collaborator_by_id on collaborator (id);
      create index collaborator_by_email on collaborator (lower(email));
    `);
    this.addSql(`
      -- Idle time counts from the last renewal, which is written at most thirty times in it: not with every request.
      create function use_session(p_hash bytea, p_idle interval, p_renew boolean)
        returns table (subject text, email text, email_verified boolean, csrf_token text, ends_at timestamptz,
                       idle_until timestamptz)
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        moment constant timestamptz := statement_timestamp();
      begin
        if p_renew then
          update session s set last_seen_at = moment
           where s.hash = p_hash and s.ends_at > moment and s.last_seen_at > moment - p_idle
             and s.last_seen_at < moment - p_idle / 30;
        end if;
        return query select s.subject, s.email, s.email_verified, s.csrf_token, s.ends_at, s.last_seen_at + p_idle
          from session s where s.hash = p_hash and s.ends_at > moment and s.last_seen_at > moment - p_idle;
      end $$;

      create function end_session(p_hash bytea) returns table (id_token text)
        language sql security definer set search_path = public, pg_temp as $$
        delete from session s where s.hash = p_hash returning s.id_token
        $$;

      -- In each office the person is one collaborator at most, and where that one is inactive they are nobody.
      create function session_offices(p_hash bytea)
        returns table (office text, name text, office_language text, id text, first_name text, last_name text,
                       email text, profile text, language text)
        language sql stable security definer set search_path = public, pg_temp as $$
        select o.id, o.name, o.language, p.id, p.first_name, p.last_name, p.email, p.profile, p.language
          from (select distinct on (c.office) c.* from session s join collaborator c on ${isPerson}
                 where s.hash = p_hash order by c.office, (c.id = s.collaborator_id) is true desc) p
          join office o on o.id = p.office
         where p.status = 'active' order by o.name, o.id
        $$;

      revoke execute on function use_session(bytea, interval, boolean), end_session(bytea), session_offices(bytea)
        from public;
      grant execute on function use_session(bytea, interval, boolean), end_session(bytea), session_offices(bytea)
        to cardea_app;

      -- Whatever deactivates someone, their sessions end with it, in the same transaction. A sign-in holds a lock on the
      -- rows of the person that this waits for, so that none begins beside it.
      create function end_sessions_of_collaborator() returns trigger
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        delete from session where hash in (
          select s.hash from session s
           where s.collaborator_id = old.id or s.collaborator_email = lower(old.email) order by s.hash for update);
        return null;
      end $$;
      create trigger deactivation_ends_sessions after update on collaborator for each row
        when (old.status = 'active' and new.status <> 'active') execute function end_sessions_of_collaborator();
    `);
  }

  override down(): void {
    this.addSql(`
      drop trigger deactivation_ends_sessions on collaborator;
      drop function end_sessions_of_collaborator();
      drop function session_offices(bytea);
      drop function end_session(bytea);
      drop function use_session(bytea, interval, boolean);
      drop index collaborator_by_email, collaborator_by_id;
      drop table session;
    `);
  }
}
