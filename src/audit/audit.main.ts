import { once } from 'node:events';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readSettings } from '#src/platform/settings.js';
import { changeLines, decisionLines, linesOf } from './audit-lines.js';
import { verifyChains, type LocatedLine } from './chain-verifier.js';

const usage = `npm run audit:verify -- FILE...              check files of the decision log, or of an export
npm run audit:verify                         check both logs in the database of DATABASE_URL
        --database URL   in another database
        --head HASH      a head that was printed before must still be there; may be given several times
        --trimmed        chains may lack their beginning, as they do once their oldest entries were deleted
npm run audit:export [-- --database URL] [--decisions]   write the trail, or the decisions, as lines`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: 'string' },
    head: { type: 'string', multiple: true },
    trimmed: { type: 'boolean' },
    decisions: { type: 'boolean' },
  },
});

async function verify(files: readonly string[]): Promise<void> {
  const options = { heads: values.head ?? [], mayBeTrimmed: values.trimmed ?? false };
  const inDatabase = (use: (lines: AsyncGenerator<LocatedLine[]>) => Promise<void>) =>
    onDatabase((client) => use(both(client)));
  const withLines = files.length > 0 ? (use: typeof check) => use(linesOf(files)) : inDatabase;
  const check = async (lines: AsyncGenerator<LocatedLine[]>) => {
    const { entries, heads, trimmed, fault } = await verifyChains(lines, options);
    for (const chain of trimmed) console.log(`trimmed ${chain}: its beginning is not here, its first entry not proven`);
    if (fault) {
      console.log(`BROKEN at ${fault.where}: ${fault.why} (${entries} entries before it are in order)`);
      process.exitCode = 1;
      return;
    }
    for (const [chain, head] of heads) console.log(`head ${head} ${chain}`);
    console.log(`${entries} entries in ${heads.size} chains are in order`);
  };
  await withLines(check);
}

async function* both(client: pg.Client): AsyncGenerator<LocatedLine[]> {
  yield* changeLines(client);
  yield* decisionLines(client);
}

function exportLines(): Promise<void> {
  return onDatabase(async (client) => {
    for await (const chunk of (values.decisions ? decisionLines : changeLines)(client)) {
      const text = chunk.map(({ line }) => `${line.toString()}\n`).join('');
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    }
  });
}

/** Everything is read as of one moment. */
async function onDatabase(use: (client: pg.Client) => Promise<void>): Promise<void> {
  const url = values.database ?? readSettings().databaseUrl;
  if (url === undefined) throw new Error(`There is neither a file nor a database to look at.\n${usage}`);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await use(client);
  } finally {
    await client.end();
  }
}

const [command, ...files] = positionals;
if (command === 'verify') await verify(files);
else if (command === 'export' && files.length === 0) await exportLines();
else throw new Error(usage);
