import { readFileSync, writeFileSync } from 'node:fs';
import { readSources } from '#src/policy/load.js';
import { BundleError, signBundle } from '#src/policy/signed-bundle.js';
import { type Command, exit, required, UsageError } from '#src/platform/command.js';
import { baseOf, baseOption, foldersOf, readSoundFolder } from './folder.js';

const help = `Usage: cardea policy bundle [FOLDER] --key FILE --output FILE [--base FOLDER]

Writes the policies of a folder, which must be sound, into one file with their hash and an Ed25519 signature. A service
with POLICY_PUBLIC_KEY takes no others; POLICY_DIR names the file.

  FOLDER    a folder of policies; "policies" where none is named
  --key     a file with the private key in PEM, as by \`openssl genpkey -algorithm ed25519\`
  --output  the file to write
  --base    the policies that a set for other resources falls back to; "policies" where it is not said

Ends with 0, or with 2 where the policies or the key cannot be loaded.
`;

/** `cardea policy bundle` */
export const bundleCommand: Command = {
  group: 'policy',
  name: 'bundle',
  summary: 'puts policies into one signed file',
  help,
  options: { key: { type: 'string' }, output: { type: 'string' }, ...baseOption },
  async run(given) {
    const [folder, ...more] = foldersOf(given);
    if (folder === undefined || more.length > 0) throw new UsageError('name one FOLDER; see --help');
    const [key, output] = [required(given, 'key'), required(given, 'output')];
    const { bundle } = readSoundFolder(folder, baseOf(given));
    try {
      // They have been read without a problem just now.
      writeFileSync(output, signBundle(readSources(folder, []), readFileSync(key, 'utf8')));
    } catch (error) {
      if (!(error instanceof BundleError) && !(error instanceof Error && 'code' in error)) throw error;
      throw new UsageError(error.message);
    }
    await given.output.write(`${output}: ${bundle.policies.size} policies (bundle ${bundle.hash.slice(0, 12)})\n`);
    return exit.fine;
  },
};
