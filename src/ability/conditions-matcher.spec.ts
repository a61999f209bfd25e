import { createMongoAbility, subject } from '@casl/ability';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SharedMatchers, strictMatcher } from './conditions-matcher.js';

function matches(conditions: unknown, resource: object): boolean {
  return strictMatcher(conditions)(resource);
}

function plainCasl(conditions: unknown, resource: object): boolean {
  const rules = [{ action: 'open', subject: 'dossier', conditions }] as never[];
  return createMongoAbility(rules).can('open', subject('dossier', { ...resource }) as never);
}

describe('the strict matcher', () => {
  it.each([
    [{ status: 'active' }, { status: 'active' }, true],
    [{ status: 'active' }, { status: 'draft' }, false],
    [{ status: { $eq: 'active' } }, { status: 'active' }, true],
    [{ private: false }, { private: false }, true],
    [{ private: false }, {}, false],
    [{ group: { $in: ['g1', 'g2'] } }, { group: 'g2' }, true],
    [{ group: { $in: ['g1', 'g2'] } }, { group: null }, false],
    [{ group: { $nin: ['g1'] } }, { group: 'g2' }, true],
    [{ group: { $nin: ['g1'] } }, { group: null }, true],
    [{ group: { $nin: ['g1'] } }, {}, true],
    [{ managers: { $all: ['a'] } }, { managers: ['b', 'a'] }, true],
    [{ managers: { $all: ['a', 'c'] } }, { managers: ['b', 'a'] }, false],
    [{ managers: { $all: ['a'] } }, { managers: [] }, false],
    [{ managers: { $ne: 'a' } }, { managers: ['b', 'a'] }, false],
    [{ managers: { $ne: 'a' } }, { managers: [] }, true],
    [{ size: { $gt: 1, $lte: 5 } }, { size: 5 }, true],
    [{ size: { $gte: 6 } }, { size: 5 }, false],
    [{ group: { $eq: null } }, { group: null }, true],
    [{ group: { $eq: null } }, {}, true],
    [{ group: { $eq: null } }, { group: 'g1' }, false],
    [{ group: { $exists: true, $nin: [null] } }, { group: null }, false],
    [{ group: { $exists: true, $nin: [null] } }, {}, false],
    [{ group: { $exists: true, $nin: [null] } }, { group: 'g1' }, true],
    [{ 'properties.a.b': 'x' }, { properties: { a: { b: 'x' } } }, true],
    [{ 'properties.a.b': 'x' }, { properties: { a: null } }, false],
    [{ a: 1, b: 2, c: 3, d: 4 }, { a: 1, b: 2, c: 3, d: 4 }, true],
    [{ a: 1, b: 2, c: 3, d: 4 }, { a: 1, b: 2, c: 3, d: 5 }, false],
    [{ a: 1, b: 2, c: 3 }, { a: 1, b: 2, c: 4 }, false],
  ])('answers like plain CASL: %j of %j is %j', (conditions, resource, expected) => {
    expect(matches(conditions, resource)).toBe(expected);
    expect(plainCasl(conditions, resource)).toBe(expected);
  });

  it('agrees with plain CASL on all well-formed facts', () => {
    // CASL takes objects without a prototype for values.
    const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, requiredKeys?: []) =>
      fc.record(model, { noNullPrototype: true, ...(requiredKeys && { requiredKeys }) });
    const word = fc.constantFrom('a', 'b', 'c', 'd');
    const words = fc.uniqueArray(word, { minLength: 1 });
    const facts = record({
      one: fc.option(word, { nil: null }),
      flag: fc.boolean(),
      set: fc.uniqueArray(word),
      size: fc.integer({ min: 0, max: 3 }),
      properties: record({ deep: word }, []),
    });
    const size = fc.integer({ min: 0, max: 3 });
    const tests = record(
      {
        one: fc.oneof(
          word,
          record({ $in: words }),
          record({ $nin: words }),
          record({ $in: words, $nin: words }),
          fc.constant({ $eq: null }),
          fc.constant({ $exists: true, $nin: [null] }),
        ),
        flag: fc.boolean(),
        set: fc.oneof(record({ $all: words }), record({ $ne: word }), record({ $all: words, $ne: word })),
        size: fc.oneof(
          record({ $gt: size }),
          record({ $gte: size }),
          record({ $exists: fc.constant(true), $nin: fc.constant([null]), $lt: size }),
          record({ $exists: fc.constant(true), $nin: fc.constant([null]), $lte: size }),
        ),
        'properties.deep': fc.oneof(word, record({ $in: words }), record({ $nin: words })),
      },
      [],
    );
    const conditions = tests.filter((asked) => Object.keys(asked).length > 0);
    fc.assert(
      fc.property(conditions, facts, (asked, resource) => {
        expect(matches(asked, resource)).toBe(plainCasl(asked, resource));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never takes a list for one of its members, as plain CASL does', () => {
    expect(plainCasl({ role: 'admin' }, { role: ['admin', 'x'] })).toBe(true);
    expect(matches({ role: 'admin' }, { role: ['admin', 'x'] })).toBe(false);
    expect(matches({ role: { $in: ['admin'] } }, { role: ['admin'] })).toBe(false);
    // And so a deny for whatever is not active still denies.
    expect(matches({ status: { $nin: ['active'] } }, { status: ['active'] })).toBe(true);
  });

  it('never takes values of different types for equal or in order', () => {
    expect(matches({ size: 1 }, { size: '1' })).toBe(false);
    expect(plainCasl({ size: { $lt: 5 } }, {})).toBe(true);
    expect(matches({ size: { $lt: 5 } }, {})).toBe(false);
    expect(matches({ size: { $gt: 5 } }, { size: '9' })).toBe(false);
    expect(matches({ managers: { $all: ['a'] } }, { managers: 'a' })).toBe(false);
    expect(matches({ managers: { $all: ['a'] } }, { managers: { 0: 'a', length: 1 } })).toBe(false);
  });

  it('follows own members only, so that what objects inherit is never a fact', () => {
    const forged = { properties: Object.create({ role: 'admin' }) as object };
    expect(matches({ 'properties.role': 'admin' }, forged)).toBe(false);
    expect(matches({ 'properties.list.size': { $exists: true } }, { properties: { list: [1] } })).toBe(false);
  });

  it('answers for ten thousand groups what it answers for one', () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `g${index}`);
    const inGroups = strictMatcher({ group: { $in: groups } });
    const outside = strictMatcher({ group: { $nin: groups } });
    for (const group of ['g0', 'g5000', 'g9999']) {
      expect([inGroups({ group }), outside({ group })]).toEqual([true, false]);
    }
    for (const group of ['g10000', 'G0', '', null, undefined, ['g0']]) {
      expect([inGroups({ group }), outside({ group })]).toEqual([false, true]);
    }
  });

  it('looks into a set: a long list is walked once when the matcher is made, and never when it is asked', () => {
    let walks = 0;
    class Counted extends Array<string> {
      override [Symbol.iterator]() {
        walks++;
        return super[Symbol.iterator]();
      }
      override includes(): boolean {
        throw new Error('the list is searched');
      }
      override indexOf(): number {
        throw new Error('the list is searched');
      }
    }
    const shared = new SharedMatchers();
    const groups = Counted.from(['g1', 'g2']) as Counted;
    walks = 0;
    const first = strictMatcher({ group: { $in: groups } }, shared);
    const second = strictMatcher({ group: { $in: groups }, private: false }, shared);
    expect(first({ group: 'g2' })).toBe(true);
    expect(second({ group: 'g3', private: false })).toBe(false);
    expect(walks).toBe(1);
  });

  it.each<[what: string, conditions: unknown]>([
    ['empty conditions', {}],
    ['no conditions', null],
    ['a list of conditions', [{ status: 'active' }]],
    ['an unknown operator', { status: { $foo: 1 } }],
    ['an operator without its sign', { status: { eq: 'active' } }],
    ['an operator over fields', { $or: [{ status: 'active' }] }],
    ['a pattern', { status: { $regex: '.*' } }],
    ['null as a value', { owner: null }],
    ['undefined as a value', { owner: undefined }],
    ['undefined in an operator', { owner: { $eq: undefined } }],
    ['undefined in a list', { owner: { $in: [undefined] } }],
    ['null in a list', { owner: { $in: [null] } }],
    ['an empty list', { owner: { $nin: [] } }],
    ['a value for a list', { owner: { $in: 'a' } }],
    ['a list for a value', { owner: ['a'] }],
    ['an object for a value', { owner: { $eq: { a: 1 } } }],
    ['not a number', { size: NaN }],
    ['an order of truth values', { size: { $gt: true } }],
    ['no operator', { status: {} }],
    ['__proto__', JSON.parse('{"__proto__": "x"}')],
    ['a path through constructor', { 'properties.constructor.name': 'Object' }],
    ['a path to prototype', { 'properties.prototype': 'x' }],
    ['a path that objects inherit', { toString: 'x' }],
  ])('refuses %s when it is made, where plain CASL would answer something', (_what, conditions) => {
    expect(() => strictMatcher(conditions)).toThrow(TypeError);
  });
});
