import { Migration } from '@mikro-orm/migrations';

/** When somebody last opened a dossier, for reviews of accesses: read from the index alone, a page of dossiers at a time. */
export class Migration20261124000730_last_opened extends Migration {
  override up(): void {
    this.addSql(`
      create index decision_last_opened on decision (office, resource, subject, at)
        where allowed and resource_type = 'dossier' and action = 'open' and subject_type = 'collaborator'
    `);
  }

  override down(): void {
    this.addSql('drop index decision_last_opened');
  }
}
