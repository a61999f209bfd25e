import { Migration } from '@mikro-orm/migrations';

const tenantTables = [
  'collaborator',
  'collaborator_group',
  'client_group',
  'dossier',
  'entity',
  'relationship',
  'change',
  'api_key',
  'idempotency',
  'communication',
  'communication_message',
];

/**
 * The second wall between offices. The service works as the role `cardea_app`, which sees only the rows of the office
 * in the setting `cardea.office`; without the setting it sees nothing. The role belongs to the whole server, so it is
 * made once and never dropped.
 */
export class Migration20261124000300_row_level_security extends Migration {
  override up(): void {
    this.addSql(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'cardea_app') then
          create role cardea_app nologin nosuperuser nobypassrls;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$;
      do $$ begin
        if not pg_has_role(current_user, 'cardea_app', 'member') then
          execute format('grant cardea_app to %I', current_user);
        end if;
      end $$;
      grant usage on schema public to cardea_app;
      grant select, insert, update on office to cardea_app;
      grant select, insert on change to cardea_app;
      grant select, insert, update, delete on
        collaborator, collaborator_group, client_group, dossier, entity, relationship, api_key, idempotency,
        communication, communication_message to cardea_app;
    `);
    this.addSql(`
      alter table office enable row level security;
      create policy office_isolation on office using (id = current_setting('cardea.office', true))
        with check (id = current_setting('cardea.office', true));
    `);
    for (const table of tenantTables) {
      this.addSql(`
        alter table ${table} enable row level security;
        create policy ${table}_isolation on ${table} using (office = current_setting('cardea.office', true))
          with check (office = current_setting('cardea.office', true));
      `);
    }
  }

  override down(): void {
    for (const table of [...tenantTables, 'office']) {
      this.addSql(`drop policy ${table}_isolation on ${table}; alter table ${table} disable row level security;`);
    }
    this.addSql(`
      revoke all on office, change, collaborator, collaborator_group, client_group, dossier, entity, relationship,
        api_key, idempotency, communication, communication_message from cardea_app;
      revoke usage on schema public from cardea_app;
    `);
  }
}
