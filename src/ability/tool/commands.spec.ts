import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '#src/platform/command.js';
import { PolicyBundles } from '#src/ability/bundles.js';
import { loadBundle } from '#src/policy/load.js';
import { bundleCommand } from './bundle.command.js';
import { explainCommand } from './explain.command.js';
import { lintCommand } from './lint.command.js';
import { testCommand } from './test.command.js';

interface Sarif {
  version: string;
  runs: { tool: { driver: { rules: { id: string }[] } }; results: SarifResult[] }[];
}
interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level: string;
  locations: { physicalLocation: { artifactLocation: { uri: string }; region: object } }[];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'));
  cpSync('policies', folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command line, and gives what it ends with and all that it prints. */
async function run(...args: string[]): Promise<{ exit: number; text: string }> {
  let text = '';
  const add = (more: string) => void (text += more);
  const commands = [lintCommand('1.2.3'), testCommand, explainCommand, bundleCommand];
  return { exit: await runCommand(commands, ['policy', ...args], { write: add, say: add }), text };
}

function edit(name: string, from: string, to: string): void {
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

describe('the command line', () => {
  it.each(['lint', 'test', 'explain'])('says how %s is used', async (command) => {
    const { exit, text } = await run(command, '--help');
    expect(exit).toBe(0);
    expect(text).toMatch(new RegExp(`^Usage: cardea policy ${command} `));
  });

  it('lists its commands, all or those of a group', async () => {
    const { exit, text } = await run('--help');
    expect([exit, text.match(/^ {2}policy \w+/gm)]).toEqual([
      0,
      ['lint', 'test', 'explain', 'bundle'].map((name) => `  policy ${name}`),
    ]);
    expect(await run()).toEqual({ exit: 2, text });
  });

  it.each([
    ['an unknown command', ['lnt'], /unknown command "policy lnt"/],
    ['an unknown option', ['lint', '--fix'], /--fix/],
    ['an unknown format', ['lint', '--format', 'xml'], /--format must be text, sarif, not "xml"/],
    ['a folder that is missing', ['lint', '/nowhere'], /\/nowhere is no folder/],
    [
      'a case that is missing',
      ['explain', 'policies/dossier.cases.yaml', '--case', 'Nonsense'],
      /has no case "Nonsense"/,
    ],
  ])('ends with 2 for %s', async (_what, args, message) => {
    const { exit, text } = await run(...args);
    expect(text).toMatch(message);
    expect(exit).toBe(2);
  });
});

describe('lint', () => {
  it('finds nothing in the policies that come with Cardea, nor in the examples', async () => {
    const { exit, text } = await run(
      'lint',
      'policies',
      'examples/authzen/policies/authzen',
      'examples/invoices/policies/invoices',
    );
    expect(text.match(/nothing found/g)).toHaveLength(3);
    expect(exit).toBe(0);
  });

  it('names a translation that is missing, where it is missing', async () => {
    edit('office.policy.yaml', '      nl: Administrators beheren het kantoor.\n', '');
    const { exit, text } = await run('lint', folder);
    expect(text).toMatch(/office\.policy\.yaml:\d+:\d+ error a reason lacks nl \(missing-translation\)/);
    expect(exit).toBe(1);
  });

  it('names a rule that no case shows', async () => {
    edit('office.cases.yaml', 'allow everyone-reads: [read]\n', '');
    const { text } = await run('lint', folder);
    expect(text).toMatch(
      /office\.policy\.yaml:\d+:5 warning no case shows the rule "everyone-reads" deciding \(uncovered-rule\)/,
    );
  });

  // Seen to fail with the line after.
  it('writes SARIF 2.1.0 with file, line, column, rule and severity of each finding', async () => {
    edit('office.policy.yaml', 'profile: admin', 'profile: admim');
    const { exit, text } = await run('lint', folder, '--format', 'sarif');
    expect(exit).toBe(1);
    const { version, runs } = JSON.parse(text) as Sarif;
    expect(version).toBe('2.1.0');
    const [result] = runs[0]!.results;
    expect(result).toMatchObject({ ruleId: 'invalid', level: 'error' });
    expect(runs[0]!.tool.driver.rules[result!.ruleIndex]!.id).toBe('invalid');
    const { artifactLocation, region } = result!.locations[0]!.physicalLocation;
    const lines = readFileSync(join(folder, 'office.policy.yaml'), 'utf8').split('\n');
    const startLine = 1 + lines.findIndex((line) => line.includes('admim'));
    expect(region).toEqual({ startLine, startColumn: 1 + lines[startLine - 1]!.indexOf('admim') });
    expect(decodeURIComponent(artifactLocation.uri)).toBe(join(folder, 'office.policy.yaml'));
  });
});

describe('test', () => {
  it('notices every mutant of the policies that come with Cardea', async () => {
    const { exit, text } = await run('test', '--mutants');
    expect(text.match(/100 %\) mutants noticed/g)).toHaveLength(5);
    expect(exit).toBe(0);
  });

  it('names the mistake that no case notices, with its place', async () => {
    edit('dossier.cases.yaml', '    what: active\n    action: { clientGroup: ghent }', '    what: active');
    const { exit, text } = await run('test', folder, '--mutants');
    expect(text).toMatch(
      /dossier\.policy\.yaml:\d+ widen: the rule "own-group-at-activation" has "open" too, and no case notices/,
    );
    expect(exit).toBe(1);
  });

  it('names a branch that no case shows, with its place', async () => {
    edit('dossier.policy.yaml', '        - excluded:', '        - guests: { contains: nobody }\n        - excluded:');
    const { exit, text } = await run('test', folder);
    expect(text).toMatch(
      /dossier\.policy\.yaml:\d+ the rule "excluded": no case in which resource guests contains nobody is met/,
    );
    expect(exit).toBe(1);
  });

  it('ends with 1 for a wrong answer, and with 2 for policies that cannot be loaded', async () => {
    edit('office.cases.yaml', 'allow everyone-reads: [read]', 'allow everyone-reads: [read, configure]');
    expect(await run('test', folder)).toMatchObject({ exit: 1 });
    edit('office.policy.yaml', 'profile: admin', 'profile: admim');
    expect(await run('test', folder)).toMatchObject({ exit: 2 });
  });
});

describe('explain', () => {
  it('shows for each rule about the action which conditions hold', async () => {
    const { exit, text } = await run(
      'explain',
      'policies/dossier.cases.yaml',
      '--case',
      'An exclusion beats the client group',
      '--action',
      'open',
    );
    expect(exit).toBe(0);
    expect(text).toContain('collaborator-excluded open dossier active: denied by the rule "excluded"');
    expect(text).toMatch(/deny inactive-collaborator\n {2}✗ subject status = inactive/);
    expect(text).toMatch(/✓ resource excluded contains \$\{subject\.id\}\n {4}or\n {2}✗ resource clientGroup in/);
    expect(text).toMatch(/✗ by manager[\s\S]*✓ by client_group/);
    expect(text).not.toContain('own-group-at-activation');
  });
});

describe('bundle', () => {
  it('writes what the service loads with the public key, and nothing from unsound policies', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const [key, pub, output] = ['private.pem', 'public.pem', 'out.bundle.json'].map((name) => join(folder, name));
    writeFileSync(key!, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(pub!, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await run('bundle', folder, '--key', key!, '--output', output!)).toMatchObject({ exit: 0 });
    const bundles = PolicyBundles.load({ policyDir: output!, policyPublicKey: pub });
    expect(bundles.standard.hash).toBe(loadBundle('policies').hash);
    expect(() => PolicyBundles.load({ policyDir: folder, policyPublicKey: pub })).toThrow('a signed bundle is needed');
    edit('office.policy.yaml', 'profile: admin', 'profile: admim');
    expect(await run('bundle', folder, '--key', key!, '--output', output!)).toMatchObject({ exit: 2 });
  });
});
