import { describe, expect, it } from '@jest/globals';
import { loadBundle } from '#src/policy/load.js';
import { aSubject, defaultSettings as settings } from '#test/factories/facts.js';
import { Ability, type AbilityRule } from './ability.js';
import { compile } from './compile.js';
import type { Conditions } from './conditions-matcher.js';
import { type SqlFields, toSql } from './conditions-sql.js';

const fields: SqlFields = {
  status: { column: 'd.status' },
  private: { column: 'd.private' },
  size: { column: 'd.size' },
  tags: { array: 'd.tags' },
  clientGroup: {
    exists: 'select 1 from g where g.dossier = d.id and g.id = any(?)',
    present: 'select 1 from g where g.dossier = d.id',
  },
  managers: { exists: 'select 1 from m where m.dossier = d.id and m.id = any(?)' },
};
const inGroup = 'exists (select 1 from g where g.dossier = d.id and g.id = any(?))';
const hasGroup = 'exists (select 1 from g where g.dossier = d.id)';
const hasManager = 'exists (select 1 from m where m.dossier = d.id and m.id = any(?))';

type Rule = Pick<AbilityRule, 'conditions' | 'inverted'>;

function sqlOf(...rules: Rule[]) {
  const ability = new Ability(
    'dossier',
    rules.map((rule) => ({ action: ['open'], subject: 'dossier', reason: 'x', ...rule })),
  );
  return toSql(ability, 'open', fields);
}

const allow = (conditions: Conditions): Rule => ({ conditions });
const deny = (conditions?: Conditions): Rule => ({ inverted: true, ...(conditions && { conditions }) });

describe('conditions as SQL', () => {
  it.each<[Conditions, string, unknown[]]>([
    [{ status: 'active' }, 'd.status = ?', ['active']],
    [{ status: { $in: ['active', 'draft'] } }, 'd.status = any(?)', [['active', 'draft']]],
    [{ size: { $gt: 1 } }, 'd.size > ?', [1]],
    [{ size: { $gte: 1 } }, 'd.size >= ?', [1]],
    [{ size: { $lte: 1 } }, 'd.size <= ?', [1]],
    [{ status: 'active', private: false }, '(d.status = ? and d.private = ?)', ['active', false]],
    [
      { size: { $exists: true, $nin: [null], $lt: 1 } },
      '(d.size is not null and d.size is not null and d.size < ?)',
      [1],
    ],
    [{ status: { $eq: null } }, 'd.status is null', []],
    [{ status: { $exists: false } }, 'd.status is null', []],
    [{ tags: { $all: ['a', 'b'] } }, 'd.tags @> ?', [['a', 'b']]],
    [{ managers: { $all: ['a'] } }, hasManager, [['a']]],
    [{ managers: { $all: ['a', 'b'] } }, `(${hasManager} and ${hasManager})`, [['a'], ['b']]],
    [{ clientGroup: 'g1' }, inGroup, [['g1']]],
    [{ clientGroup: { $in: ['g1', 'g2'] } }, inGroup, [['g1', 'g2']]],
    [{ clientGroup: { $eq: null } }, `not ${hasGroup}`, []],
    [{ clientGroup: { $exists: true } }, hasGroup, []],
    [{ clientGroup: { $exists: false } }, `not ${hasGroup}`, []],
  ])('writes %j as %s', (conditions, sql, params) => {
    expect(sqlOf(allow(conditions))).toEqual({ sql, params });
  });

  it.each<[Conditions, string, unknown[]]>([
    [{ status: { $nin: ['draft'] } }, '(d.status = any(?)) is not true', [['draft']]],
    [{ status: { $nin: ['draft', null] } }, '(d.status is not null and (d.status = any(?)) is not true)', [['draft']]],
    [{ status: { $nin: [null] } }, 'd.status is not null', []],
    [{ tags: { $ne: 'a' } }, '(d.tags @> ?) is not true', [['a']]],
    [{ managers: { $ne: 'a' } }, `not ${hasManager}`, [['a']]],
    [{ clientGroup: { $nin: ['g1'] } }, `not ${inGroup}`, [['g1']]],
    [{ clientGroup: { $nin: ['g1', null] } }, `(${hasGroup} and (${inGroup}) is not true)`, [['g1']]],
  ])('lets NULL meet what is not equal, as a missing fact does: %j', (conditions, sql, params) => {
    expect(sqlOf(allow(conditions))).toEqual({ sql, params });
  });

  it('lets NULL in a deny be "not denied", where plain NOT would lose the row', () => {
    expect(sqlOf(allow({ private: false }), deny({ status: 'draft' }))).toEqual({
      sql: '(d.private = ? and (d.status = ?) is not true)',
      params: [false, 'draft'],
    });
  });

  it('joins allows with or and takes away whatever any deny says', () => {
    const fragment = sqlOf(
      allow({ status: 'active', private: false }),
      allow({ managers: { $all: ['a'] } }),
      deny({ clientGroup: { $in: ['g1'] } }),
      deny({ tags: { $all: ['x'] } }),
    );
    expect(fragment).toEqual({
      sql: `(((d.status = ? and d.private = ?) or ${hasManager}) and ((${inGroup} or d.tags @> ?)) is not true)`,
      params: ['active', false, ['a'], ['g1'], ['x']],
    });
  });

  it('writes a condition once that several rules have', () => {
    expect(sqlOf(allow({ status: 'active' }), allow({ status: 'active' }))).toEqual({
      sql: 'd.status = ?',
      params: ['active'],
    });
  });

  it('is no row without an allow, and with a deny of everything', () => {
    const nothing = { sql: 'false', params: [] };
    expect(sqlOf()).toEqual(nothing);
    expect(sqlOf(deny({ status: 'draft' }))).toEqual(nothing);
    expect(sqlOf(allow({ status: 'active' }), deny())).toEqual(nothing);
    expect(sqlOf({}, deny())).toEqual(nothing);
  });

  it('is every row with an allow of everything, but for what is denied', () => {
    expect(sqlOf({}, allow({ status: 'active' }))).toEqual({ sql: 'true', params: [] });
    expect(sqlOf({}, deny({ status: 'draft' }))).toEqual({ sql: '(d.status = ?) is not true', params: ['draft'] });
  });

  it('asks only the rules about the action', () => {
    const ability = new Ability('dossier', [
      { action: ['open', 'edit'], subject: 'dossier', reason: 'x', conditions: { status: 'active' } },
    ]);
    expect(toSql(ability, 'edit', fields).sql).toBe('d.status = ?');
    expect(toSql(ability, 'close', fields)).toEqual({ sql: 'false', params: [] });
  });

  it('never writes a value into the text', () => {
    const fragment = sqlOf(allow({ status: "'; drop table dossier; --", managers: { $all: ['?'] } }));
    expect(fragment.sql).toBe(`(d.status = ? and ${hasManager})`);
    expect(fragment.sql.split('?')).toHaveLength(fragment.params.length + 1);
  });

  it.each<[what: string, conditions: Conditions, message: string]>([
    ['a field without SQL', { color: 'red' }, 'there is no SQL for the field "color"'],
    ['a field that every object has', { valueOf: 'x' }, '"valueOf" is no attribute'],
    ['membership in a column', { status: { $all: ['a'] } }, '"$all" cannot be asked of "status" in SQL'],
    ['equality of an array', { tags: 'a' }, '"$eq" cannot be asked of "tags" in SQL'],
    [
      'presence without a way to ask',
      { managers: { $exists: true } },
      '"$exists" cannot be asked of "managers" in SQL',
    ],
    ['an unknown operator', { status: { $foo: 1 } as never }, 'unknown operator "$foo"'],
  ])('is an error, and never every row, for %s', (_what, conditions, message) => {
    expect(() => sqlOf(allow(conditions))).toThrow(message);
  });

  describe('with an index that names the rows', () => {
    const indexed: SqlFields = {
      ...fields,
      id: { column: 'd.id' },
      managers: { exists: 'm(?)', ids: 'managed by ?' },
      clientGroup: { exists: 'g(?)', ids: 'in ?' },
    };
    const select = (...rules: Rule[]) => {
      const made = rules.map((rule) => ({ action: ['open'], subject: 'dossier', reason: 'x', ...rule }));
      return toSql(new Ability('dossier', made), 'open', indexed);
    };

    it('says besides the conditions that the row is among them, each list once', () => {
      const fragment = select(
        allow({ status: 'active', managers: { $all: ['a', 'b'] } }),
        allow({ clientGroup: { $in: ['g1', 'g2'] } }),
        allow({ status: 'draft', managers: { $all: ['a'] } }),
        deny({ clientGroup: 'g3' }),
      );
      expect(fragment).toEqual({
        sql:
          '(d.id = any(array(managed by ? union all in ?))' +
          ' and ((d.status = ? and (exists (m(?)) and exists (m(?)))) or exists (g(?)) or (d.status = ? and exists (m(?))))' +
          ' and (exists (g(?))) is not true)',
        params: [['a'], ['g1', 'g2'], 'active', ['a'], ['b'], ['g1', 'g2'], 'draft', ['a'], ['g3']],
      });
    });

    it.each<[what: string, other: Rule]>([
      ['rows that no test names', allow({ private: false })],
      ['rows named by what they are not', allow({ clientGroup: { $nin: ['g1'] } })],
      ['every row', {}],
    ])('says no more than the conditions where a rule is about %s', (_what, other) => {
      expect(select(allow({ managers: { $all: ['a'] } }), other).sql).not.toContain('array(');
    });
  });

  it('selects by the dossier policy what a collaborator may open', () => {
    const policy = loadBundle('policies').policies.get('dossier')!;
    const subject = aSubject({ id: 'c1', clientGroups: ['g1'], excludedClientGroups: ['g2'] });
    const everything: SqlFields = {
      ...fields,
      guests: { array: 'd.guests' },
      excluded: { array: 'd.excluded' },
    };
    expect(toSql(compile(policy, { subject, settings }), 'open', everything)).toEqual({
      sql:
        `(((d.status = ? and ${hasManager}) or (d.status = ? and d.private = ? and ${inGroup})` +
        ` or (d.status = ? and d.guests @> ?) or (d.status = ? and ${hasManager}))` +
        ` and ((${inGroup} or d.excluded @> ?)) is not true)`,
      params: ['draft', ['c1'], 'active', false, ['g1'], 'active', ['c1'], 'active', ['c1'], ['g2'], ['c1']],
    });
  });
});
