import { EmbeddedPostgres } from './embedded-postgres.js';
import { migrateDown, migrateUp, schemaStatus } from './migrate.js';
import { readSettings } from './settings.js';

const usage = `npm run migrate            bring the database up to date (the same as "up")
npm run migrate -- down    take the last migration back
npm run migrate -- status  show what is applied and what is not`;

/** What a command prints. */
const commands: Record<string, (url: string) => Promise<string[]>> = {
  async up(url) {
    const names = await migrateUp(url);
    return names.length === 0 ? ['The database is up to date.'] : names.map((name) => `applied ${name}`);
  },
  async down(url) {
    const names = await migrateDown(url);
    return names.length === 0 ? ['There is nothing to take back.'] : names.map((name) => `took back ${name}`);
  },
  async status(url) {
    const { applied, pending, unknown } = await schemaStatus(url);
    return [
      ...applied.map((name) => `${unknown.includes(name) ? 'newer  ' : 'applied'} ${name}`),
      ...pending.map((name) => `pending ${name}`),
    ];
  },
};

async function main(command: string): Promise<void> {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run) throw new Error(`There is no "${command}".\n${usage}`);
  const { databaseUrl, dataDir } = readSettings();
  const log = (line: string) => console.log(line);
  const own = databaseUrl ? undefined : await EmbeddedPostgres.start({ dataDir, log });
  try {
    for (const line of await run(databaseUrl ?? own?.url ?? '')) log(line);
  } finally {
    await own?.stop();
  }
}

main(process.argv[2] ?? 'up').catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
