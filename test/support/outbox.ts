import type { TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import type { OfficeClient } from './office-client.js';
import { onDatabase } from './raw-sql.js';

/** A message of the outbox as PostgreSQL has it. */
export interface OutboxRow {
  dossier: string;
  status: string;
  attempts: number;
  recipient: string;
  sender: string;
  message_id: string;
  error: string | null;
  error_detail: string | null;
  claim: string | null;
  /** How long until the next attempt. */
  wait_seconds: number;
}

/** Queues a message to each of the dossiers. @returns the communication's id */
export async function communicate(
  office: OfficeClient,
  dossiers: readonly string[],
  more: object = {},
): Promise<string> {
  const body = { select: { ids: dossiers }, subject: 'Hello', body: 'Text', ...more };
  const answer = await office.api.post<{ id: string; counts: { queued: number } }>(office.at('communications'), body);
  if (answer.body.counts?.queued !== dossiers.length) throw new Error(`not queued: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** The messages of a communication, by dossier. */
export function outboxOf(database: TestDatabase, communication: string): Promise<OutboxRow[]> {
  const text = `select dossier, status, attempts, recipient, sender, message_id, error, error_detail, claim,
                       extract(epoch from due_at - now())::float wait_seconds
                  from communication_message where communication = $1 order by dossier`;
  return onDatabase(database, async (client) => (await client.query<OutboxRow>(text, [communication])).rows);
}

/** Waits until so many messages of a communication are in a state. */
export async function untilCounted(
  database: TestDatabase,
  communication: string,
  status: string,
  count: number,
): Promise<OutboxRow[]> {
  let found: OutboxRow[] = [];
  await eventually(`${count} ${status}`, async () => {
    found = await outboxOf(database, communication);
    return found.filter((row) => row.status === status).length === count;
  });
  return found;
}

/** Moves clocks for a test: what is true of the rows from now on. */
export async function setRows(
  database: TestDatabase,
  communication: string,
  assignments: string,
  condition = 'true',
): Promise<void> {
  const text = `update communication_message set ${assignments} where communication = $1 and ${condition}`;
  await onDatabase(database, (client) => client.query(text, [communication]));
}

/** Leaves nothing to be sent of what a test has queued. */
export async function emptyOutbox(database: TestDatabase): Promise<void> {
  const text = `update communication_message set status = 'cancelled', claim = null, lease_until = null
                 where status in ('queued', 'sending')`;
  await onDatabase(database, (client) => client.query(text));
}
