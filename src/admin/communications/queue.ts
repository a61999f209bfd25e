import { rows } from '#src/platform/sql.js';
import type { Write } from '#src/admin/write.js';

/** One message as it is queued, filled in for its dossier. */
export interface QueuedMessage {
  dossier: string;
  to: string;
  /** Also the address for answers. */
  from: string;
  subject: string;
  body: string;
}

/** Characters of texts that one statement carries: those of a whole office together could be gigabytes. */
const charactersAtOnce = 4_000_000;

export async function queueCommunication(
  write: Write,
  { id, subject, body }: { id: string; subject: string; body: string },
): Promise<void> {
  await rows(
    write.em,
    `insert into communication (office, id, subject, body, created_by, revision) values ($1, $2, $3, $4, $5, $6)`,
    [write.office.id, id, subject, body, write.actor.label, write.revision],
  );
}

export async function queueMessages(write: Write, id: string, messages: readonly QueuedMessage[]): Promise<void> {
  for (const some of portions(messages)) {
    await rows(
      write.em,
      `insert into communication_message
         (office, communication, dossier, recipient, sender, reply_to, subject, body, answerable, message_id)
       select $1::text, $2::text, m.dossier, m."to", m."from", m."from", m.subject, m.body, $3, ${messageId}
         from jsonb_to_recordset($4::jsonb) as m (dossier text, "to" text, "from" text, subject text, body text)`,
      [write.office.id, id, write.actor.label, JSON.stringify(some)],
    );
  }
}

/** Derived from the row's key, so that it is the same for every attempt and for no other message; it tells nothing. */
const messageId = `'<' || encode(sha256(convert_to($1::text || '/' || $2::text || '/' || m.dossier, 'UTF8')), 'hex')
  || '@' || split_part(m."from", '@', 2) || '>'`;

function* portions(messages: readonly QueuedMessage[]): Generator<QueuedMessage[]> {
  let portion: QueuedMessage[] = [];
  let characters = 0;
  for (const { dossier, to, from, subject, body } of messages) {
    portion.push({ dossier, to, from, subject, body });
    characters += subject.length + body.length;
    if (characters < charactersAtOnce) continue;
    yield portion;
    portion = [];
    characters = 0;
  }
  if (portion.length > 0) yield portion;
}
