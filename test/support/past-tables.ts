import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#src/platform/database.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { standInPast, type PastScope } from '#src/relations/past-tables.js';
import { findMoment, type AsOf } from '#src/relations/past.js';

/** Every fact of an office by its table, in one order. When an entity was made is no fact, but the order of tuples is one. */
export type Facts = Record<string, unknown[]>;

const ofEntity = (table: string): [string, string] => [
  table,
  `select to_jsonb(t) - 'created_at' row from ${table} t where t.office = $1 order by t::text collate "C"`,
];
const queries: [table: string, query: string][] = [
  ['office', `select to_jsonb(t) - 'created_at' row from office t where t.id = $1`],
  ...['collaborator', 'collaborator_group', 'client_group', 'dossier', 'entity'].map(ofEntity),
  [
    'relationship',
    `select to_jsonb(t) - 'ordinal' row from relationship t
      where t.office = $1 order by object_type, object_id, created_at, ordinal`,
  ],
];

/** The facts that the statements of a transaction find. */
export async function factsSeen(em: EntityManager, office: string): Promise<Facts> {
  const facts: Facts = {};
  for (const [table, query] of queries) {
    const found = await rows<{ row: { id?: string } }>(em, query, [office]);
    facts[table] = found.map(({ row }) => row).sort((a, b) => compare(a.id, b.id));
  }
  return facts;
}

export function factsNow(database: Database, office: string): Promise<Facts> {
  return database.inOffice(office, (em) => factsSeen(em, office), { readOnly: true });
}

/** The facts that the trail tells of a past moment. */
export function factsOf(database: Database, office: string, asOf: AsOf, scope?: PastScope): Promise<Facts> {
  return inPast(database, office, asOf, (em) => factsSeen(em, office), scope);
}

/** Runs `read` in a transaction that looks at a past moment as the whole office does. */
export function inPast<T>(
  database: Database,
  office: string,
  asOf: AsOf,
  read: (em: EntityManager) => Promise<T>,
  scope?: PastScope,
): Promise<T> {
  return database.inOffice(
    office,
    async (em) => {
      const now = await firstRow<{ policy_set: string | null }>(em, 'select policy_set from office where id = $1', [
        office,
      ]);
      const moment = await findMoment(em, office, asOf);
      await standInPast(em, { office, policySet: now?.policy_set ?? null }, moment, scope);
      return read(em);
    },
    { snapshot: true },
  );
}

function compare(one = '', other = ''): number {
  return one < other ? -1 : Number(one > other);
}
