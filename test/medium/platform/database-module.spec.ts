import { describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { migrations } from '#migrations/index.js';
import { openDatabase } from '#src/platform/database.module.js';
import { readSettings } from '#src/platform/settings.js';
import { createEmptyDatabase, createTestDatabase } from '#test/support/database.js';
import { makeScratchFolder } from '#test/support/scratch.js';

const migrationsApplied = 'select count(*)::int as applied from schema_migration';
const allApplied = [{ applied: migrations.length }];

describe('the start of the database', () => {
  test('a database that is up to date is opened', async () => {
    const own = await createTestDatabase();
    const database = await openDatabase(readSettings({ DATABASE_URL: own.url }), []);
    expect(await database.asOwner((em) => em.execute(migrationsApplied))).toEqual(allApplied);
    await database.onApplicationShutdown();
    await own.drop();
  });

  test('a database that is not up to date is refused with the command to run, and left as it is', async () => {
    const own = await createEmptyDatabase();
    const settings = readSettings({ DATABASE_URL: own.url });
    await expect(openDatabase(settings, [])).rejects.toThrow(/`npm run migrate`/);
    await expect(openDatabase(settings, [])).rejects.toThrow(/`npm run migrate`/);
    await own.drop();
  });

  test('without DATABASE_URL one is started and brought up to date, and stops with the service', async () => {
    Logger.overrideLogger(false);
    const parent = makeScratchFolder();
    chmodSync(parent, 0o755);
    const settings = readSettings({ DATA_DIR: join(parent, '.cardea') });
    const data = () => join(realpathSync(join(settings.dataDir, 'postgres')), 'data');
    try {
      for (const round of ['first', 'second']) {
        const database = await openDatabase(settings, []);
        expect([round, await database.asOwner((em) => em.execute(migrationsApplied))]).toEqual([round, allApplied]);
        await database.onApplicationShutdown();
        expect(existsSync(join(data(), 'postmaster.pid'))).toBe(false);
      }
    } finally {
      rmSync(parent, { recursive: true });
    }
  });
});
