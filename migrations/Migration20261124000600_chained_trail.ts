import { Migration } from '@mikro-orm/migrations';

/** The hash of a row after the one with the hash `previous`: an expression, as calls of functions would cost more than all of it. */
function hashOf(row: string, previous: string): string {
  const text = `json_build_object('log', 'change', 'office', ${row}.office, 'revision', ${row}.revision,
          'sequence', ${row}.sequence, 'at', to_char(${row}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          'key', ${row}.key, 'action', ${row}.action, 'actor', ${row}.actor, 'via', ${row}.via, 'before', ${row}.before,
          'after', ${row}.after, 'reason', ${row}.reason, 'requestId', ${row}.request_id)::text`;
  return `sha256(convert_to(coalesce(encode(${previous}, 'hex'), repeat('0', 64)) || ${text}, 'UTF8'))`;
}

/**
 * Each row of the trail carries a hash over itself and the row before it, office by office. The lock on the office's row
 * makes its writes serial, so there is one row before each. `changeText` in `src/audit` makes the same text.
 */
export class Migration20261124000600_chained_trail extends Migration {
  override up(): void {
    this.addSql(`
      alter table change add column hash bytea check (octet_length(hash) = 32);

      create function chain_change() returns trigger language plpgsql as $$
      begin
        new.hash := ${hashOf(
          'new',
          '(select c.hash from change c where c.office = new.office order by c.revision desc, c.sequence desc limit 1)',
        )};
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
          previous := ${hashOf('c', 'previous')};
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
      alter table change drop column hash;
    `);
  }
}
