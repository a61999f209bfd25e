import { describe, expect, it } from '@jest/globals';
import { loadBundle } from '#src/policy/load.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { aResource, aSubject, defaultSettings as settings } from '#test/factories/facts.js';
import { Ability } from './ability.js';
import { compile } from './compile.js';
import { allows, decide, verdictOf } from './decide.js';

const policy = loadBundle('policies').policies.get('dossier')!;

const clara = aSubject({ clientGroups: ['g1'] });
const bakery = aResource({ clientGroup: 'g1', managers: ['clara'] });

function ask(action: string, subject: Partial<SubjectFacts> = {}, dossier: Partial<DossierFacts> = {}) {
  const ability = compile(policy, { subject: { ...clara, ...subject }, settings });
  return decide(ability, action, { ...bakery, ...dossier });
}

describe('a decision', () => {
  it('names the first allow rule that matches and every path that grants, each once', () => {
    expect(ask('open')).toEqual({
      allowed: true,
      rule: 'collaborator-on-active',
      paths: ['manager', 'client_group'],
    });
  });

  it('is a refusal without a rule where no rule allows', () => {
    expect(ask('deactivate')).toEqual({ allowed: false, rule: null, paths: [] });
  });

  it('is a refusal where the action is unknown, and keeps nothing of what was asked', () => {
    const ability = compile(policy, { subject: clara, settings });
    for (const action of ['', 'Open', 'open ', 'manage', '__proto__', 'constructor', 'open,edit', '*']) {
      expect(decide(ability, action, bakery)).toEqual({ allowed: false, rule: null, paths: [] });
      expect(allows(ability, action, bakery)).toBe(false);
    }
    expect(ability.rulesAbout('made up')).toBe(ability.rulesAbout('made up too'));
  });

  it('lets a deny beat every allow, and names it', () => {
    const refused = { allowed: false, rule: 'excluded', paths: [] };
    expect(ask('open', {}, { excluded: ['clara'] })).toEqual(refused);
    expect(ask('open', { excludedClientGroups: ['g1'] })).toEqual(refused);
    expect(ask('open', { profile: 'admin' }, { excluded: ['clara'] })).toEqual(refused);
  });

  it('does not name a deny that changed nothing: a check is no way to learn what exists', () => {
    const nothing = { allowed: false, rule: null, paths: [] };
    expect(ask('open', {}, { private: true, managers: [], excluded: ['clara'] })).toEqual(nothing);
    expect(ask('open', { status: 'inactive' }, { private: true, managers: [] })).toEqual(nothing);
  });

  it('names the first deny rule of the policy where several match', () => {
    expect(ask('open', { status: 'inactive' }, { excluded: ['clara'] }).rule).toBe('inactive-collaborator');
  });

  it('is the same with and without its paths', () => {
    const ability = compile(policy, { subject: clara, settings });
    for (const dossier of [
      bakery,
      { ...bakery, excluded: ['clara'] },
      { ...bakery, clientGroup: null, managers: [] },
    ]) {
      const { allowed, rule } = decide(ability, 'open', dossier);
      expect(verdictOf(ability, 'open', dossier)).toEqual({ allowed, rule });
      expect(allows(ability, 'open', dossier)).toBe(allowed);
    }
  });

  it('changes nothing of what it is given', () => {
    const frozen = Object.freeze({ ...bakery, managers: Object.freeze(['clara']) });
    expect(decide(compile(policy, { subject: Object.freeze(clara), settings }), 'open', frozen).allowed).toBe(true);
  });

  it('is an error, and never a decision, when a rule is damaged', () => {
    const damaged = new Ability('dossier', [
      { action: ['open'], subject: 'dossier', reason: 'all' },
      {
        action: ['open'],
        subject: 'dossier',
        reason: 'wall',
        inverted: true,
        conditions: { status: { $foo: 1 } as never },
      },
    ]);
    expect(() => decide(damaged, 'open', bakery)).toThrow('unknown operator "$foo"');
    expect(() => allows(damaged, 'open', bakery)).toThrow(TypeError);
  });
});

describe('packing', () => {
  const ability = compile(policy, { subject: { ...clara, clientGroups: ['a,b', 'c'] }, settings });
  const packed = JSON.stringify(ability.pack());

  it('survives JSON: the unpacked ability has the same rules', () => {
    expect(Ability.unpack('dossier', JSON.parse(packed)).rules).toEqual(ability.rules);
  });

  it.each<[what: string, packed: unknown]>([
    ['nothing', null],
    ['an object', {}],
    ['a rule that is no list', ['open']],
    ['a rule of another type', [['open', 'office', 0, 0, 0, 'x']]],
    ['a rule of two types, joined with a comma', [['open', 'dossier,office', 0, 0, 0, 'x']]],
    ['a rule without a reason', [['open', 'dossier']]],
    ['a rule without an action', [['', 'dossier', 0, 0, 0, 'x']]],
    ['a rule about fields', [['open', 'dossier', 0, 0, 'name', 'x']]],
    ['a rule with more', [['open', 'dossier', 0, 0, 0, 'x', 1]]],
    ['a rule that is neither allow nor deny', [['open', 'dossier', 0, 2, 0, 'x']]],
    ['empty conditions', [['open', 'dossier', {}, 0, 0, 'x']]],
    ['no conditions where there should be', [['open', 'dossier', null, 0, 0, 'x']]],
    ['an unknown operator', [['open', 'dossier', { status: { $ni: ['a'] } }, 1, 0, 'x']]],
    ['a value that matches what is missing', [['open', 'dossier', { owner: null }, 0, 0, 'x']]],
  ])('refuses %s, before anything is decided with it', (_what, damaged) => {
    expect(() => Ability.unpack('dossier', damaged)).toThrow(TypeError);
  });
});
