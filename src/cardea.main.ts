#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommand } from '#src/ability/tool/command.js';
import { explainCommand } from '#src/ability/tool/explain.command.js';
import { lintCommand } from '#src/ability/tool/lint.command.js';
import { testCommand } from '#src/ability/tool/test.command.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The command line: `cardea policy …`. */
process.exitCode = await runCommand([lintCommand(version), testCommand, explainCommand], process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  say: (text) => process.stderr.write(text),
});
