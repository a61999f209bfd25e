import { Migration } from '@mikro-orm/migrations';

/** White space, which a name neither begins nor ends with, as a range of PostgreSQL's regular expressions. */
const trimmed = String.raw`\u0001-\u0020\u0085\u00A0\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF`;

/** What leaves no mark on paper: white space, controls, and what Unicode calls ignorable by default. */
const invisible = String.raw`\u0001-\u0020\u007F-\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF`;

/**
 * The facts: entities and the relationship tuples between them. Every key leads with the office, so that no tuple can
 * join two offices and the schema can be distributed by office.
 */
export class Migration20261124000000_facts extends Migration {
  override up(): void {
    this.addSql(`
      create domain entity_id as text collate "C"
        -- The length apart: counting inside the expression costs ten times as much, and every key is checked.
        check (octet_length(value) <= 128 and value ~ '^[A-Za-z0-9][A-Za-z0-9._:@|/+=-]*$'
               and value not in ('constructor', 'prototype'));

      -- A name that people read: trimmed, with something to see in it, Unicode NFC, 1 to 100 characters (rule 16).
      create domain group_name as text
        check (value !~ '^[${trimmed}]' and value !~ '[${trimmed}]$' and value ~ '[^${invisible}]'
               and char_length(value) between 1 and 100
               and value is nfc normalized);

      create domain email_address as text
        check (char_length(value) <= 254 and value ~ '^[^[:space:]@<>,;]+@[^[:space:]@<>,;]+$');

      -- What a search compares: without case, accents and ligatures.
      create function fold(value text) returns text
        language sql immutable strict parallel safe as $$
        select replace(replace(replace(replace(
                 lower(regexp_replace(normalize(value, NFKD), U&'[\\0300-\\036F]', '', 'g')),
               U&'\\0153', 'oe'), U&'\\0152', 'oe'), U&'\\00E6', 'ae'), U&'\\00DF', 'ss')
        $$;

      -- Belgian enterprise number: ten digits, the last two are 97 minus the first eight modulo 97 (rule 26).
      create domain enterprise_number as text
        check (value ~ '^[01][0-9]{9}$' and 97 - left(value, 8)::int % 97 = right(value, 2)::int);
    `);

    this.addSql(`
      create table office (
        id entity_id primary key,
        name text not null check (btrim(name) <> '' and char_length(name) <= 200),
        email email_address not null,
        language text not null default 'fr' check (language in ('en', 'fr', 'nl', 'de')),
        only_admins_activate boolean not null default true,
        unique_group_names boolean not null default false,
        default_client_group entity_id,
        policy_set text,
        revision bigint not null default 0,
        version bigint not null default 0,
        created_at timestamptz not null default now()
      );
      comment on column office.revision is 'grows by one with every write of the office';
      comment on column office.version is 'the revision at which this row itself last changed';

      create table collaborator (
        office entity_id not null references office (id),
        id entity_id not null,
        email email_address not null,
        first_name text not null default '' check (char_length(first_name) <= 100),
        last_name text not null default '' check (char_length(last_name) <= 100),
        profile text not null check (profile in ('admin', 'collaborator', 'support')),
        language text not null check (language in ('en', 'fr', 'nl', 'de')),
        status text not null default 'active' check (status in ('active', 'inactive')),
        version bigint not null,
        created_at timestamptz not null default now(),
        search text generated always as (fold(first_name || ' ' || last_name || ' ' || email)) stored,
        primary key (office, id)
      );
      create unique index collaborator_email_key on collaborator (office, lower(email));

      create table collaborator_group (
        office entity_id not null references office (id),
        id entity_id not null,
        name group_name not null,
        version bigint not null,
        created_at timestamptz not null default now(),
        primary key (office, id)
      );
      create index collaborator_group_by_name on collaborator_group (office, fold(name), id);

      create table client_group (
        office entity_id not null references office (id),
        id entity_id not null,
        name group_name not null,
        email email_address,
        version bigint not null,
        created_at timestamptz not null default now(),
        primary key (office, id)
      );
      create index client_group_by_name on client_group (office, fold(name), id);
      alter table office add constraint office_default_client_group_fkey
        foreign key (id, default_client_group) references client_group (office, id);

      create table dossier (
        office entity_id not null references office (id),
        id entity_id not null,
        name text not null check (btrim(name) <> '' and char_length(name) <= 200),
        code text check (char_length(code) <= 50),
        enterprise_number enterprise_number,
        labels text[] not null default '{}',
        private boolean not null default false,
        language text check (language in ('en', 'fr', 'nl', 'de')),
        email email_address,
        status text not null default 'draft' check (status in ('draft', 'active', 'inactive')),
        version bigint not null,
        created_at timestamptz not null default now(),
        search text generated always as
          (fold(name || ' ' || coalesce(code, '') || ' ' || coalesce(enterprise_number, '') )) stored,
        primary key (office, id)
      );
      create unique index dossier_enterprise_number_key on dossier (office, enterprise_number);
      create index dossier_by_name on dossier (office, fold(name), id);

      create table entity (
        office entity_id not null references office (id),
        type text collate "C" not null check (type ~ '^[a-z][a-z0-9_]{0,63}$'),
        id entity_id not null,
        properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object'),
        version bigint not null,
        created_at timestamptz not null default now(),
        primary key (office, type, id)
      );
    `);

    // The generated columns exist for the foreign keys: a tuple names a type and an id, and PostgreSQL checks that
    // just that entity exists in the tuple's own office. A null column is not checked (MATCH SIMPLE).
    this.addSql(`
      create table relationship (
        office entity_id not null references office (id),
        object_type text collate "C" not null,
        object_id entity_id not null,
        relation text collate "C" not null,
        subject_type text collate "C" not null,
        subject_id entity_id not null,
        is_primary boolean not null default false,
        expires_at timestamptz,
        created_at timestamptz not null default now(),
        created_by text not null,
        revision bigint not null,
        ordinal bigint generated always as identity,
        dossier_ref entity_id generated always as
          (case when object_type = 'dossier' then object_id end) stored,
        client_group_ref entity_id generated always as
          (case when object_type = 'client_group' then object_id when subject_type = 'client_group' then subject_id end) stored,
        collaborator_group_ref entity_id generated always as
          (case when object_type = 'collaborator_group' then object_id when subject_type = 'collaborator_group' then subject_id end) stored,
        collaborator_ref entity_id generated always as
          (case when subject_type = 'collaborator' then subject_id end) stored,
        primary key (office, object_type, object_id, relation, subject_type, subject_id),
        constraint relationship_definition_check check ((object_type, relation, subject_type) in (
          ('dossier', 'client_group', 'client_group'),
          ('dossier', 'manager', 'collaborator'),
          ('dossier', 'guest', 'collaborator'),
          ('dossier', 'excluded', 'collaborator'),
          ('client_group', 'collaborator', 'collaborator'),
          ('client_group', 'collaborator_group', 'collaborator_group'),
          ('client_group', 'excluded', 'collaborator'),
          ('collaborator_group', 'member', 'collaborator'))),
        constraint relationship_primary_check check (not is_primary or relation = 'manager'),
        constraint relationship_dossier_fkey foreign key (office, dossier_ref) references dossier (office, id),
        constraint relationship_client_group_fkey foreign key (office, client_group_ref) references client_group (office, id),
        constraint relationship_collaborator_group_fkey
          foreign key (office, collaborator_group_ref) references collaborator_group (office, id),
        constraint relationship_collaborator_fkey foreign key (office, collaborator_ref) references collaborator (office, id)
      );
      comment on column relationship.ordinal is 'the order in which tuples were made, for "oldest first" (rule 19)';
      -- Rule 2: a dossier is in at most one client group.
      create unique index relationship_one_client_group on relationship (office, object_id)
        where relation = 'client_group';
      -- At most one of a dossier's managers is primary.
      create unique index relationship_one_primary_manager on relationship (office, object_id) where is_primary;
      create index relationship_by_subject on relationship
        (office, subject_type, subject_id, relation, object_type, object_id);
    `);
  }

  override down(): void {
    this.addSql(`
      drop table relationship, entity, dossier;
      alter table office drop constraint office_default_client_group_fkey;
      drop table client_group, collaborator_group, collaborator, office;
      drop function fold(text);
      drop domain enterprise_number, email_address, group_name, entity_id;
    `);
  }
}
