import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Policy } from '#src/policy/bundle.js';
import { choice, type Command, exit, type Given, required, UsageError } from '#src/platform/command.js';
import { readSoundFolder } from '#src/ability/tool/folder.js';
import { officesInDatabase } from './from-database.js';
import { officeInExport } from './from-export.js';
import type { OfficeFacts } from '#src/ability/office-facts.js';
import { differencesOf } from '#src/ability/comparison.js';
import { formats, type OfficeCount, type Report, reportIn } from './report.js';

const help = `Usage: cardea policy diff OLD NEW SOURCE [--format table|json|markdown|xlsx] [--output FILE] [--limit N] [--fail-over N]

Compares two folders of policies over real relationships: who gains or loses which action on which dossier, for each
office, as of now. Only collaborators and dossiers are compared, as by a check that says nothing about action properties
or context; every office is looked at by the two folders, whatever policy set it has.

  SOURCE       where the relationships are, one of
               --database URL                    all offices of a database, as its owner
               --export FILE                     an office as an export of it
               --url URL --key KEY --office ID   an office of a running service; ID, ID, … for several
  --format     table (the default), json, markdown or xlsx
  --output     a file to write to; xlsx needs one
  --limit      differences that a table lists, 100 where it is not said; json and xlsx list all
  --fail-over  how many differences are too many

Ends with 0, with 1 where --fail-over is passed, with 2 where something cannot be loaded.
`;

/** `cardea policy diff` */
export const diffCommand: Command = {
  group: 'policy',
  name: 'diff',
  summary: 'tells who gains and who loses by a change of policies',
  help,
  options: Object.fromEntries(
    ['database', 'export', 'url', 'key', 'office', 'format', 'output', 'limit', 'fail-over'].map((name) => [
      name,
      { type: 'string' } as const,
    ]),
  ),
  async run(given) {
    const [before, after] = policiesOf(given);
    const limit = count(given, 'limit') ?? 100;
    const failOver = count(given, 'fail-over');
    const file = typeof given.values.output === 'string' ? { file: given.values.output } : {};
    const offices = sourceOf(given);
    const report = reportIn(choice(given, 'format', formats), { output: given.output, limit, ...file });
    const counts = await compareOffices(before, after, offices, report);
    await report.end(counts);
    const changes = counts.reduce((sum, { gains, loses }) => sum + gains + loses, 0);
    if (failOver === undefined || changes <= failOver) return exit.fine;
    given.output.say(`${changes} differences are more than ${failOver}\n`);
    return exit.findings;
  },
};

/** Tells a report all that differs. @returns how much, for each office */
export async function compareOffices(
  before: Policy,
  after: Policy,
  offices: AsyncIterable<OfficeFacts>,
  report: Pick<Report, 'add'>,
): Promise<OfficeCount[]> {
  const counts: OfficeCount[] = [];
  for await (const facts of offices) {
    const { office } = facts;
    const counted = { office, dossiers: 0, gains: 0, loses: 0 };
    for await (const { differences } of differencesOf(before, after, facts)) {
      counted.dossiers++;
      for (const difference of differences) {
        counted[difference.change]++;
        await report.add({ office, ...difference });
      }
    }
    counts.push(counted);
  }
  return counts;
}

function policiesOf({ positionals }: Given): [Policy, Policy] {
  const [before, after, ...more] = positionals;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError('name OLD and NEW; see --help');
  return [dossierPolicy(before), dossierPolicy(after)];
}

function dossierPolicy(folder: string): Policy {
  const policy = readSoundFolder(folder).bundle.policies.get('dossier');
  if (!policy) throw new UsageError(`${folder} has no policy of dossiers`);
  return policy;
}

function count({ values }: Given, option: string): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text)) throw new UsageError(`--${option} must be a whole number`);
  return Number(text);
}

function sourceOf(given: Given): AsyncIterable<OfficeFacts> {
  const named = ['database', 'export', 'url'].filter((name) => given.values[name] !== undefined);
  if (named.length !== 1) throw new UsageError('name one of --database, --export and --url');
  if (named[0] === 'database') return officesInDatabase(required(given, 'database'));
  if (named[0] === 'export') return exported(required(given, 'export'));
  return served(required(given, 'url'), required(given, 'key'), required(given, 'office').split(/\s*,\s*/));
}

async function* exported(file: string): AsyncGenerator<OfficeFacts> {
  const stream = createReadStream(file);
  await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject)).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  yield await officeInExport(basename(file, '.ndjson'), createInterface({ input: stream, crlfDelay: Infinity }));
}

async function* served(url: string, key: string, offices: readonly string[]): AsyncGenerator<OfficeFacts> {
  for (const office of offices) {
    const address = new URL(`/v1/offices/${encodeURIComponent(office)}/export`, url);
    const answer = await fetch(address, { headers: { authorization: `Bearer ${key}` } });
    if (!answer.ok || !answer.body) throw new UsageError(`${address.href} answered ${answer.status}`);
    const input = Readable.fromWeb(answer.body);
    yield await officeInExport(office, createInterface({ input, crlfDelay: Infinity }));
  }
}
