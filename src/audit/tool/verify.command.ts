import { accessSync, constants } from 'node:fs';
import type { Client } from 'pg';
import { exit, type Command, type Exit, type Given } from '#src/platform/command.js';
import { changeLines, decisionLines, linesOf } from '#src/audit/audit-lines.js';
import { verifyChains, type LocatedLine } from '#src/audit/chain-verifier.js';
import { cannotRead, databaseOption, onDatabase } from './sources.js';

const help = `Usage: cardea audit verify [FILE…] [--database URL] [--head HASH…] [--trimmed]

Follows the hashes of the trail and of the log of decisions, and names the first entry that was changed, removed, moved
or put in. It needs nothing but the entries.

  FILE        files of the log of decisions, or of \`cardea audit export\`, in the order of writing, as their names sort;
              without any, both logs in the database are checked
  --database  the database; that of DATABASE_URL where it is not said
  --head      a head that was printed before: its entry must still be there. May be given several times
  --trimmed   chains may lack their beginning, as they do once their oldest entries were deleted

Prints the head of each chain. Ends with 0, with 1 where an entry does not fit, or with 2 where a file or the database
cannot be read.
`;

/** `cardea audit verify` */
export const verifyCommand: Command = {
  group: 'audit',
  name: 'verify',
  summary: 'finds what was changed, removed, moved or put in, in either log',
  help,
  options: { ...databaseOption, head: { type: 'string', multiple: true }, trimmed: { type: 'boolean' } },
  async run(given) {
    const files = given.positionals;
    if (files.length === 0) return onDatabase(given, (client) => check(given, bothOf(client)));
    for (const file of files) readable(file);
    return check(given, linesOf(files));
  },
};

async function check({ values, output }: Given, lines: AsyncIterable<readonly LocatedLine[]>): Promise<Exit> {
  const known = Array.isArray(values.head) ? values.head.map(String) : [];
  const options = { heads: known, mayBeTrimmed: values.trimmed === true };
  const { entries, heads, trimmed, fault } = await verifyChains(lines, options);
  for (const chain of trimmed)
    await output.write(`trimmed ${chain}: its beginning is not here, its first entry not proven\n`);
  if (fault) {
    await output.write(`BROKEN at ${fault.where}: ${fault.why} (${entries} entries before it are in order)\n`);
    return exit.findings;
  }
  for (const [chain, head] of heads) await output.write(`head ${head} ${chain}\n`);
  await output.write(`${entries} entries in ${heads.size} chains are in order\n`);
  return exit.fine;
}

async function* bothOf(client: Client): AsyncGenerator<LocatedLine[]> {
  yield* changeLines(client);
  yield* decisionLines(client);
}

/** @throws UsageError */
function readable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    cannotRead(error);
  }
}
