import pg from 'pg';
import { applicationRole } from '#src/platform/database-connections.js';
import type { TestDatabase } from './database.js';

/** One connection to a test's database, for SQL that goes past the service. */
export interface Sql {
  /** Runs a statement as the owner of the tables, whom row-level security does not bind. */
  owner<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement as the service does: as its role, in one office. `null`: in none. */
  service<Row = Record<string, unknown>>(
    office: string | null,
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens the connection; close it before the database is dropped. */
export async function openSql(database: TestDatabase): Promise<Sql> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // The drop of the database at the end may be the first to close the connection.
  client.on('error', () => undefined);
  const owner = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows as Row[];
  return {
    owner,
    async service<Row>(office: string | null, text: string, values: readonly unknown[] = []) {
      await client.query('begin');
      try {
        await client.query(`set local role ${applicationRole}`);
        if (office !== null) await client.query(`select set_config('cardea.office', $1, true)`, [office]);
        const found = await owner<Row>(text, values);
        await client.query('commit');
        return found;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
    close: () => client.end(),
  };
}

/** How PostgreSQL refuses: the SQLSTATE of a class of errors. */
export const sqlState = {
  check: '23514',
  unique: '23505',
  foreignKey: '23503',
  notNull: '23502',
  history: '23000',
  privilege: '42501',
} as const;

/** How PostgreSQL refused something. */
export interface Refusal {
  code: string | undefined;
  constraint: string | undefined;
  column: string | undefined;
  message: string;
}

/** How PostgreSQL refuses `work`. Throws where it does not. */
export async function refusal(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    const { code, constraint, column, message } = error as Refusal;
    return { code, constraint, column, message };
  }
  throw new Error('PostgreSQL accepted it');
}

/** The rows that the tests of the schema start from: two offices, `a` and `b`, with the same ids and one each of its own. */
export async function seedTwoOffices(sql: Sql): Promise<void> {
  for (const office of ['a', 'b']) {
    await sql.owner(`
      insert into office (id, name, email) values ('${office}', 'Fiduciaire', 'office@office.example');
      insert into collaborator (office, id, email, profile, language, version)
        select '${office}', id, id || '@office.example', 'admin', 'fr', 1 from unnest(array['c1', 'c2', 'c-${office}']) id;
      insert into collaborator_group (office, id, name, version)
        select '${office}', id, id, 1 from unnest(array['k1', 'k-${office}']) id;
      insert into client_group (office, id, name, version)
        select '${office}', id, id, 1 from unnest(array['g1', 'g2', 'g-${office}']) id;
      insert into dossier (office, id, name, version)
        select '${office}', id, id, 1 from unnest(array['d1', 'd2', 'd-${office}']) id;
      update dossier set enterprise_number = '0123456749' where id = 'd1';`);
  }
}
