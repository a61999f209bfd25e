import { Logger, Module, type DynamicModule } from '@nestjs/common';
import type { DatabaseOptions } from './database-connections.js';
import { Database, otherConnections } from './database.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { assertSchemaIsCurrent, migrateUp } from './migrate.js';
import type { Settings } from './settings.js';
import { SigningKey } from './signing-key.js';

/** Gives every room the one {@link Database}, and the key that it keeps for signing. */
@Module({})
export class DatabaseModule {
  /** @param options `entities` come from the rooms that own them: the platform knows none. */
  static forRoot(options: { settings: Settings; entities: DatabaseOptions['entities'] }): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: Database, useFactory: () => openDatabase(options.settings, options.entities) },
        {
          provide: SigningKey,
          inject: [Database],
          useFactory: (database: Database) => database.asOwner((em) => SigningKey.load(em)),
        },
      ],
      exports: [Database, SigningKey],
    };
  }
}

/**
 * Opens the database of `DATABASE_URL`, which must be up to date, or the embedded one, which is brought up to date.
 *
 * @throws SchemaError that names the command to run; Error where the embedded one does not start
 */
export async function openDatabase(settings: Settings, entities: DatabaseOptions['entities']): Promise<Database> {
  const { databasePoolMax: poolMax, requestDeadlineMs: deadlineMs } = settings;
  const server = await startDatabaseServer(settings);
  try {
    return await Database.open({ url: server.url, entities, poolMax, deadlineMs }, () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A PostgreSQL that is there and up to date; `stop` ends it where it is our own. */
export interface DatabaseServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * Looks at the database of `DATABASE_URL`, or starts the embedded one and brings it up to date.
 *
 * @throws SchemaError that names the command to run; Error where the embedded one does not start
 */
export async function startDatabaseServer(settings: Settings): Promise<DatabaseServer> {
  const { databaseUrl, dataDir, databasePoolMax, workers } = settings;
  if (databaseUrl !== undefined) {
    await assertSchemaIsCurrent(databaseUrl);
    return { url: databaseUrl, stop: () => Promise.resolve() };
  }
  const logger = new Logger('PostgreSQL');
  const log = (message: string) => logger.log(message);
  const connections = (databasePoolMax + otherConnections) * workers;
  const server = await EmbeddedPostgres.start({ dataDir, connections, log });
  try {
    await migrateUp(server.url);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
