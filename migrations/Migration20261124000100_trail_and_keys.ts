import { Migration } from '@mikro-orm/migrations';

/** What surrounds the facts: the append-only trail, API keys, idempotency records and the outbox of communications. */
export class Migration20261124000100_trail_and_keys extends Migration {
  override up(): void {
    this.addSql(`
      create table change (
        office entity_id not null references office (id),
        revision bigint not null,
        sequence int not null,
        key text collate "C" not null,
        action text not null,
        actor text not null,
        via text not null,
        before jsonb,
        after jsonb,
        reason text,
        request_id text,
        at timestamptz not null default now(),
        primary key (office, revision, sequence)
      );
      create index change_by_key on change (office, key, revision);

      create function refuse_to_rewrite_history() returns trigger language plpgsql as $$
      begin
        raise exception 'the audit trail cannot be changed: % on % refused', tg_op, tg_table_name
          using errcode = 'integrity_constraint_violation';
      end $$;
      create trigger change_is_append_only before update or delete on change
        for each row execute function refuse_to_rewrite_history();
      create trigger change_is_never_truncated before truncate on change
        for each statement execute function refuse_to_rewrite_history();

      create table api_key (
        office entity_id not null references office (id),
        id entity_id not null,
        name text not null check (btrim(name) <> '' and char_length(name) <= 100),
        hash bytea not null check (octet_length(hash) = 32),
        scopes text[] not null check (scopes <@ array['check', 'read', 'write', 'operate'] and cardinality(scopes) > 0),
        created_at timestamptz not null default now(),
        created_by text not null,
        expires_at timestamptz,
        revoked_at timestamptz,
        primary key (office, id)
      );
      create unique index api_key_hash_key on api_key (office, hash);
      create index api_key_by_hash on api_key (hash);

      -- Keys of the platform itself belong to no office; they are no part of any tenant's data.
      create table platform_key (
        id entity_id primary key,
        name text not null,
        hash bytea not null unique check (octet_length(hash) = 32),
        scopes text[] not null check (scopes <@ array['check', 'read', 'write', 'operate'] and cardinality(scopes) > 0),
        created_at timestamptz not null default now(),
        revoked_at timestamptz
      );

      -- Signs cursors and whatever else leaves the service and comes back; the application's role cannot read it.
      create table platform_secret (
        name text primary key,
        value bytea not null check (octet_length(value) >= 32),
        created_at timestamptz not null default now()
      );

      create table idempotency (
        office entity_id not null,
        principal text not null,
        key text not null check (char_length(key) between 1 and 255),
        fingerprint bytea not null,
        status int not null,
        body jsonb,
        etag text,
        created_at timestamptz not null default now(),
        primary key (office, principal, key)
      );
      create index idempotency_by_age on idempotency (office, created_at);

      create table communication (
        office entity_id not null references office (id),
        id entity_id not null,
        subject text not null,
        body text not null,
        created_at timestamptz not null default now(),
        created_by text not null,
        revision bigint not null,
        primary key (office, id)
      );
      create table communication_message (
        office entity_id not null,
        communication entity_id not null,
        dossier entity_id not null,
        recipient email_address not null,
        sender email_address not null,
        reply_to email_address not null,
        subject text not null,
        body text not null,
        status text not null default 'queued' check (status in ('queued', 'sent', 'failed')),
        primary key (office, communication, dossier),
        foreign key (office, communication) references communication (office, id),
        foreign key (office, dossier) references dossier (office, id)
      );
    `);
  }

  override down(): void {
    this.addSql(`
      drop table communication_message, communication, idempotency, platform_secret, platform_key, api_key, change;
      drop function refuse_to_rewrite_history();
    `);
  }
}
