import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database of one spec file's own. */
export interface TestDatabase {
  /** With the superuser's name: row-level security holds for whoever works as `cardea_app`. */
  url: string;
  drop(): Promise<void>;
}

/** A new database with the current schema and no rows: a copy of the run's template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return create(`template "${templateName()}"`);
}

/** A new database with nothing in it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template template0');
}

async function create(clause: string): Promise<TestDatabase> {
  const name = `${process.env.TEST_DATABASE_PREFIX}_${randomBytes(4).toString('hex')}`;
  await onServer((client) => client.query(`create database "${name}" ${clause}`));
  return {
    url: testDatabaseUrl(name),
    drop: async () => {
      await onServer((client) => client.query(`drop database "${name}" with (force)`));
    },
  };
}

/** The database that all databases of this run are copied from. */
export function templateName(): string {
  return `${process.env.TEST_DATABASE_PREFIX}_template`;
}

/** Where the database `name` of the tests' PostgreSQL is. */
export function testDatabaseUrl(name: string): string {
  const url = serverUrl();
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs `work` on a connection to the tests' PostgreSQL that is in none of the tests' databases. */
export async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl().href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): URL {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('This test needs PostgreSQL: its project must name the set-up of test/support');
  return new URL(url);
}
