import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { PolicyBundle } from './bundle.js';
import { rolesOf } from './entity-type.js';
import { readBundle } from './load.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const reason = 'reason: { en: Yes., fr: Oui., nl: Ja., de: Ja. }';
const rule = (more: string) => `  - { id: one, effect: allow, actions: [read], ${more}, ${reason} }`;
const record = (...lines: string[]) => ['type: record', ...lines].join('\n');
const withRule = (more: string) => record('actions: [read]', 'rules:', rule(more));

const dossier = `type: dossier\nactions: [open]\nrules:\n  - { id: one, effect: allow, actions: [open], ${reason} }`;

/** Reads policies by type; `base` is what the set falls back to. */
function read(texts: Record<string, string>, base?: PolicyBundle) {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  folders.push(folder);
  for (const [type, text] of Object.entries(texts)) writeFileSync(join(folder, `${type}.policy.yaml`), text);
  return readBundle(folder, base);
}

/** `line:column message` of everything that is wrong. */
function problemsOf(texts: Record<string, string>, base?: PolicyBundle): string[] {
  return read(texts, base).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('a policy of a type that is not built in', () => {
  it('believes the store alone and knows only what is stored, where it says nothing else', () => {
    const { bundle } = read({ record: withRule('subject: { profile: admin }') });
    expect(bundle.policies.get('record')).toMatchObject({
      subjects: ['collaborator'],
      entities: { aliases: [], asSubject: 'closed', asResource: 'closed', properties: 'stored' },
    });
  });

  it('may be there for its subjects only, without actions and rules', () => {
    const { bundle, problems } = read({ reader: 'type: reader\nentities: { aliases: [identity], asSubject: open }' });
    expect(problems).toEqual([]);
    expect(bundle.aliases.get('identity')).toBe('reader');
    expect(problemsOf({ reader: 'type: reader' })).toEqual(['1:1 a policy lacks actions, rules']);
    expect(problemsOf({ reader: 'type: reader\nentities: { asSubject: open }\nactions: [read]' })).toEqual([
      '1:1 a policy lacks rules',
    ]);
  });

  it.each([
    ['entities: { asSubject: opne }', '2:24 "asSubject" must be one of closed, open'],
    ['entities: { properties: request }', '2:25 "properties" must be one of stored, stored-first, request-first'],
    [
      'entities: { alias: [x] }',
      '2:13 unknown member "alias" of "entities": one of aliases, asSubject, asResource, properties, roles',
    ],
    ['entities: { aliases: [X] }', '2:23 a member of aliases "X" must fit ^[a-z][a-z0-9_]{0,63}$'],
    ['entities: { roles: { inherits: { a: [b] } } }', '2:20 "roles" lacks property'],
    ['entities: { roles: { property: constructor } }', '2:32 "constructor" is no name of a property'],
    ['entities: { roles: { property: role, inherits: { a: b } } }', '2:53 what "a" inherits must be a list'],
    ['subjects: [reader]', '2:12 unknown type of subject "reader": one of collaborator, record'],
    ['subjects: [dossier]', '2:12 unknown type of subject "dossier": one of collaborator, record'],
    [
      'entities: { aliases: [collaborator] }',
      '2:23 the alias "collaborator" is also a name of the type "collaborator"',
    ],
    ['entities: { aliases: [record] }', '2:23 the alias "record" is also a name of the type "record"'],
  ])('is refused with %s', (line, problem) => {
    const lines = ['actions: [read]', 'rules:', rule('context: { a: 1 }')];
    expect(problemsOf({ record: record(line, ...lines) })).toEqual([problem]);
  });

  it('shares no name with another type of its set', () => {
    const reader = 'type: reader\nentities: { aliases: [identity] }';
    const visitor = 'type: visitor\nentities: { aliases: [identity] }';
    expect(problemsOf({ reader, visitor })).toEqual(['2:23 the alias "identity" is also a name of the type "reader"']);
  });

  it.each([
    ['subject: { type: usr }', '4:65 unknown type of subject "usr": one of collaborator'],
    ['subject: { id: 101 }', '4:63 101 is no text: put it in quotes'],
    ['resource: { id: 101 }', '4:64 101 is no text: put it in quotes'],
    ['subject: { roles: admin }', '4:66 "roles" holds a set: ask with contains, notContains, not eq'],
    ['resource: { may: { contains: x } }', '4:60 unknown word "may" of resource: one of id'],
  ])('is refused with the rule %s', (more, problem) => {
    expect(problemsOf({ record: withRule(more) })).toEqual([problem]);
  });

  it('asks about a dossier what can be done with one', () => {
    const may = (action: string, type: string, id: string) =>
      withRule(`may: { action: ${action}, type: ${type}, id: '${id}' }`);
    const good = may('open', 'dossier', '${resource.properties.dossier}');
    const base = read({ dossier }).bundle;
    expect(problemsOf({ record: good }, base)).toEqual([]);
    expect(problemsOf({ record: good, dossier })).toEqual([]);
    expect(problemsOf({ record: good })).toEqual([
      '4:63 unknown action "open" of a dossier: there is no policy of dossiers',
    ]);
    expect(problemsOf({ record: may('opne', 'dossier', '${resource.id}') }, base)).toEqual([
      '4:63 unknown action "opne" of a dossier: one of open',
    ]);
    expect(problemsOf({ record: may('open', 'record', '${resource.id}') }, base)).toEqual([
      '4:75 "may" asks about a dossier, not "record"',
    ]);
    for (const id of [
      'd1',
      '${subject.id}',
      '${resource.name}',
      '${resource.properties.constructor}',
      'x${resource.id}',
    ]) {
      expect(problemsOf({ record: may('open', 'dossier', id) }, base)).toEqual([
        `4:88 "${id}" must be \${resource.id} or \${resource.properties.…}, alone`,
      ]);
    }
  });

  it('takes "may" on what allows, and built-in types take none of all this', () => {
    const may = "may: { action: open, type: dossier, id: '${resource.id}' }";
    const deny = record('actions: [read]', 'rules:', rule(may).replace('effect: allow', 'effect: deny'));
    expect(problemsOf({ record: deny, dossier })).toEqual(['4:47 a deny rule takes no "may": write it on what allows']);
    const broken = `type: dossier\nentities: { asResource: open }\nsubjects: [collaborator]\nactions: [read]\nrules:\n${rule(may)}`;
    expect(problemsOf({ dossier: broken })).toEqual([
      '2:1 Cardea keeps "dossier" itself: it takes no "entities"',
      '3:1 the subjects of "dossier" are collaborators: it takes no "subjects"',
      '6:48 a rule of "dossier" takes no "may"',
    ]);
  });

  it('is hashed together with what its set falls back to', () => {
    const text = { record: withRule('context: { a: 1 }') };
    const base = read({ dossier }).bundle;
    const changed = read({ dossier: `${dossier}\n# changed` }).bundle;
    expect(read(text, base).bundle.hash).not.toBe(read(text, changed).bundle.hash);
  });
});

describe('roles', () => {
  const inherits = new Map([
    ['chief', ['clerk', 'guard']],
    ['clerk', ['chief', 'reader']],
  ]);
  const rules = { property: 'role', inherits };

  it('are one text or a list, each with all that it inherits, also in a circle', () => {
    expect(rolesOf(rules, { role: 'chief' })).toEqual(['chief', 'clerk', 'guard', 'reader']);
    expect(rolesOf(rules, { role: ['reader', 'guard'] })).toEqual(['reader', 'guard']);
  });

  it('are nothing else', () => {
    for (const role of [undefined, null, 7, true, { chief: true }, [['chief']]])
      expect(rolesOf(rules, { role })).toEqual([]);
    expect(rolesOf(rules, Object.create({ role: 'chief' }) as object as Record<string, unknown>)).toEqual([]);
    expect(rolesOf(undefined, { role: 'chief' })).toEqual([]);
  });
});
