import { Migration } from '@mikro-orm/migrations';

/**
 * What sending the messages of the outbox needs: who holds which message and until when, how far an attempt had come, when
 * the next one is due, and how it ended. See `docs/decisions`, number 9.
 */
export class Migration20261124000900_outbox extends Migration {
  override up(): void {
    this.addSql(`
      alter table communication_message
        drop constraint communication_message_status_check,
        add constraint communication_message_status_check
          check (status in ('queued', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')),
        add column message_id text,
        add column answerable text,
        add column attempts int not null default 0,
        add column due_at timestamptz not null default now(),
        add column released_at timestamptz not null default now(),
        add column claim uuid,
        add column lease_until timestamptz,
        add column handed_over_at timestamptz,
        add column error text,
        add column error_detail text,
        add column settled_at timestamptz,
        add column settled_by text;
      comment on column communication_message.answerable is 'who queued it last: they must be allowed to when it is sent';
      comment on column communication_message.released_at is 'since when it may be sent; it is given up after a while';
      comment on column communication_message.handed_over_at is 'set before the first byte of the content goes out';

      update communication_message m
         set answerable = c.created_by, released_at = c.created_at, due_at = c.created_at,
             message_id = '<' || encode(sha256(convert_to(m.office || '/' || m.communication || '/' || m.dossier, 'UTF8')), 'hex')
               || '@' || split_part(m.sender, '@', 2) || '>'
        from communication c where c.office = m.office and c.id = m.communication;

      alter table communication_message
        alter column message_id set not null,
        alter column answerable set not null,
        -- A message that is being sent is in somebody's hands, and nobody holds one that is not.
        add constraint communication_message_claim_check check (
          case status when 'sending' then claim is not null and lease_until is not null
                      when 'uncertain' then true
                      else claim is null and lease_until is null end);
      -- Every attempt to send the same message says so to whoever receives it.
      create unique index communication_message_id_key on communication_message (office, message_id);
      create index communication_message_due on communication_message (office, due_at)
        where status in ('queued', 'sending');
      create index communication_message_by_dossier on communication_message (office, dossier);

      create table communication_template (
        office entity_id not null references office (id),
        id entity_id not null,
        name text not null check (btrim(name) <> '' and char_length(name) <= 200),
        subject text not null,
        body text not null,
        version bigint not null,
        created_at timestamptz not null default now(),
        primary key (office, id)
      );
      create index communication_template_by_name on communication_template (office, fold(name), id);
      grant select, insert, update, delete on communication_template to cardea_app;
      alter table communication_template enable row level security;
      create policy communication_template_isolation on communication_template
        using (office = current_setting('cardea.office', true))
        with check (office = current_setting('cardea.office', true));
    `);
  }

  override down(): void {
    this.addSql(`
      drop table communication_template;
      drop index communication_message_by_dossier, communication_message_due, communication_message_id_key;
      -- What an older version knows: sent, failed, or still to be sent.
      alter table communication_message
        drop constraint communication_message_claim_check,
        drop constraint communication_message_status_check;
      update communication_message set status = 'failed' where status in ('sending', 'uncertain', 'cancelled');
      alter table communication_message
        add constraint communication_message_status_check check (status in ('queued', 'sent', 'failed')),
        drop column message_id, drop column answerable, drop column attempts, drop column due_at,
        drop column released_at, drop column claim, drop column lease_until, drop column handed_over_at,
        drop column error, drop column error_detail, drop column settled_at, drop column settled_by;
    `);
  }
}
