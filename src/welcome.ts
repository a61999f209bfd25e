import type { INestApplication } from '@nestjs/common';
import { seedBootstrapKey } from '#src/platform/bootstrap.js';
import { storePlatformKey } from '#src/platform/auth/key-store.js';
import { Database } from '#src/platform/database.js';
import type { Settings } from '#src/platform/settings.js';

/**
 * Makes sure that there is a way in, and on the first start of the embedded default something to ask about.
 *
 * @returns what to print once the address is known
 */
export async function welcome(app: INestApplication, settings: Settings): Promise<(url: string) => string> {
  const database = app.get(Database);
  const { bootstrapKey, dataDir, databaseUrl } = settings;
  const isEmbedded = databaseUrl === undefined;
  const seeded = await seedBootstrapKey({ bootstrapKey, isEmbedded, dataDir }, (key) =>
    storePlatformKey(database, key),
  );
  return (url) =>
    `Cardea listens on ${url}${seeded ? '' : ' (no bootstrap key: set CARDEA_BOOTSTRAP_KEY to make one)'}\n`;
}
