import { Migration } from '@mikro-orm/migrations';

/**
 * Each row of the trail carries a hash over itself and the row before it, office by office. The lock on the office's row
 * makes its writes serial, so there is one row before each. `changeText` in `src/audit` makes the same text.
 */
export class Migration20261124000600_chained_trail extends Migration {
  override up(): void {
    this.addSql(`
      alter table change add column hash bytea check (octet_length(hash) = 32);

      create function change_text(c change) returns text language sql stable as $$
        select json_build_object('log', 'change', 'office', c.office, 'revision', c.revision, 'sequence', c.sequence,
          'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'key', c.key, 'action', c.action,
          'actor', c.actor, 'via', c.via, 'before', c.before, 'after', c.after, 'reason', c.reason,
          'requestId', c.request_id)::text
        $$;
      create function next_hash(previous bytea, entry text) returns bytea language sql stable as $$
        select sha256(convert_to(encode(coalesce(previous, decode(repeat('0', 64), 'hex')), 'hex') || entry, 'UTF8'))
        $$;

      create function chain_change() returns trigger language plpgsql as $$
      begin
        new.hash := next_hash(
          (select c.hash from change c where c.office = new.office order by c.revision desc, c.sequence desc limit 1),
          change_text(new));
        return new;
      end $$;

      alter table change disable trigger change_is_append_only;
      do $$
      declare
        c change;
        office text;
        previous bytea;
      begin
        for c in select * from change order by change.office, revision, sequence loop
          if c.office is distinct from office then
            office := c.office;
            previous := null;
          end if;
          previous := next_hash(previous, change_text(c));
          update change set hash = previous
           where change.office = c.office and revision = c.revision and sequence = c.sequence;
        end loop;
      end $$;
      alter table change enable trigger change_is_append_only;

      alter table change alter column hash set not null;
      create trigger change_is_chained before insert on change for each row execute function chain_change();
    `);
  }

  override down(): void {
    this.addSql(`
      drop trigger change_is_chained on change;
      drop function chain_change();
      drop function next_hash(bytea, text);
      drop function change_text(change);
      alter table change drop column hash;
    `);
  }
}
