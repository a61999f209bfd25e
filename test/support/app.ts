import type { Abstract, Type } from '@nestjs/common';
import { createApp } from '#src/app.js';
import { generateApiKey, hashApiKey } from '#src/platform/auth/api-keys.js';
import { storePlatformKey } from '#src/platform/auth/key-store.js';
import { Database } from '#src/platform/database.js';
import { createLogger } from '#src/platform/logs.js';
import { Metrics } from '#src/platform/metrics.js';
import { readSettings } from '#src/platform/settings.js';
import type { DestinationStream } from 'pino';
import { createTestDatabase, type TestDatabase } from './database.js';
import type { TestService } from './service.js';

/** The whole service on loopback, with a database of its own. */
export interface TestApp extends TestService {
  /** A part of the running service, for a test that spoils it. */
  get<Part>(part: Type<Part> | Abstract<Part>): Part;
  close(): Promise<void>;
}

/**
 * Starts the service as `main` does; `environment` adds settings, `database` shares one between two instances, `log`
 * takes what it logs.
 */
export async function startApp(
  options: {
    environment?: NodeJS.ProcessEnv;
    database?: TestDatabase;
    log?: DestinationStream;
    fenceOff?: boolean;
  } = {},
): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const settings = readSettings({
    DATABASE_URL: database.url,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    REQUEST_DEADLINE_MS: '10000',
    ...options.environment,
  });
  const app = await createApp({
    settings,
    logger: createLogger(settings.logLevel, options.log),
    metrics: new Metrics(),
    fenceOff: options.fenceOff,
  });
  const key = generateApiKey();
  const id = `test-${key.slice(-8).replaceAll(/[^A-Za-z0-9]/g, '0')}`;
  await storePlatformKey(app.get(Database), {
    id,
    name: 'Test',
    hash: hashApiKey(key),
    scopes: ['check', 'read', 'write', 'operate'],
  });
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    key,
    database,
    get: (part) => app.get(part),
    async close() {
      await app.close();
      if (!options.database) await database.drop();
    },
  };
}
