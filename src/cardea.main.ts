#!/usr/bin/env node
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { runCommand } from '#src/platform/command.js';
import { bundleCommand } from '#src/ability/tool/bundle.command.js';
import { diffCommand } from '#src/ability/tool/diff/diff.command.js';
import { explainCommand } from '#src/ability/tool/explain.command.js';
import { lintCommand } from '#src/ability/tool/lint.command.js';
import { testCommand } from '#src/ability/tool/test.command.js';
import { exportCommand } from '#src/audit/tool/export.command.js';
import { verifyCommand } from '#src/audit/tool/verify.command.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The command line: `cardea policy …`, `cardea audit …`. */
process.exitCode = await runCommand(
  [lintCommand(version), testCommand, explainCommand, diffCommand, bundleCommand, verifyCommand, exportCommand],
  process.argv.slice(2),
  {
    // What nobody has read yet is not heaped up.
    write: async (text) => {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    say: (text) => void process.stderr.write(text),
  },
);
