import { createMongoAbility, subject as plainSubject, type RawRule } from '@casl/ability';
import { packRules, unpackRules } from '@casl/ability/extra';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadBundle } from '#src/policy/load.js';
import type { SubjectFacts } from '#src/relations/facts.js';
import { aResource, aSubject, defaultSettings } from '#test/factories/facts.js';
import { Ability, type AbilityRule, withType } from './ability.js';
import { compile } from './compile.js';
import { allows, decide } from './decide.js';

/**
 * What CASL does that a reader would not expect, each shown on plain CASL first: when an upgrade changes one, its test
 * says so.
 */

const policy = loadBundle('policies').policies.get('dossier')!;
const settings = { ...defaultSettings, onlyAdminsActivate: false };
const clara = aSubject({ clientGroups: ['g1'] });
const bakery = aResource({ private: true });

function abilityOf(...rules: Omit<AbilityRule, 'subject' | 'reason'>[]): Ability {
  return new Ability(
    'dossier',
    rules.map((rule, index) => ({ ...rule, subject: 'dossier', reason: `rule-${index}` })),
  );
}

function plain(rules: unknown) {
  return createMongoAbility(rules as never[]);
}

describe('CASL traps', () => {
  it('a question with a type name ignores conditions: a resource is needed to ask', () => {
    const rules = [{ action: 'open', subject: 'dossier', conditions: { private: false } }];
    expect(plain(rules).can('open', 'dossier')).toBe(true);
    const ability = abilityOf({ action: ['open'], conditions: { private: false } });
    for (const name of ['dossier', undefined, null, class {}]) {
      expect(() => decide(ability, 'open', name as never)).toThrow(TypeError);
      expect(() => allows(ability, 'open', name as never)).toThrow(TypeError);
      expect(() => allows(abilityOf(), 'open', name as never)).toThrow(TypeError);
    }
  });

  it('undefined and null in a condition match a missing field: they are refused', () => {
    for (const owner of [undefined, null]) {
      const conditions = { owner } as never;
      const rules = [{ action: 'open', subject: 'dossier', conditions }];
      expect(plain(rules).can('open', plainSubject('dossier', { ...bakery }) as never)).toBe(true);
      expect(() => decide(abilityOf({ action: ['open'], conditions }), 'open', bakery)).toThrow(TypeError);
    }
  });

  it('an unknown operator never matches and says nothing, so that a deny never denies: it is an error', () => {
    const conditions = { status: { $eqq: 'active' } } as never;
    const rules = [
      { action: 'open', subject: 'dossier' },
      { action: 'open', subject: 'dossier', inverted: true, conditions },
    ];
    expect(plain(rules).can('open', plainSubject('dossier', { ...bakery }) as never)).toBe(true);
    const ability = abilityOf({ action: ['open'] }, { action: ['open'], inverted: true, conditions });
    expect(() => decide(ability, 'open', bakery)).toThrow('unknown operator "$eqq" of "status"');
  });

  it('an operator over fields, which plain CASL does not know either, is never written', () => {
    const rules = [{ action: 'open', subject: 'dossier', conditions: { $or: [{ status: 'active' }] } }];
    expect(plain(rules).can('open', plainSubject('dossier', { ...bakery }) as never)).toBe(false);
    for (const profile of ['admin', 'collaborator', 'support'] as const) {
      const written = JSON.stringify(compile(policy, { subject: { ...clara, profile }, settings }).rules);
      expect(written).not.toMatch(/"\$(or|and|nor|not)"/);
    }
  });

  it('empty conditions match everything: they are refused', () => {
    const rules = [{ action: 'open', subject: 'dossier', conditions: {} }];
    expect(plain(rules).can('open', plainSubject('dossier', { ...bakery }) as never)).toBe(true);
    expect(() => decide(abilityOf({ action: ['open'], conditions: {} }), 'open', bakery)).toThrow('empty conditions');
  });

  it('a later can beats an earlier cannot: compile puts every deny last', () => {
    const rules = [
      { action: 'open', subject: 'dossier', inverted: true },
      { action: 'open', subject: 'dossier' },
    ];
    expect(plain(rules).can('open', plainSubject('dossier', { ...bakery }) as never)).toBe(true);
    const excluded = { ...bakery, private: false, excluded: ['clara'] };
    const ability = compile(policy, { subject: { ...clara, profile: 'admin' }, settings });
    const inverted = ability.rules.map((rule) => rule.inverted === true);
    expect(inverted).toEqual([...inverted].sort());
    expect(inverted).toContain(true);
    expect(ability.casl.can('open', withType('dossier', excluded))).toBe(false);
    expect(decide(ability, 'open', excluded)).toMatchObject({ allowed: false, rule: 'excluded' });
  });

  it('manage and all are magic: here they are words like any other', () => {
    expect(plain([{ action: 'manage', subject: 'all' }]).can('open', 'dossier')).toBe(true);
    const manage = abilityOf({ action: ['manage'] });
    expect(decide(manage, 'open', bakery).allowed).toBe(false);
    expect(manage.casl.can('open', withType('dossier', bakery))).toBe(false);
    const all = new Ability('all', [{ action: ['open'], subject: 'all', reason: 'x' }]);
    expect(all.casl.can('open', withType('dossier', bakery))).toBe(false);
    expect(all.casl.can('open', bakery)).toBe(false);
    expect(abilityOf({ action: ['open'] }).casl.can('manage', withType('dossier', bakery))).toBe(false);
  });

  it('any action and any type cannot be said by a client at all', () => {
    const ability = abilityOf({ action: ['open'] });
    for (const word of ['manage', 'all', 'any action', 'AnyType', 'Symbol(any action)', 'undefined']) {
      expect(decide(ability, word, bakery).allowed).toBe(false);
      expect(ability.casl.can('open', withType(word, bakery))).toBe(false);
    }
  });

  it('a type forged through properties is not believed', () => {
    const forged = JSON.parse('{"__caslSubjectType__": "dossier", "kind": "dossier", "id": "x"}') as { id: string };
    expect(plain([{ action: 'open', subject: 'dossier' }]).can('open', forged as never)).toBe(true);
    const dossiers = abilityOf({ action: ['open'] });
    expect(dossiers.casl.can('open', forged)).toBe(false);
    expect(dossiers.casl.can('open', withType('office', forged))).toBe(false);
    // `decide` takes the type from the ability, so forging another changes nothing.
    expect(decide(dossiers, 'open', { ...forged, __caslSubjectType__: 'office' }).allowed).toBe(true);
  });

  it('packRules joins with commas: an id with a comma lives in conditions only, where it is safe', () => {
    const torn = unpackRules(packRules([{ action: ['a,b'], subject: 'dossier' }]));
    expect(torn[0]!.action).toEqual(['a', 'b']);
    const subject = { ...clara, id: 'x,y', clientGroups: ['a,b', 'c'] };
    const ability = Ability.unpack('dossier', compile(policy, { subject, settings }).pack());
    const active = { ...bakery, private: false };
    expect(decide(ability, 'open', { ...active, clientGroup: 'a,b' }).paths).toEqual(['client_group']);
    expect(decide(ability, 'open', { ...active, clientGroup: 'a' }).allowed).toBe(false);
    expect(decide(ability, 'open', { ...active, managers: ['x,y'] }).paths).toEqual(['manager']);
    expect(decide(ability, 'open', { ...active, managers: ['x', 'y'] }).allowed).toBe(false);
  });

  it('a long $in is a linear scan in CASL and a set here: ten thousand groups give the same answers', () => {
    const clientGroups = Array.from({ length: 10_000 }, (_, index) => `g${index}`);
    const ability = compile(policy, { subject: { ...clara, clientGroups }, settings });
    const active = { ...bakery, private: false };
    expect(allows(ability, 'open', { ...active, clientGroup: 'g9999' })).toBe(true);
    expect(allows(ability, 'open', { ...active, clientGroup: 'g10000' })).toBe(false);
  });

  it('__proto__ among the facts of a resource is a member like any other, and asked by no rule', () => {
    const forged = JSON.parse('{"id": "x", "__proto__": {"status": "active", "private": false}}') as { id: string };
    const ability = compile(policy, { subject: { ...clara, profile: 'admin' }, settings });
    expect(decide(ability, 'open', forged).allowed).toBe(false);
  });
});

describe('the ability and plain CASL', () => {
  const id = fc.constantFrom('clara', 'omar');
  const ids = fc.uniqueArray(id);
  const groups = fc.uniqueArray(fc.constantFrom('g1', 'g2', 'g3'));
  const subjects = fc.record({
    id,
    profile: fc.constantFrom('admin', 'collaborator', 'support', 'system'),
    status: fc.constantFrom('active', 'inactive'),
    clientGroups: groups,
    collaboratorGroups: fc.constant([]),
    excludedClientGroups: groups,
    validUntil: fc.constant(null),
  });
  const dossiers = fc.record({
    id: fc.constant('d1'),
    status: fc.constantFrom('draft', 'active', 'inactive'),
    private: fc.boolean(),
    clientGroup: fc.option(fc.constantFrom('g1', 'g2', 'g3'), { nil: null }),
    managers: ids,
    guests: ids,
    excluded: ids,
    validUntil: fc.constant(null),
  });
  const actions = fc.constantFrom(...policy.actions, 'unknown');
  const properties = fc.record({ clientGroup: fc.constantFrom('g1', 'g2') }, { requiredKeys: [] });

  it('agree on every question, so a front end may use the packed rules as they are', () => {
    fc.assert(
      fc.property(subjects, dossiers, actions, fc.boolean(), properties, (who, what, action, only, asked) => {
        const input = {
          subject: who as SubjectFacts,
          settings: { ...settings, onlyAdminsActivate: only },
          action: asked,
        };
        const ability = compile(policy, input);
        const decision = decide(ability, action, what);
        const packed = JSON.parse(JSON.stringify(ability.pack())) as never[];
        const rules: RawRule[] = unpackRules(packed);
        const front = createMongoAbility(rules as never[]);
        const relevant = front.relevantRuleFor(action, plainSubject('dossier', { ...what }) as never);
        expect(relevant !== null && !relevant.inverted).toBe(decision.allowed);
        if (decision.rule !== null) expect(relevant?.reason?.split('/')[0]).toBe(decision.rule);
        expect(ability.casl.can(action, withType('dossier', what))).toBe(decision.allowed);
        expect(decide(Ability.unpack('dossier', packed), action, what)).toEqual(decision);
      }),
      { numRuns: 3_000 },
    );
  });
});
