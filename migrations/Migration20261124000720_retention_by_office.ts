import { Migration } from '@mikro-orm/migrations';

/** How long the decisions about an office are kept, where it is not as long as the service says. */
export class Migration20261124000720_retention_by_office extends Migration {
  override up(): void {
    this.addSql('alter table office add column decision_log_days int check (decision_log_days between 1 and 3650)');
  }

  override down(): void {
    this.addSql('alter table office drop column decision_log_days');
  }
}
