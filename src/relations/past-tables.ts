import type { EntityManager } from '@mikro-orm/postgresql';
import { numbered, rows, type SqlFragment } from '#src/platform/sql.js';
import type { Moment } from './past.js';

/** Which of an office's dossiers are looked at; all where nothing is said. */
export interface PastScope {
  /** Only these, and no entities of other types: a question about a few need not fold them all. */
  dossiers?: readonly string[] | undefined;
  /** None of these: they do not exist for the asker. */
  hidden?: readonly string[] | undefined;
}

/** The tables that hold facts. The trail itself is not among them: it is what they are made from. */
const tables = ['office', 'collaborator', 'collaborator_group', 'client_group', 'dossier', 'entity', 'relationship'];

/**
 * Puts the facts of a past moment before those of now, until the transaction of `em` ends: temporary tables of the same
 * names and forms, filled from the trail. From here on every statement that names them without a schema is about then, and
 * so is every function that does; and nothing that stays can be written any more.
 *
 * The transaction must be one that sees a snapshot and may make temporary tables; see `docs/decisions`, number 7.
 *
 * @param policySet the policies that judge: those of now
 */
export async function standInPast(
  em: EntityManager,
  { office, policySet }: { office: string; policySet: string | null },
  moment: Moment,
  scope: PastScope = {},
): Promise<void> {
  for (const table of tables) {
    await rows(em, `create temporary table ${table} (like public.${table} including all) on commit drop`);
  }
  for (const { sql, params } of folds(office, policySet, moment, scope)) await rows(em, numbered(sql), params);
  for (const table of tables) await rows(em, `analyze pg_temp.${table}`);
  // Only another path makes PostgreSQL look again at what it has planned for the tables of now. That a temporary table
  // has taken the place of another is not enough: functions would go on to answer from the present.
  await rows(em, 'set local search_path = pg_temp, public');
  await rows(em, `select set_config('cardea.as_of', $1, true), set_config('transaction_read_only', 'on', true)`, [
    moment.at,
  ]);
}

function folds(office: string, policySet: string | null, { revision }: Moment, scope: PastScope): SqlFragment[] {
  const upTo = { sql: 'c.office = ? and c.revision <= ?', params: [office, revision] };
  const dossiers = dossierKeys(scope);
  const told = (what: SqlFragment, by: string) => latest(both(upTo, what), by);
  return [
    {
      sql: `insert into pg_temp.office (id, name, email, language, only_admins_activate, unique_group_names,
              default_client_group, policy_set, decision_log_days, revision, version, created_at)
            select ?, f->>'name', f->>'email', f->>'language', (f->>'onlyAdminsActivate')::boolean,
                   (f->>'uniqueGroupNames')::boolean, f->>'defaultClientGroup', ?,
                   (f->>'decisionLogDays')::int, ?, version, created_at
              from (${told({ sql: `c.key = 'office'`, params: [] }, 'name').sql}) t`,
      params: [office, policySet, revision, ...upTo.params],
    },
    into(office, 'collaborator', told(keysOf('collaborator'), 'email'), {
      ...{ email: text('email'), first_name: text('firstName'), last_name: text('lastName') },
      ...{ profile: text('profile'), language: text('language'), status: text('status') },
    }),
    into(office, 'collaborator_group', told(keysOf('collaborator_group'), 'name'), { name: text('name') }),
    into(office, 'client_group', told(keysOf('client_group'), 'name'), { name: text('name'), email: text('email') }),
    into(office, 'dossier', told(dossiers, 'name'), {
      ...{ name: text('name'), code: text('code'), enterprise_number: text('enterpriseNumber') },
      labels: `array(select jsonb_array_elements_text(f->'labels'))`,
      ...{ private: `(f->>'private')::boolean`, language: text('language'), email: text('email') },
      status: text('status'),
    }),
    ...(scope.dossiers === undefined ? [entities(office, told(keysOf('entity'), 'properties'))] : []),
    relationships(office, upTo, [dossiers, keysOf('client_group'), keysOf('collaborator_group')]),
  ];
}

const text = (field: string) => `f->>'${field}'`;

/** The keys of one type: those that begin with its name and a colon, which the semicolon comes after. */
function keysOf(type: string): SqlFragment {
  return { sql: `c.key >= '${type}:' and c.key < '${type};'`, params: [] };
}

function dossierKeys({ dossiers, hidden = [] }: PastScope): SqlFragment {
  const keys = (ids: readonly string[]) => ids.map((id) => `dossier:${id}`);
  const shown = { sql: 'c.key <> all(?)', params: [keys(hidden)] };
  return both(dossiers ? { sql: 'c.key = any(?)', params: [keys(dossiers)] } : keysOf('dossier'), shown);
}

function both(one: SqlFragment, other: SqlFragment): SqlFragment {
  return { sql: `${one.sql} and ${other.sql}`, params: [...one.params, ...other.params] };
}

/**
 * What the trail says last of each field (`f`) of the entities behind these keys, since they were made or made again.
 *
 * @param by a field that each of them has: where it is missing, only relationships have been told of
 */
function latest({ sql, params }: SqlFragment, by: string): SqlFragment {
  return {
    sql: `select key, f, version, created_at
            from (select key, merged(after - 'relationships' order by revision) f, max(revision) version, min(at) created_at
                    from (select c.key, c.revision, c.after, c.at,
                                 max(c.revision) filter (where c.action = 'delete') over (partition by c.key) gone
                            from change c where ${sql}) c
                   where gone is null or revision > gone group by key) t
           where f->'${by}' is not null`,
    params,
  };
}

function into(office: string, table: string, told: SqlFragment, columns: Record<string, string>): SqlFragment {
  return {
    sql: `insert into pg_temp.${table} (office, id, ${Object.keys(columns).join(', ')}, version, created_at)
          select ?, substr(key, ${table.length + 2}), ${Object.values(columns).join(', ')}, version, created_at
            from (${told.sql}) t`,
    params: [office, ...told.params],
  };
}

/** Their keys are `entity:T:E`, and a type holds no colon. */
function entities(office: string, told: SqlFragment): SqlFragment {
  return {
    sql: `insert into pg_temp.entity (office, type, id, properties, version, created_at)
          select ?, split_part(key, ':', 2), substr(key, length(split_part(key, ':', 2)) + 9), f->'properties', version,
                 created_at
            from (${told.sql}) t`,
    params: [office, ...told.params],
  };
}

/**
 * The tuples that the trail says last of that they were made. It tells of some under two keys, so each is looked for under
 * its object's. A tuple that is written over keeps its place in "oldest first" (rule 19); one that was removed and made
 * again begins anew.
 */
function relationships(office: string, upTo: SqlFragment, keys: readonly SqlFragment[]): SqlFragment {
  const told = both(upTo, {
    sql: `(${keys.map(({ sql }) => `(${sql})`).join(' or ')})`,
    params: keys.flatMap(({ params }) => params),
  });
  return {
    sql: `
      with told as (
        select c.key, c.revision, e.is_made, e.position, e.t, e.t->>'tuple' tuple
          from change c
         cross join lateral (
           select false is_made, position, t from jsonb_array_elements(c.before->'relationships') with ordinality e (t, position)
           union all
           select true, position, t from jsonb_array_elements(c.after->'relationships') with ordinality e (t, position)) e
         where ${told.sql} and starts_with(e.t->>'tuple', c.key || '#')),
      lives as (
        select *, count(*) filter (where not is_made) over story life, lead(revision) over story is null is_last
          from told window story as (partition by tuple order by revision, is_made)),
      ordered as (
        select *, first_value(revision) over life made_at, first_value(position) over life made_as
          from lives window life as (partition by tuple, life order by is_made desc, revision))
      insert into pg_temp.relationship (office, object_type, object_id, relation, subject_type, subject_id, is_primary,
                                        expires_at, created_at, created_by, revision)
      select ?, split_part(key, ':', 1), substr(key, strpos(key, ':') + 1), split_part(rest, '@', 1),
             split_part(subject, ':', 1), substr(subject, strpos(subject, ':') + 1), coalesce((t->>'primary')::boolean, false),
             (t->>'expiresAt')::timestamptz, (t->>'since')::timestamptz, t->>'by', revision
        from ordered
       cross join lateral (select substr(tuple, length(key) + 2) rest) r
       cross join lateral (select substr(rest, strpos(rest, '@') + 1) subject) s
       where is_last and is_made
       order by (t->>'since')::timestamptz, made_at, made_as`,
    params: [...told.params, office],
  };
}
