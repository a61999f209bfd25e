import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '#src/policy/policy-parser.js';
import { YamlSource } from '#src/policy/yaml-source.js';
import { checkRules } from './rule-checks.js';

const reason = 'reason: { en: A., fr: B., nl: C., de: D. }';

/** A policy of dossiers with these rules, one a line from line 7 on; what lint finds, as `line:column rule`. */
function found(...rules: string[]): string[] {
  const text = [
    'type: dossier',
    'actions: [open, edit]',
    'paths:',
    '  admin: { subject: { profile: admin }, resource: { private: false } }',
    "  manager: { resource: { managers: { contains: '${subject.id}' } } }",
    'rules:',
    ...rules.map((rule) => `  - { ${rule}, ${reason} }`),
    `  - { id: last, effect: allow, actions: [open], by: [admin, manager], subject: { profile: admin }, ${reason} }`,
  ].join('\n');
  const source = new YamlSource('dossier.policy.yaml', text);
  const policy = parsePolicy(source, 'dossier.policy.yaml');
  if (!policy) throw new Error(JSON.stringify(source.problems));
  return checkRules(policy).map(({ rule, line, column }) => `${line}:${column} ${rule}`);
}

const opens = "id: a, effect: allow, actions: [open], resource: { managers: { contains: '${subject.id}' } }";

describe('lint', () => {
  it('finds nothing in rules that each make a difference', () => {
    expect(found(`${opens}, subject: { profile: support }`)).toEqual([]);
  });

  it.each([
    ['two values at once', 'subject: { all: [{ profile: admin }, { profile: support }] }'],
    ['a value and not that value', 'resource: { status: { eq: draft, ne: draft } }'],
    ['none of all the values there are', 'resource: { status: { notIn: [draft, active, inactive] } }'],
    ['what is there and is not', 'resource: { clientGroup: { eq: g1, exists: false } }'],
    ['in a set and not in it', "resource: { managers: { contains: '${subject.id}', notContains: '${subject.id}' } }"],
  ])('finds a rule that can never hold: %s', (_what, condition) => {
    expect(found(`id: a, effect: deny, actions: [open], ${condition}`)).toEqual(['7:5 unreachable-rule']);
  });

  it('finds an allow rule that is always denied, wherever the deny stands', () => {
    const denied = `${opens}, subject: { status: inactive }`;
    const deny = "id: d, effect: deny, actions: '*', subject: { status: inactive }";
    expect(found(denied, deny)).toEqual(['7:5 unreachable-rule']);
    expect(found(deny, denied)).toEqual(['8:5 unreachable-rule']);
  });

  it('finds no shadow where a rule is wider in one of its ways only, or stands behind', () => {
    const wide = 'id: b, effect: allow, actions: [open], resource: { any: [{ status: active }, { status: draft }] }';
    const narrow = 'id: c, effect: allow, actions: [open], resource: { status: active }';
    expect(found(narrow, wide)).toEqual([]);
    expect(found(wide, narrow)).toEqual(['8:5 shadowed-rule']);
    expect(found(wide, narrow.replace('[open]', '[open, edit]'))).toEqual([]);
    expect(found(wide, narrow.replace('status: active', 'status: { in: [active, inactive] }'))).toEqual([]);
  });

  it('finds a rule that several rules before it cover together, an action each', () => {
    const both = `${opens.replace('id: a', 'id: c').replace('[open]', '[open, edit]')}, subject: { profile: support }`;
    expect(found(opens, opens.replace('id: a', 'id: b').replace('open', 'edit'), both)).toEqual(['9:5 shadowed-rule']);
  });

  it('finds a deny rule of what no rule allows', () => {
    expect(found('id: d, effect: deny, actions: [edit], resource: { status: draft }')).toEqual([
      '7:5 deny-without-effect',
    ]);
    expect(found('id: d, effect: deny, actions: [open], subject: { profile: support }')).toEqual([
      '7:5 deny-without-effect',
    ]);
    expect(
      found(
        'id: d, effect: deny, actions: [open], subject: { profile: [admin, support] }, resource: { status: draft }',
      ),
    ).toEqual([]);
  });

  it('finds an allow rule that asks nothing about the resource, unless it says that this is meant', () => {
    const all = 'id: a, effect: allow, actions: [edit], subject: { profile: support }';
    expect(found(all)).toEqual(['7:5 allow-without-resource-condition']);
    expect(found(`${all}, accepts: { allow-without-resource-condition: They do. }`)).toEqual([]);
  });

  it('finds an exception for what is not there', () => {
    expect(found(`${opens}, accepts: { allow-without-resource-condition: They do. }`)).toEqual([
      '7:5 unused-exception',
    ]);
  });

  it('finds a path that contradicts the rule that names it', () => {
    const rule = 'id: a, effect: allow, actions: [edit], by: [admin, manager], subject: { profile: support }';
    expect(found(rule)).toEqual(['7:5 unreachable-path']);
    expect(found(rule.replace('[admin, manager]', '[admin]'))).toEqual(['7:5 unreachable-rule']);
  });
});
