import { exit, UsageError, type Command } from '#src/platform/command.js';
import { changeLines, decisionLines } from '#src/audit/audit-lines.js';
import { databaseOption, onDatabase } from './sources.js';

const help = `Usage: cardea audit export [--decisions] [--database URL]

Writes the trail of all offices as lines that \`cardea audit verify\` can check anywhere, as of one moment.

  --decisions  the log of decisions instead
  --database   the database; that of DATABASE_URL where it is not said

Ends with 0, or with 2 where the database cannot be reached.
`;

/** `cardea audit export` */
export const exportCommand: Command = {
  group: 'audit',
  name: 'export',
  summary: 'writes the trail, or the log of decisions, as lines',
  help,
  options: { ...databaseOption, decisions: { type: 'boolean' } },
  async run(given) {
    if (given.positionals.length > 0) throw new UsageError('it takes no FILE; see --help');
    const linesIn = given.values.decisions === true ? decisionLines : changeLines;
    await onDatabase(given, async (client) => {
      for await (const chunk of linesIn(client)) {
        await given.output.write(chunk.map(({ line }) => `${line.toString()}\n`).join(''));
      }
    });
    return exit.fine;
  },
};
