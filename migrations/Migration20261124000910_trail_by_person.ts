import { Migration } from '@mikro-orm/migrations';

/**
 * Finds the rows of the trail that tell of one person, and those of one time.
 *
 * Who is named in the tuples of a dossier is asked of two places: `relationship` knows the tuples that there are, and an
 * index those that went. An index of all tuples that ever came would have made a large import a fifth slower.
 */
export class Migration20261124000910_trail_by_person extends Migration {
  override up(): void {
    this.addSql(`
      -- The collaborators in the tuples of one side of a row, each behind the office: ids are unique there only.
      create function people_in_tuples(office text, state jsonb) returns text[]
        language sql immutable parallel safe as $$
        select array(select distinct office || ' ' || substr(r.tuple, strpos(r.tuple, '@collaborator:') + 14)
                       from (select substr(e->>'tuple', strpos(e->>'tuple', '#')) as tuple
                               from jsonb_array_elements(coalesce(state->'relationships', '[]')) e) r
                      where strpos(r.tuple, '@') = strpos(r.tuple, '@collaborator:'))
        $$;
      create index change_people_left on change using gin (people_in_tuples(office, before))
        where key like 'dossier:%' and before ? 'relationships';
      create index change_by_actor on change (office, actor, revision, sequence);
      create index change_by_time on change (office, at);
    `);
  }

  override down(): void {
    this.addSql(`
      drop index change_by_time, change_by_actor, change_people_left;
      drop function people_in_tuples(text, jsonb);
    `);
  }
}
