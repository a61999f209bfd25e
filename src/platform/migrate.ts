import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM, type PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { MigrationObject } from '@mikro-orm/core';
import pg from 'pg';
import { migrations as all } from '#migrations/index.js';
import { asUnavailable } from './database-errors.js';

/** How a database stands to the migrations that this version knows. */
export interface SchemaStatus {
  applied: string[];
  pending: string[];
  /** Applied by a newer version. */
  unknown: string[];
}

/** The database is older or newer than this version; the message names the command to run. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

const tableName = 'schema_migration';
/** Any number that nothing else in the database takes. */
const lockKey = 0x6d_69_67_72;
const connectDeadlineMs = 10_000;

/**
 * Applies what is pending, all or nothing, one process at a time.
 *
 * @returns the names of what was applied
 * @throws SchemaError where the database is newer than this version
 */
export async function migrateUp(url: string, migrations: readonly MigrationObject[] = all): Promise<string[]> {
  return locked(url, async () => {
    refuseNewer(await schemaStatus(url, migrations));
    return withMigrator(url, migrations, (migrator) => migrator.up());
  });
}

/**
 * Takes the last migration back.
 *
 * @returns its name, or nothing where none was applied
 * @throws SchemaError where the database is newer than this version, which cannot know how
 */
export async function migrateDown(url: string, migrations: readonly MigrationObject[] = all): Promise<string[]> {
  return locked(url, async () => {
    const status = await schemaStatus(url, migrations);
    refuseNewer(status);
    return status.applied.length === 0 ? [] : withMigrator(url, migrations, (migrator) => migrator.down());
  });
}

/** Compares a database with the migrations, and changes nothing. */
export async function schemaStatus(url: string, migrations: readonly MigrationObject[] = all): Promise<SchemaStatus> {
  const applied = await withClient(url, async (client) => {
    const { rowCount } = await client.query('select where to_regclass($1) is not null', [tableName]);
    if (!rowCount) return [];
    return (await client.query<{ name: string }>(`select name from ${tableName} order by id`)).rows.map(
      ({ name }) => name,
    );
  });
  const known = migrations.map(({ name }) => name);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Makes sure that this version and the database belong together.
 *
 * @throws SchemaError that names the command to run
 */
export async function assertSchemaIsCurrent(url: string, migrations: readonly MigrationObject[] = all): Promise<void> {
  const status = await schemaStatus(url, migrations);
  refuseNewer(status);
  if (status.pending.length > 0) {
    throw new SchemaError(
      `The database is older than this version of Cardea (${status.pending.length} migrations to apply): run \`npm run migrate\``,
    );
  }
}

function refuseNewer({ unknown }: SchemaStatus): void {
  if (unknown.length === 0) return;
  throw new SchemaError(
    `The database is newer than this version of Cardea (it has ${unknown.join(', ')}): start the version that made it, ` +
      'or take it back with that version and `npm run migrate -- down`',
  );
}

async function withMigrator(
  url: string,
  migrationsList: readonly MigrationObject[],
  use: (migrator: Migrator) => Promise<{ name: string }[]>,
): Promise<string[]> {
  const orm = await MikroORM.init<PostgreSqlDriver>(
    defineConfig({
      clientUrl: url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
      ensureDatabase: false,
      extensions: [Migrator],
      driverOptions: { connectionString: url, application_name: 'cardea-migrate' },
      migrations: {
        tableName,
        migrationsList: [...migrationsList],
        snapshot: false,
        // Switching off foreign keys needs a superuser, which a managed PostgreSQL does not give.
        disableForeignKeys: false,
        silent: true,
      },
    }),
  );
  try {
    return (await use(orm.migrator as Migrator)).map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}

/** Two instances that start at once must not migrate at once. */
async function locked<T>(url: string, work: () => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    return work();
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectDeadlineMs });
  // The statement under way rejects; an unheard event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
