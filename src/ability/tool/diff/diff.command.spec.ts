import { cpSync, createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Excel from 'exceljs';
import { loadBundle } from '#src/policy/load.js';
import { compile } from '#src/ability/compile.js';
import { decide } from '#src/ability/decide.js';
import { runCommand } from '#src/platform/command.js';
import { diffCommand } from './diff.command.js';
import { officeInExport } from './from-export.js';

let folder: string;
let changed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diff-'));
  changed = join(folder, 'policies');
  cpSync('policies', changed, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const demo = 'examples/demo/schelde.ndjson';
/** Larger, and someone is excluded. */
const large = 'examples/demo/horta.ndjson';

async function diff(...args: string[]): Promise<{ exit: number; text: string }> {
  let text = '';
  const add = (more: string) => void (text += more);
  return { exit: await runCommand([diffCommand], ['policy', 'diff', ...args], { write: add, say: add }), text };
}

function edit(from: string, to: string): void {
  const file = join(changed, 'dossier.policy.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

/** Everyone, every action, every dossier, one by one. */
async function bruteForce(file = demo): Promise<string[]> {
  const [before, after] = ['policies', changed].map((one) => loadBundle(one).policies.get('dossier')!);
  const { settings, subjects, dossiers } = await officeInExport(
    'schelde',
    createInterface({ input: createReadStream(file) }),
  );
  const found: string[] = [];
  for await (const page of dossiers) {
    for (const subject of subjects) {
      const [old, young] = [compile(before!, { subject, settings }), compile(after!, { subject, settings })];
      for (const dossier of page) {
        for (const action of before!.actions) {
          const [could, can] = [decide(old, action, dossier).allowed, decide(young, action, dossier).allowed];
          if (could !== can) found.push(`${subject.id} ${can ? 'gains' : 'loses'} ${action} ${dossier.id}`);
        }
      }
    }
  }
  return found.sort();
}

interface Listed {
  differences: Record<string, string>[];
  offices: { office: string; dossiers: number; gains: number; loses: number }[];
}

async function listed(file = demo): Promise<{ rows: string[]; offices: Listed['offices'] }> {
  const { text } = await diff('policies', changed, '--export', file, '--format', 'json');
  const { differences, offices } = JSON.parse(text) as Listed;
  const rows = differences.map((one) => `${one.collaborator} ${one.change} ${one.action} ${one.dossier}`).sort();
  return { rows, offices };
}

const loosened = ['private: false, clientGroup: { in:', 'clientGroup: { in:'] as const;

describe('the difference of two policies over the demo office', () => {
  it('is nothing where they are the same, or say the same in other words', async () => {
    edit(
      'subject: { profile: support }\n    resource: { status: active }',
      'subject: { profile: support }\n    resource: { not: { status: { ne: active } } }',
    );
    expect(await listed()).toMatchObject({ rows: [], offices: [{ gains: 0, loses: 0 }] });
  });

  it.each<[what: string, from: string, to: string, file: string]>([
    ['client groups open private dossiers too', ...loosened, demo],
    ['collaborators lose a right', 'validate, communicate, export]', 'validate, communicate]', demo],
    [
      'exclusions of dossiers are forgotten',
      "- excluded: { contains: '${subject.id}' }\n",
      '- excluded: { contains: nobody }\n',
      large,
    ],
    [
      'guests count as managers',
      "  manager:\n    resource: { managers: { contains: '${subject.id}' } }",
      "  manager:\n    resource: { any: [{ managers: { contains: '${subject.id}' } }, { guests: { contains: '${subject.id}' } }] }",
      demo,
    ],
    [
      'whoever is no guest opens everything',
      '  - id: office-system',
      "  - id: odd\n    effect: allow\n    actions: [open]\n    resource: { guests: { notContains: '${subject.id}' } }\n    reason: { en: A, fr: B, nl: C, de: D }\n\n  - id: office-system",
      demo,
    ],
  ])('lists exactly what everyone asked about everything finds: %s', async (_what, from, to, file) => {
    edit(from, to);
    const expected = await bruteForce(file);
    expect(expected.length).toBeGreaterThan(0);
    const { rows, offices } = await listed(file);
    expect(rows).toEqual(expected);
    expect(offices[0]!.gains + offices[0]!.loses).toBe(expected.length);
  });

  it('fails where there are more differences than allowed, and says how many there are', async () => {
    edit(...loosened);
    const all = (await bruteForce()).length;
    const args = ['policies', changed, '--export', demo, '--limit', '1'];
    expect(await diff(...args, '--fail-over', String(all))).toMatchObject({ exit: 0 });
    const { exit, text } = await diff(...args, '--fail-over', String(all - 1));
    expect(exit).toBe(1);
    expect(text).toContain(`… and ${all - 1} more of ${all}`);
    expect(text).toContain(`${all} differences are more than ${all - 1}`);
  });

  it('counts and lists in Markdown and in a workbook', async () => {
    edit(...loosened);
    const all = await bruteForce();
    const { text } = await diff('policies', changed, '--export', demo, '--format', 'markdown', '--limit', '100000');
    expect(text).toContain(`| schelde | ${(await listed()).offices[0]!.dossiers} | ${all.length} | 0 |`);
    expect(text.match(/^\| schelde \| gains \|/gm)).toHaveLength(all.length);
    const file = join(folder, 'diff.xlsx');
    await diff('policies', changed, '--export', demo, '--format', 'xlsx', '--output', file);
    const book = new Excel.Workbook();
    await book.xlsx.readFile(file);
    expect(book.worksheets[0]!.rowCount).toBe(1 + all.length);
  });

  it('ends with 2 where there is nothing to compare', async () => {
    expect(await diff('policies', changed)).toMatchObject({ exit: 2 });
    expect(await diff('policies', '/nowhere', '--export', demo)).toMatchObject({ exit: 2 });
    expect(await diff('policies', changed, '--export', '/nowhere')).toMatchObject({ exit: 2 });
    expect(await diff('policies', changed, '--export', 'README.md')).toMatchObject({ exit: 2 });
    edit('profile: admin', 'profile: admim');
    expect(await diff('policies', changed, '--export', demo)).toMatchObject({ exit: 2 });
  });
});
