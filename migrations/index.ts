import { Migration20261124000000_facts } from './Migration20261124000000_facts.js';
import { Migration20261124000100_trail_and_keys } from './Migration20261124000100_trail_and_keys.js';
import { Migration20261124000200_access } from './Migration20261124000200_access.js';
import { Migration20261124000400_fence } from './Migration20261124000400_fence.js';
import { Migration20261124000450_expiries } from './Migration20261124000450_expiries.js';
import { Migration20261124000460_facts_by_row } from './Migration20261124000460_facts_by_row.js';
import { Migration20261124000500_decision_log } from './Migration20261124000500_decision_log.js';
import { Migration20261124000600_chained_trail } from './Migration20261124000600_chained_trail.js';
import { Migration20261124000700_as_of } from './Migration20261124000700_as_of.js';
import { Migration20261124000710_policy_texts } from './Migration20261124000710_policy_texts.js';
import { Migration20261124000720_retention_by_office } from './Migration20261124000720_retention_by_office.js';
import { Migration20261124000730_last_opened } from './Migration20261124000730_last_opened.js';
import { Migration20261124000740_facts_planned_once } from './Migration20261124000740_facts_planned_once.js';
import { Migration20261124000800_session } from './Migration20261124000800_session.js';
import { Migration20261124000750_contacts_by_row } from './Migration20261124000750_contacts_by_row.js';
import { Migration20261124000900_outbox } from './Migration20261124000900_outbox.js';
import { Migration20261124000910_trail_by_person } from './Migration20261124000910_trail_by_person.js';
import { Migration20261124000300_row_level_security } from './Migration20261124000300_row_level_security.js';

/** Every migration in its order; a database is current when all of them have run and no other has. */
export const migrations = [
  { name: 'Migration20261124000000_facts', class: Migration20261124000000_facts },
  { name: 'Migration20261124000100_trail_and_keys', class: Migration20261124000100_trail_and_keys },
  { name: 'Migration20261124000200_access', class: Migration20261124000200_access },
  { name: 'Migration20261124000300_row_level_security', class: Migration20261124000300_row_level_security },
  { name: 'Migration20261124000400_fence', class: Migration20261124000400_fence },
  { name: 'Migration20261124000450_expiries', class: Migration20261124000450_expiries },
  { name: 'Migration20261124000460_facts_by_row', class: Migration20261124000460_facts_by_row },
  { name: 'Migration20261124000500_decision_log', class: Migration20261124000500_decision_log },
  { name: 'Migration20261124000600_chained_trail', class: Migration20261124000600_chained_trail },
  { name: 'Migration20261124000700_as_of', class: Migration20261124000700_as_of },
  { name: 'Migration20261124000710_policy_texts', class: Migration20261124000710_policy_texts },
  { name: 'Migration20261124000720_retention_by_office', class: Migration20261124000720_retention_by_office },
  { name: 'Migration20261124000730_last_opened', class: Migration20261124000730_last_opened },
  { name: 'Migration20261124000740_facts_planned_once', class: Migration20261124000740_facts_planned_once },
  { name: 'Migration20261124000750_contacts_by_row', class: Migration20261124000750_contacts_by_row },
  { name: 'Migration20261124000800_session', class: Migration20261124000800_session },
  { name: 'Migration20261124000900_outbox', class: Migration20261124000900_outbox },
  { name: 'Migration20261124000910_trail_by_person', class: Migration20261124000910_trail_by_person },
];
