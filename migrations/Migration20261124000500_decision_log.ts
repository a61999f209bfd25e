import { Migration } from '@mikro-orm/migrations';

/**
 * The log of decisions, for `DECISION_LOG=postgres`. The owner writes it, in partitions by month that it makes when they
 * are needed and drops when their time is over; the service's role only reads what is its office's.
 */
export class Migration20261124000500_decision_log extends Migration {
  override up(): void {
    this.addSql(`
      create table decision (
        office text collate "C" not null,
        -- The process that wrote it, and the place in its chain for this office.
        instance uuid not null,
        n bigint not null check (n > 0),
        at timestamptz not null,
        -- How many decisions are missing here; then all that follows is null.
        dropped int check (dropped > 0),
        principal text,
        actor text,
        subject_type text,
        subject text,
        action text,
        resource_type text,
        resource text collate "C",
        allowed boolean,
        rule text,
        revision text,
        policy text,
        request_id text,
        purpose text,
        hash bytea not null check (octet_length(hash) = 32),
        primary key (office, instance, n, at),
        check ((dropped is null) = (allowed is not null))
      ) partition by range (at);
      -- Who opened a dossier, in the order of time.
      create index decision_by_dossier on decision (office, resource, at, instance, n)
        where allowed and resource_type = 'dossier';
      create index decision_by_age on decision using brin (at);
      create index decision_gaps on decision (office, at) where dropped is not null;
      grant select on decision to cardea_app;
      alter table decision enable row level security;
      create policy decision_isolation on decision using (office = current_setting('cardea.office', true));
    `);
  }

  override down(): void {
    this.addSql('drop table decision');
  }
}
