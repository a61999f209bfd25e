import { Migration } from '@mikro-orm/migrations';

const factFunctions = ['subject_facts(text, text[])', 'dossier_facts(text, text[])'];

/**
 * PostgreSQL plans the statements of these functions once a connection. Where it chose by itself it planned them at each
 * call, for the sake of the array's length: three quarters of the time of a cold check.
 */
export class Migration20261124000740_facts_planned_once extends Migration {
  override up(): void {
    for (const name of factFunctions) this.addSql(`alter function ${name} set plan_cache_mode = force_generic_plan`);
  }

  override down(): void {
    for (const name of factFunctions) this.addSql(`alter function ${name} reset plan_cache_mode`);
  }
}
