import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { Database, type DatabaseOptions } from './database.js';
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
  const { databaseUrl, databasePoolMax: poolMax, requestDeadlineMs: deadlineMs } = settings;
  if (databaseUrl) {
    await assertSchemaIsCurrent(databaseUrl);
    return Database.open({ url: databaseUrl, entities, poolMax, deadlineMs });
  }
  const logger = new Logger('PostgreSQL');
  const log = (message: string) => logger.log(message);
  const server = await EmbeddedPostgres.start({ dataDir: settings.dataDir, connections: poolMax, log });
  try {
    await migrateUp(server.url);
    return await Database.open({ url: server.url, entities, poolMax, deadlineMs }, () => server.stop());
  } catch (error) {
    await server.stop();
    throw error;
  }
}
