import { parseArgs, type ParseArgsConfig } from 'node:util';

/** What a command ends with: nothing found, something found, or it could not even look. */
export const exit = { fine: 0, findings: 1, unusable: 2 } as const;
export type Exit = (typeof exit)[keyof typeof exit];

/** Where a command writes: what was asked for, and what is said about it. */
export interface Output {
  write(text: string): void | Promise<void>;
  say(text: string): void;
}

/** What a command was called with, checked against its options. */
export interface Given {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly output: Output;
}

/** Two words after `cardea`, such as `policy lint`. */
export interface Command {
  readonly group: string;
  readonly name: string;
  readonly summary: string;
  /** All that `--help` says. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  run(given: Given): Promise<Exit>;
}

/** The command was called wrongly, or what it was called with cannot be loaded; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const program = 'cardea';

/** Runs `cardea GROUP COMMAND …`. @param args what follows the name of the program */
export async function runCommand(commands: readonly Command[], args: readonly string[], output: Output): Promise<Exit> {
  const [group, word, ...rest] = args;
  const mine = commands.filter((known) => known.group === group);
  if (group === '--help' || (mine.length > 0 && (word === '--help' || word === undefined))) {
    await output.write(overview(group === '--help' ? commands : mine));
    return group !== '--help' && word === undefined ? exit.unusable : exit.fine;
  }
  const command = mine.find((known) => known.name === word);
  if (!command) {
    output.say(`unknown command "${args.slice(0, 2).join(' ')}"\n\n${overview(commands)}`);
    return exit.unusable;
  }
  try {
    const given = parse(command, rest);
    if (given.values.help === true) {
      await output.write(command.help);
      return exit.fine;
    }
    return await command.run({ ...given, output });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.say(`${program} ${command.group} ${command.name}: ${error.message}\n`);
    return exit.unusable;
  }
}

/** The value of an option that must be there. @throws UsageError */
export function required({ values }: Given, option: string): string {
  const value = values[option];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${option} is missing; see --help`);
  return value;
}

/** One of the allowed values of an option. @throws UsageError */
export function choice<T extends string>({ values }: Given, option: string, allowed: readonly [T, ...T[]]): T {
  const value = values[option] ?? allowed[0];
  const found = allowed.find((known) => known === value);
  if (found === undefined) throw new UsageError(`--${option} must be ${allowed.join(', ')}, not "${String(value)}"`);
  return found;
}

function parse(command: Command, args: readonly string[]): Omit<Given, 'output'> {
  const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { positionals, values: values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function overview(commands: readonly Command[]): string {
  const named = commands.map(({ group, name, summary }) => ({ words: `${group} ${name}`, summary }));
  const width = Math.max(...named.map(({ words }) => words.length));
  const lines = named.map(({ words, summary }) => `  ${words.padEnd(width)}  ${summary}`);
  return [
    `Usage: ${program} GROUP COMMAND [options]`,
    '',
    ...lines,
    '',
    `\`${program} GROUP COMMAND --help\` says more of each. They end with 0 where all is well, with 1 where something was`,
    'found, and with 2 where the command was called wrongly, or what it is to look at cannot be read.',
    '',
  ].join('\n');
}
