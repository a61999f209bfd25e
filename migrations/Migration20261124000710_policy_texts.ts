import { Migration } from '@mikro-orm/migrations';

/**
 * The texts of all policies that were ever in force, by the hash that decisions and the trail name. Without them nobody
 * could say who gained and who lost when a service starts with other policies than it had. They are no office's data.
 */
export class Migration20261124000710_policy_texts extends Migration {
  override up(): void {
    this.addSql(`
      create table policy_text (
        -- Of the bundle, so of all its policies together.
        hash text not null check (hash ~ '^[0-9a-f]{64}$'),
        type text not null,
        source text not null,
        first_seen timestamptz not null default now(),
        primary key (hash, type)
      );
      grant select on policy_text to cardea_app;
    `);
  }

  override down(): void {
    this.addSql('drop table policy_text');
  }
}
