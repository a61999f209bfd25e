import pg from 'pg';
import { UsageError, type Given } from '#src/platform/command.js';
import { readSettings } from '#src/platform/settings.js';

/** The database that is looked at, where it is not that of `DATABASE_URL`. */
export const databaseOption = { database: { type: 'string' } } as const;

/**
 * Runs `use` on the database that was named, as of one moment.
 *
 * @throws UsageError where none was named, or it cannot be reached
 */
export async function onDatabase<T>({ values }: Given, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = typeof values.database === 'string' ? values.database : readSettings().databaseUrl;
  if (url === undefined) throw new UsageError('there is no database to look at: --database or DATABASE_URL names it');
  const client = new pg.Client({ connectionString: url, application_name: 'cardea audit' });
  await client.connect().catch(cannotRead);
  try {
    await client.query('begin isolation level repeatable read read only');
    return await use(client);
  } finally {
    await client.end();
  }
}

/** For what is not there, or not ours to read. @throws UsageError with what the system says, else the error itself */
export function cannotRead(error: unknown): never {
  if (error instanceof Error && 'code' in error) throw new UsageError(error.message);
  throw error;
}
