import { Migration } from '@mikro-orm/migrations';

/** When the next tuple of an office ends: until then, what was counted at a revision holds for it. */
export class Migration20261124000450_expiries extends Migration {
  override up(): void {
    this.addSql(
      'create index relationship_by_expiry on relationship (office, expires_at) where expires_at is not null',
    );
  }

  override down(): void {
    this.addSql('drop index relationship_by_expiry');
  }
}
