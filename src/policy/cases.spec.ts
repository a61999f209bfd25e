import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { questionsOf } from './cases.js';
import { readCases } from './load-cases.js';
import { loadBundle } from './load.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const reason = 'reason: { en: Yes., fr: Oui., nl: Ja., de: Ja. }';
const policy = `
type: dossier
actions: [open, edit, activate]
paths:
  manager: { resource: { managers: { contains: '\${subject.id}' } } }
rules:
  - { id: inactive, effect: deny, actions: '*', subject: { status: inactive }, ${reason} }
  - { id: manager, effect: allow, actions: [open, edit], by: [manager], ${reason} }
`;

function read(cases: string | undefined, others: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cases-'));
  folders.push(folder);
  writeFileSync(join(folder, 'dossier.policy.yaml'), policy);
  if (cases !== undefined) writeFileSync(join(folder, 'dossier.cases.yaml'), cases);
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text);
  const { files, problems } = readCases(folder, loadBundle(folder));
  return { files, problems: problems.map((p) => `${p.line}:${p.column} ${p.message.replaceAll(folder, '')}`) };
}

const sound = [
  'type: dossier', // 1
  'settings: { open-office: { onlyAdminsActivate: false } }', // 2
  'subjects:', // 3
  '  mia: { profile: collaborator, clientGroups: [g1] }', // 4
  'resources:', // 5
  '  d1: { status: active, managers: [mia] }', // 6
  'cases:', // 7
  '  - name: A manager opens and edits', // 8
  '    who: mia', // 9
  '    what: [d1]', // 10
  '    by: manager', // 11
  '    settings: open-office', // 12
  '    action: { clientGroup: g1 }', // 13
  '    expect: { allow manager: [open, edit], deny: rest }', // 14
];

function withLine(line: number, ...replacement: string[]): string {
  return [...sound.slice(0, line - 1), ...replacement, ...sound.slice(line)].join('\n');
}

describe('cases', () => {
  it('are facts and questions with one expected answer each', () => {
    const { files, problems } = read(sound.join('\n'));
    expect(problems).toEqual([]);
    const questions = questionsOf(files[0]!);
    expect(questions.map(({ action, expected }) => [action, expected.allowed, expected.rule])).toEqual([
      ['open', true, 'manager'],
      ['edit', true, 'manager'],
      ['activate', false, null],
    ]);
    expect(questions[0]!.case).toMatchObject({
      line: 8,
      settings: { onlyAdminsActivate: false, uniqueGroupNames: false, defaultClientGroup: null },
      action: { clientGroup: 'g1' },
      by: ['manager'],
    });
  });

  it('fill in what a new office, a new collaborator and a new dossier have', () => {
    const { files } = read(sound.join('\n'));
    expect(files[0]!.subjects.get('mia')).toEqual({
      id: 'mia',
      profile: 'collaborator',
      status: 'active',
      clientGroups: ['g1'],
      collaboratorGroups: [],
      excludedClientGroups: [],
      validUntil: null,
    });
    expect(files[0]!.resources.get('d1')).toEqual({
      id: 'd1',
      status: 'active',
      private: false,
      clientGroup: null,
      managers: ['mia'],
      guests: [],
      excluded: [],
    });
  });

  it('ask every who about every what', () => {
    const text = withLine(10, '    what: [d1, d2]').replace(
      'cases:',
      '  d2: { status: draft, managers: [mia] }\ncases:',
    );
    expect(questionsOf(read(text).files[0]!)).toHaveLength(6);
  });

  it('must be there for every policy, and have a policy', () => {
    expect(read(undefined).problems).toEqual(['1:1 has no cases: /dossier.cases.yaml is missing']);
    expect(read(sound.join('\n'), { 'record.cases.yaml': '' }).problems).toEqual([
      '1:1 belongs to no policy of this folder',
    ]);
  });

  it.each<[what: string, line: number, text: string, problem: string]>([
    ['another type', 1, 'type: office', '1:7 these are the cases of "dossier"'],
    ['an unknown setting', 2, 'settings: { s: { onlyAdmins: true } }', '2:18 unknown word "onlyAdmins" of office'],
    ['an unknown profile', 4, '  mia: { profile: admim }', '4:19 unknown profile "admim"'],
    ['a person without a profile', 4, '  mia: { status: active }', '4:3 lacks profile'],
    ['an id that JavaScript gives a meaning', 4, '  __proto__: { profile: admin }', '4:3 "__proto__" is no id'],
    ['a fact of a wrong type', 6, '  d1: { status: active, private: 1 }', '6:34 must be true or false'],
    ['an unknown fact', 6, '  d1: { status: active, group: g1 }', '6:25 unknown word "group" of resource'],
    ['a dossier without a status', 6, '  d1: {}', '6:3 lacks status'],
    ['a value for a set', 6, '  d1: { status: active, managers: mia }', '6:35 "managers" must be a list'],
    ['an unknown member', 8, '  - title: A manager', '8:5 a case lacks name'],
    ['an unknown person', 9, '    who: mio', '9:10 unknown subject "mio"'],
    ['an unknown dossier', 10, '    what: [d1, d3]', '10:16 unknown resource "d3"'],
    ['an unknown path', 11, '    by: boss', '11:9 unknown path "boss"'],
    ['unknown settings', 12, '    settings: closed', '12:15 unknown settings "closed"'],
    ['an unknown action property', 13, '    action: { group: g1 }', '13:15 unknown word "group" of action'],
    ['an allow without a rule', 14, '    expect: { allow: [open] }', '14:15 "allow" must be "allow <rule>"'],
    ['an unknown rule', 14, '    expect: { allow boss: [open] }', '14:15 unknown rule "boss"'],
    [
      'an allow by a deny rule',
      14,
      '    expect: { allow inactive: [open] }',
      '14:15 the rule "inactive" does not allow',
    ],
    ['an unknown action', 14, '    expect: { deny: [close] }', '14:22 unknown action "close"'],
    [
      'two answers to one question',
      14,
      "    expect: { allow manager: [open], deny: '*' }",
      '14:38 "open" is expected twice',
    ],
    ['two rests', 14, '    expect: { allow manager: rest, deny: rest }', '14:42 "rest" is here twice'],
    ['nothing expected', 14, '    expect: {}', '14:13 "expect" must not be empty'],
  ])('refuse %s, with line and column', (_what, line, text, problem) => {
    const { files, problems } = read(withLine(line, text));
    expect(files).toEqual([]);
    expect(problems.map((found) => found.slice(0, problem.length))).toContain(problem);
  });

  it('are refused when they are no YAML', () => {
    expect(read('cases: [').problems[0]).toMatch(/^1:9 /);
  });
});
