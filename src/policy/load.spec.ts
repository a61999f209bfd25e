import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { loadBundle } from './load.js';
import { PolicyError } from './problem.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** `line:column message` of everything that is wrong, without the folder. */
function problemsOf(text: string, name = 'dossier.policy.yaml'): string[] {
  try {
    loadBundle(folderOf({ [name]: text }));
  } catch (error) {
    if (error instanceof PolicyError) return error.problems.map((p) => `${p.line}:${p.column} ${p.message}`);
    throw error;
  }
  return [];
}

const reason = 'reason: { en: Yes., fr: Oui., nl: Ja., de: Ja. }';

/** A sound policy; the line that a test breaks is replaced by what it gives. */
const sound = [
  'type: dossier', // 1
  'actions: [open, edit]', // 2
  'paths:', // 3
  "  manager: { resource: { managers: { contains: '${subject.id}' } } }", // 4
  'rules:', // 5
  '  - id: worker', // 6
  '    effect: allow', // 7
  '    actions: [open]', // 8
  '    by: [manager]', // 9
  '    subject: { profile: collaborator }', // 10
  '    resource: { status: active }', // 11
  `    ${reason}`, // 12
];

function withLine(line: number, ...replacement: string[]): string {
  return [...sound.slice(0, line - 1), ...replacement, ...sound.slice(line)].join('\n');
}

describe('loading a bundle', () => {
  it('gives the policies of a folder by type, with actions, paths and rules in the order of the file', () => {
    const text = sound.join('\n');
    const { policies } = loadBundle(folderOf({ 'dossier.policy.yaml': text }));
    const policy = policies.get('dossier');
    expect(policy).toMatchObject({ type: 'dossier', actions: ['open', 'edit'], source: text });
    expect([...policy!.paths.keys()]).toEqual(['manager']);
    expect(policy!.rules).toMatchObject([
      { id: 'worker', effect: 'allow', actions: ['open'], by: ['manager'], line: 6 },
    ]);
  });

  it('writes out the actions of a rule that says *', () => {
    const { policies } = loadBundle(folderOf({ 'dossier.policy.yaml': withLine(8, "    actions: '*'") }));
    expect(policies.get('dossier')!.rules[0]!.actions).toEqual(['open', 'edit']);
  });

  it('hashes the content: the same files give the same hash, any other character another', () => {
    const files = { 'dossier.policy.yaml': sound.join('\n') };
    const { hash } = loadBundle(folderOf(files));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(loadBundle(folderOf(files)).hash).toBe(hash);
    expect(loadBundle(folderOf({ 'dossier.policy.yaml': `${sound.join('\n')}\n# note` })).hash).not.toBe(hash);
  });

  it('loads a policy without cases: lint is what asks for them', () => {
    expect(problemsOf(sound.join('\n'))).toEqual([]);
  });

  it('loads a type that is not built in from its file alone, with attributes under properties', () => {
    const text = withLine(1, 'type: record')
      .replace("managers: { contains: '${subject.id}' }", "properties.owner: '${subject.id}'")
      .replace('status: active', "properties.meta.stage: { ne: '${context.stage}' }");
    expect(problemsOf(text, 'record.policy.yaml')).toEqual([]);
  });
});

describe('a bundle that must not be used', () => {
  it('reports every problem at once, with file, line and column', () => {
    const text = withLine(10, '    subject: { profile: admim }').replace('status: active', 'statu: active');
    const folder = folderOf({ 'dossier.policy.yaml': text });
    const file = join(folder, 'dossier.policy.yaml');
    expect(() => loadBundle(folder)).toThrow(
      new PolicyError([
        {
          file,
          line: 10,
          column: 25,
          message: 'unknown profile "admim": one of admin, collaborator, support, system',
        },
        {
          file,
          line: 11,
          column: 17,
          message:
            'unknown word "statu" of resource: one of id, status, private, clientGroup, managers, guests, excluded',
        },
      ]),
    );
  });

  it('is whole or not at all: one bad file refuses the good ones too', () => {
    const folder = folderOf({ 'dossier.policy.yaml': sound.join('\n'), 'office.policy.yaml': 'type: office' });
    expect(() => loadBundle(folder)).toThrow(/office\.policy\.yaml:1:1 a policy lacks actions, rules/);
  });

  it('is a folder that is missing, or that has no policy', () => {
    expect(() => loadBundle('/nowhere/policies')).toThrow(/^\/nowhere\/policies:1:1 cannot be read/);
    expect(() => loadBundle(folderOf({ 'README.md': '' }))).toThrow(/:1:1 has no file named <type>\.policy\.yaml/);
  });

  it('is a policy file that cannot be read', () => {
    const folder = folderOf({ 'dossier.policy.yaml': sound.join('\n') });
    mkdirSync(join(folder, 'office.policy.yaml'));
    expect(() => loadBundle(folder)).toThrow(/office\.policy\.yaml:1:1 cannot be read/);
  });

  it.each<[what: string, line: number, text: string[], problem: string]>([
    ['text that is no YAML', 2, ['actions: [open'], '3:1 Flow sequence in block collection must be sufficiently'],
    ['a duplicate key', 7, ['    effect: allow', '    effect: deny'], '8:5 Map keys must be unique'],
    ['a second document', 12, [`    ${reason}`, '---', 'type: office'], '13:1 Source contains multiple documents'],
    ['a tag', 6, ['  - id: !!js/function worker'], '6:9 Unresolved tag: tag:yaml.org,2002:js/function'],
    ['an alias', 11, ['    resource: *x'], '11:15 a condition must be a mapping; aliases are not used'],
    ['an unknown member of the file', 5, ['rule: []', 'rules:'], '5:1 unknown member "rule" of a policy: one of'],
    ['an unknown member of a rule', 9, ['    through: [manager]'], '9:5 unknown member "through" of a rule: one of'],
    ['an unknown type', 1, ['type: dosier'], '1:7 the policy of type "dosier" belongs in dosier.policy.yaml'],
    ['a type that is no name', 1, ['type: Dossier'], '1:7 the type "Dossier" must fit ^[a-z][a-z0-9_]{0,63}$'],
    ['the type that plain CASL takes for any', 1, ['type: all'], '1:7 "all" is a reserved name'],
    ['the type constructor', 1, ['type: constructor'], '1:7 "constructor" is a reserved name'],
    ['the action that plain CASL takes for any', 2, ['actions: [open, manage]'], '2:17 "manage" is a reserved name'],
    ['the action __proto__', 2, ['actions: [open, __proto__]'], '2:17 a member of actions "__proto__" must fit'],
    ['the action prototype', 2, ['actions: [open, prototype]'], '2:17 "prototype" is a reserved name'],
    ['an action with a comma', 2, ["actions: [open, 'a,b']"], '2:17 a member of actions "a,b" must fit'],
    ['an action twice', 2, ['actions: [open, open]'], '2:17 "open" is twice in actions'],
    ['no actions', 2, ['actions: []'], '2:10 actions must not be empty'],
    ['a rule without actions', 8, ['    actions: []'], '8:14 the actions of a rule must not be empty'],
    ['an unknown action', 8, ['    actions: [open, clos]'], '8:21 unknown action "clos": one of open, edit'],
    ['an unknown path', 9, ['    by: [manger]'], '9:10 unknown path "manger": one of manager'],
    ['a deny by a path', 7, ['    effect: deny'], '9:9 a deny rule takes no paths'],
    ['an unknown effect', 7, ['    effect: forbid'], '7:13 unknown effect "forbid": one of allow, deny'],
    [
      'a path named __proto__',
      4,
      ['  __proto__: { subject: { profile: admin } }'],
      '4:3 the path name "__proto__" must fit',
    ],
    [
      'a path named constructor',
      4,
      ['  constructor: { subject: { profile: admin } }'],
      '4:3 the path name "constructor"',
    ],
    ['a rule id with a slash', 6, ['  - id: work/er'], '6:9 the id "work/er" must fit'],
    ['a missing member', 7, [], '6:5 a rule lacks effect'],
    ['a missing translation', 12, ['    reason: { en: Yes., fr: Oui., nl: Ja. }'], '12:13 a reason lacks de'],
    [
      'an empty translation',
      12,
      [`    reason: { en: Yes., fr: '', nl: Ja., de: Ja. }`],
      '12:29 the reason in fr must not be',
    ],
    [
      'a fifth language',
      12,
      ['    reason: { en: Y, fr: O, nl: J, de: J, it: S }'],
      '12:43 unknown member "it" of a reason',
    ],
    [
      'a reason that is no text',
      12,
      ['    reason: { en: yes, fr: 1, nl: Ja, de: Ja }'],
      '12:28 the reason in fr must be a text',
    ],
  ])('refuses %s', (_what, line, text, problem) => {
    expect(problemsOf(withLine(line, ...text))[0]).toMatch(startingWith(problem));
  });

  it.each<[what: string, condition: string, problem: string]>([
    ['conditions that match everything', 'resource: {}', '11:15 a condition must not be empty'],
    ['a condition without a value', 'resource:', '11:5 a condition must be a mapping; there is nothing here'],
    ['an empty all', 'resource: { all: [] }', '11:22 "all" must not be empty'],
    ['an empty any', 'resource: { any: [] }', '11:22 "any" must not be empty'],
    ['an empty not', 'resource: { not: {} }', '11:22 a condition must not be empty'],
    ['an empty list', 'resource: { status: [] }', '11:25 the value of "in" must not be empty'],
    ['a test that asks nothing', 'resource: { status: {} }', '11:25 "status" must not be empty'],
    ['an unknown operator', 'resource: { status: { is: active } }', '11:27 unknown operator "is": one of eq, ne'],
    ['a Mongo operator', 'resource: { status: { $eq: active } }', '11:27 unknown operator "$eq"'],
    ['an unknown word', 'resource: { stage: active }', '11:17 unknown word "stage" of resource'],
    ['an unknown subject word', 'context: { a: x }\n    office: { onlyAdmin: true }', '12:15 unknown word "onlyAdmin"'],
    ['an attribute path __proto__', 'resource: { __proto__: active }', '11:17 unknown word "__proto__"'],
    ['an unknown value', 'resource: { status: closed }', '11:25 unknown dossier status "closed": one of draft, active'],
    ['an unknown value in a list', 'resource: { status: [active, x] }', '11:34 unknown dossier status "x"'],
    ['a text for a truth value', "resource: { private: 'no' }", '11:26 must be true or false'],
    [
      'null, which matches what is missing',
      'resource: { clientGroup: null }',
      '11:30 a value must be a text, a number',
    ],
    ['a number for an id', 'resource: { clientGroup: 7 }', '11:30 "7" is no client_group id'],
    ['an id that JavaScript gives a meaning', 'resource: { id: constructor }', '11:21 "constructor" is no dossier id'],
    [
      'equality with a set',
      "resource: { managers: '${subject.id}' }",
      '11:27 "managers" holds a set: ask with contains',
    ],
    [
      'order where there is none',
      'resource: { status: { gt: active } }',
      '11:31 "status" holds dossier status: ask with',
    ],
    ['exists of what always is', 'resource: { status: { exists: true } }', '11:35 "status" holds dossier status'],
    [
      'exists without a truth value',
      'resource: { clientGroup: { exists: 1 } }',
      '11:40 "exists" must be true or false',
    ],
    ['a reference to nothing', "resource: { id: '${subject.ident}' }", '11:21 unknown reference "${subject.ident}"'],
    ['a reference to the resource', "resource: { id: '${resource.id}' }", '11:21 "${resource.id}" is no reference'],
    ['a reference in a text', "resource: { id: 'x-${subject.id}' }", '11:21 "x-${subject.id}" is no reference'],
    ['a reference to __proto__', "resource: { id: '${context.__proto__}' }", '11:21 unknown reference'],
    ['a reference to a.constructor', "resource: { id: '${context.a.constructor}' }", '11:21 unknown reference'],
    ['a reference in a list', "resource: { id: ['${subject.id}'] }", '11:22 a reference stands for a whole list'],
    [
      'a set for a value',
      "resource: { clientGroup: '${subject.clientGroups}' }",
      '11:30 "${subject.clientGroups}" is a set',
    ],
    [
      'a value for a list',
      "resource: { id: { in: '${subject.id}' } }",
      '11:27 "${subject.id}" is one value; a list is',
    ],
    [
      'ids of another kind',
      "resource: { clientGroup: '${subject.id}' }",
      '11:30 "${subject.id}" holds collaborator id',
    ],
  ])('refuses %s', (_what, condition, problem) => {
    expect(problemsOf(withLine(11, `    ${condition}`))[0]).toMatch(startingWith(problem));
  });

  it('refuses a rule id that is used twice, at the second', () => {
    const rules = sound.slice(5);
    expect(problemsOf([...sound, ...rules].join('\n'))).toEqual(['13:9 the rule id "worker" is used twice']);
  });

  it('refuses conditions with more alternatives than a decision should walk', () => {
    const pair = '{ any: [{ status: active }, { private: true }] }';
    const text = withLine(11, `    resource: { all: [${Array(5).fill(pair).join(', ')}] }`);
    expect(problemsOf(text)).toEqual(['11:15 more than 16 alternatives: split the rule']);
  });

  it('refuses two tests of one field that no CASL condition can hold, in a rule and over its path', () => {
    const twice = '    resource: { all: [{ managers: { notContains: a } }, { managers: { notContains: b } }] }';
    expect(problemsOf(withLine(11, twice))).toEqual(['11:15 "notContains" is asked twice of "managers"']);
    const inPath = withLine(4, '  manager: { resource: { managers: { notContains: a } } }');
    const overPath = inPath.replace('status: active', 'managers: { notContains: b }');
    expect(problemsOf(overPath)).toEqual(['9:10 "notContains" of "managers" is in the rule and in the path']);
  });

  it.each(['properties.__proto__.x', 'properties.constructor', 'properties.a.prototype', 'properties.toString'])(
    'refuses the attribute path %s of a type that is not built in',
    (path) => {
      const text = withLine(1, 'type: record').replace(/\{ managers.*\} \} \}/, "{ id: '${subject.id}' } }");
      const broken = text.replace('status: active', `${path}: x`);
      expect(problemsOf(broken, 'record.policy.yaml')).toEqual([`11:17 unknown word "${path}" of resource: one of id`]);
    },
  );
});

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
