import { describe, expect, it } from '@jest/globals';
import type { Policy } from '#src/policy/bundle.js';
import { parsePolicy } from '#src/policy/policy-parser.js';
import { YamlSource } from '#src/policy/yaml-source.js';
import type { SubjectFacts } from '#src/relations/facts.js';
import { aSubject, defaultSettings as settings } from '#test/factories/facts.js';
import { compile, type CompileInput } from './compile.js';
import { decide } from './decide.js';

const reason = 'reason: { en: Yes., fr: Oui., nl: Ja., de: Ja. }';

function recordPolicy(...rules: string[]): Policy {
  const text = [
    'type: record',
    'actions: [read, write]',
    'paths:',
    "  owner: { resource: { properties.owner: '${subject.id}' } }",
    "  team: { resource: { properties.team: '${context.team}' } }",
    '  helper: { subject: { profile: support }, resource: { properties.open: true } }',
    'rules:',
    ...rules.map((rule) => `  - { ${rule}, ${reason} }`),
  ].join('\n');
  const source = new YamlSource('record.policy.yaml', text);
  const policy = parsePolicy(source, 'record.policy.yaml');
  expect(source.problems).toEqual([]);
  return policy!;
}

const clara = aSubject({ clientGroups: ['g1', 'g2'] });

function compiled(policy: Policy, input: Partial<CompileInput> = {}) {
  return compile(policy, { subject: clara, settings, ...input });
}

function conditionsOf(policy: Policy, input: Partial<CompileInput> = {}) {
  return compiled(policy, input).rules.map(({ reason: name, conditions, inverted }) => [
    `${inverted ? 'deny' : 'allow'} ${name}`,
    conditions,
  ]);
}

describe('compiling', () => {
  it('grants by a rule that asks a dossier only where the facts say that this is met', () => {
    const may = "may: { action: open, type: dossier, id: '${resource.properties.dossier}' }";
    const policy = recordPolicy(
      `id: always, effect: allow, actions: [read], ${may}`,
      `id: open, effect: allow, actions: [write], resource: { properties.open: true }, ${may}`,
    );
    const name = 'open dossier properties.dossier';
    const asked = (action: string, facts: object) => decide(compiled(policy), action, { id: 'r', ...facts }).allowed;
    expect(asked('read', {})).toBe(false);
    expect(asked('read', { may: [] })).toBe(false);
    expect(asked('read', { may: ['edit dossier properties.dossier'] })).toBe(false);
    expect(asked('read', { properties: { may: [name] } })).toBe(false);
    expect(asked('read', { may: [name] })).toBe(true);
    expect(asked('write', { may: [name], properties: { open: false } })).toBe(false);
    expect(asked('write', { may: [name], properties: { open: true } })).toBe(true);
  });

  it('settles what is known and leaves conditions on the resource', () => {
    const policy = recordPolicy(
      'id: own, effect: allow, actions: [read], by: [owner], subject: { profile: collaborator }',
      'id: other, effect: allow, actions: [read], subject: { profile: admin }',
    );
    expect(conditionsOf(policy)).toEqual([['allow own/owner', { 'properties.owner': 'clara' }]]);
  });

  it('makes a rule of each path, whose own conditions count too', () => {
    const policy = recordPolicy('id: way, effect: allow, actions: [read], by: [helper, owner]');
    expect(conditionsOf(policy)).toEqual([['allow way/owner', { 'properties.owner': 'clara' }]]);
    const sam: SubjectFacts = { ...clara, id: 'sam', profile: 'support' };
    expect(conditionsOf(policy, { subject: sam })).toEqual([
      ['allow way/owner', { 'properties.owner': 'sam' }],
      ['allow way/helper', { 'properties.open': true }],
    ]);
  });

  it('makes a rule of each alternative, as plain CASL has no "or"', () => {
    const policy = recordPolicy(
      'id: either, effect: deny, actions: [read], resource: { any: [{ properties.a: 1 }, { not: { properties.b: 2 } }] }',
    );
    expect(conditionsOf(policy)).toEqual([
      ['deny either', { 'properties.b': { $nin: [2] } }],
      ['deny either', { 'properties.a': 1 }],
    ]);
  });

  it('puts denies last and both in reverse, so that CASL finds the first of the file first', () => {
    const policy = recordPolicy(
      'id: deny-1, effect: deny, actions: [read]',
      'id: allow-1, effect: allow, actions: [read]',
      'id: deny-2, effect: deny, actions: [read]',
      'id: allow-2, effect: allow, actions: [read]',
    );
    expect(compiled(policy).rules.map(({ reason: name }) => name)).toEqual(['allow-2', 'allow-1', 'deny-2', 'deny-1']);
  });

  it.each([
    ['{ properties.a: { ne: x } }', { $nin: ['x'] }],
    ['{ properties.a: { notIn: [x, y] } }', { $nin: ['x', 'y'] }],
    ['{ properties.a: { contains: x } }', { $all: ['x'] }],
    ['{ properties.a: { notContains: x } }', { $ne: 'x' }],
    ['{ properties.a: { lt: 5 } }', { $exists: true, $nin: [null], $lt: 5 }],
    ['{ properties.a: { gte: 5 } }', { $gte: 5 }],
    ['{ properties.a: { exists: true } }', { $exists: true, $nin: [null] }],
    ['{ properties.a: { exists: false } }', { $eq: null }],
    ['{ all: [{ properties.a: { in: [x, y] } }, { properties.a: { in: [y, z] } }] }', { $in: ['y'] }],
    ['{ all: [{ properties.a: { notIn: [x] } }, { properties.a: { ne: y } }] }', { $nin: ['x', 'y'] }],
    ['{ all: [{ properties.a: { contains: x } }, { properties.a: { contains: y } }] }', { $all: ['x', 'y'] }],
    ['{ all: [{ properties.a: x }, { properties.a: x }] }', 'x'],
    ["{ properties.a: { in: '${subject.clientGroups}' } }", { $in: ['g1', 'g2'] }],
  ])('writes %s as standard Mongo', (condition, expected) => {
    const policy = recordPolicy(`id: it, effect: allow, actions: [read], resource: ${condition}`);
    expect(conditionsOf(policy)).toEqual([['allow it', { 'properties.a': expected }]]);
  });

  it('drops what no resource can meet', () => {
    const empty = { ...clara, clientGroups: [] };
    const policy = recordPolicy(
      "id: none, effect: allow, actions: [read], resource: { properties.a: { in: '${subject.clientGroups}' } }",
      'id: both, effect: deny, actions: [read], resource: { all: [{ properties.a: x }, { properties.a: y }] }',
    );
    expect(conditionsOf(policy, { subject: empty })).toEqual([]);
  });

  it('never writes an empty conditions object, even when the list to avoid is empty', () => {
    const policy = recordPolicy(
      "id: it, effect: deny, actions: [read], resource: { properties.a: { notIn: '${subject.clientGroups}' } }",
    );
    expect(conditionsOf(policy, { subject: { ...clara, clientGroups: [] } })).toEqual([['deny it', undefined]]);
  });

  it('takes a copy of the facts: who changes a list later changes no ability', () => {
    const clientGroups = ['g1'];
    const policy = recordPolicy(
      "id: it, effect: allow, actions: [read], resource: { properties.a: { in: '${subject.clientGroups}' } }",
    );
    const ability = compiled(policy, { subject: { ...clara, clientGroups } });
    clientGroups.push('g9');
    expect(decide(ability, 'read', { id: 'r', properties: { a: 'g9' } }).allowed).toBe(false);
  });
});

describe('a reference that cannot be resolved', () => {
  const ask = (policy: Policy, context: Record<string, unknown> | undefined, properties: object) =>
    decide(compiled(policy, { context }), 'read', { id: 'r', properties });

  it.each([
    ['absent', undefined],
    ['null', { team: null }],
    ['an object', { team: { $ne: 'x' } }],
    ['a list where one value is needed', { team: ['x'] }],
    ['not a number', { team: NaN }],
  ])('grants nothing in an allow rule: %s', (_what, context) => {
    const policy = recordPolicy(
      "id: it, effect: allow, actions: [read], resource: { any: [{ properties.team: '${context.team}' }, { properties.open: true }] }",
    );
    expect(compiled(policy, { context }).rules).toEqual([]);
    expect(ask(policy, context, {}).allowed).toBe(false);
    expect(ask(policy, context, { open: true }).allowed).toBe(false);
    expect(ask(policy, { team: 'x' }, { team: 'x' }).allowed).toBe(true);
  });

  it('grants nothing through the path that has it, and leaves the other paths', () => {
    const policy = recordPolicy('id: way, effect: allow, actions: [read], by: [team, owner]');
    expect(conditionsOf(policy)).toEqual([['allow way/owner', { 'properties.owner': 'clara' }]]);
  });

  it.each([
    ['on the resource', "resource: { properties.team: '${context.team}', properties.open: false }"],
    [
      'in one of several alternatives',
      "resource: { any: [{ properties.team: '${context.team}' }, { properties.x: 1 }] }",
    ],
    ['on the subject', "subject: { id: '${context.team}' }, resource: { properties.open: false }"],
    ['in a list', "resource: { properties.team: { in: '${context.team}' } }"],
  ])('still denies in a deny rule, whatever the resource is: %s', (_what, condition) => {
    const policy = recordPolicy(
      'id: all, effect: allow, actions: [read]',
      `id: wall, effect: deny, actions: [read], ${condition}`,
    );
    expect(ask(policy, undefined, { open: true })).toEqual({ allowed: false, rule: 'wall', paths: [] });
  });

  it('does not deny where the deny rule is about others anyway', () => {
    const policy = recordPolicy(
      'id: all, effect: allow, actions: [read]',
      "id: wall, effect: deny, actions: [read], subject: { profile: support, id: '${context.team}' }",
    );
    expect(ask(policy, undefined, {}).allowed).toBe(true);
  });

  it('is never written as undefined or null, which CASL takes for a missing field', () => {
    const policy = recordPolicy(
      "id: it, effect: allow, actions: [read], resource: { properties.owner: '${action.owner}' }",
    );
    expect(decide(compiled(policy, { action: {} }), 'read', { id: 'r', properties: {} }).allowed).toBe(false);
    expect(decide(compiled(policy, { action: { owner: null } }), 'read', { id: 'r', properties: {} }).allowed).toBe(
      false,
    );
  });
});

describe('a value that is absent', () => {
  const holds = (condition: string, input: Partial<CompileInput>) =>
    compiled(recordPolicy(`id: it, effect: allow, actions: [read], ${condition}`), input).rules.length > 0;

  it.each([
    'eq: x',
    'ne: x',
    'in: [x]',
    'notIn: [x]',
    'contains: x',
    'notContains: x',
    'gt: 1',
    'lt: 1',
    'exists: true',
  ])('in the action or the context does not meet %s', (operator) => {
    expect(holds(`action: { a: { ${operator} } }`, {})).toBe(false);
    expect(holds(`context: { a: { ${operator} } }`, { context: { a: null } })).toBe(false);
  });

  it('meets exists: false', () => {
    expect(holds('action: { a: { exists: false } }', {})).toBe(true);
    expect(holds('action: { a: { exists: false } }', { action: { a: 1 } })).toBe(false);
    expect(holds('office: { defaultClientGroup: { exists: false } }', {})).toBe(true);
  });

  it('is not found among what objects inherit', () => {
    expect(
      holds('context: { a.b: { exists: true } }', {
        context: Object.create({ a: { b: 1 } }) as Record<string, unknown>,
      }),
    ).toBe(false);
  });

  it.each<[string, unknown, boolean]>([
    ['eq: 2', 2, true],
    ['eq: 2', [2], false],
    ['ne: 2', [2], true],
    ['in: [1, 2]', 2, true],
    ['notIn: [1, 2]', [1], true],
    ['contains: 2', [1, 2], true],
    ['contains: 2', 2, false],
    ['notContains: 2', [1, 2], false],
    ['notContains: 2', [1], true],
    ['gt: 1', 2, true],
    ['gte: 2', 2, true],
    ['lt: 2', 2, false],
    ['lte: 2', 2, true],
    ['lt: 5', '2', false],
  ])('is nothing but absent: %s of %j is %j', (operator, value, expected) => {
    expect(holds(`action: { a: { ${operator} } }`, { action: { a: value } })).toBe(expected);
  });
});
