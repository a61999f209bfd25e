import { describe, expect, it } from '@jest/globals';
import { maxAlternatives } from './condition.js';
import { parseCondition } from './condition-parser.js';
import { YamlSource } from './yaml-source.js';

/** Each alternative as a line, `a eq 1 & b in [1,2]`. */
function alternatives(text: string, type = 'record'): string[] {
  const source = new YamlSource('x.yaml', `resource: ${text}`);
  const entry = source.mapping(source.root, 'it')!.get('resource')!;
  const condition = parseCondition(source, entry, { type, section: 'resource' });
  expect(source.problems).toEqual([]);
  return condition!.map((tests) =>
    tests
      .map(({ field, operator, operand }) => {
        const value = 'literal' in operand ? JSON.stringify(operand.literal) : `$${operand.reference.path}`;
        return `${field.replace('properties.', '')} ${operator} ${value}`;
      })
      .join(' & '),
  );
}

function problemsOf(text: string): string[] {
  const source = new YamlSource('x.yaml', `resource: ${text}`);
  const entry = source.mapping(source.root, 'it')!.get('resource')!;
  expect(parseCondition(source, entry, { type: 'record', section: 'resource' })).toBeUndefined();
  return source.problems.map(({ message }) => message);
}

describe('a condition in normal form', () => {
  it('takes a value for equality and a list for membership', () => {
    expect(alternatives('{ properties.a: 1, properties.b: [x, y] }')).toEqual(['a eq 1 & b in ["x","y"]']);
  });

  it('needs all operators of a field', () => {
    expect(alternatives('{ properties.a: { gt: 1, lte: 5 } }')).toEqual(['a gt 1 & a lte 5']);
  });

  it('makes an alternative of each member of any', () => {
    expect(alternatives('{ properties.a: 1, any: [{ properties.b: 1 }, { properties.b: 2 }] }')).toEqual([
      'a eq 1 & b eq 1',
      'a eq 1 & b eq 2',
    ]);
  });

  it('multiplies all of any', () => {
    const either = (field: string) => `{ any: [{ ${field}: 1 }, { ${field}: 2 }] }`;
    expect(alternatives(`{ all: [${either('properties.a')}, ${either('properties.b')}] }`)).toHaveLength(4);
  });

  it('moves not into the operators: not all is any not', () => {
    expect(alternatives('{ not: { properties.a: 1, properties.b: { in: [2] } } }')).toEqual(['a ne 1', 'b notIn [2]']);
    expect(alternatives('{ not: { any: [{ properties.a: 1 }, { properties.b: { contains: x } }] } }')).toEqual([
      'a ne 1 & b notContains "x"',
    ]);
    expect(alternatives('{ not: { all: [{ properties.a: { ne: 1 } }, { properties.b: { notIn: [1] } }] } }')).toEqual([
      'a eq 1',
      'b in [1]',
    ]);
    expect(alternatives('{ not: { properties.a: { exists: true, notContains: x } } }')).toEqual([
      'a exists false',
      'a contains "x"',
    ]);
  });

  it('undoes not of not', () => {
    expect(alternatives('{ not: { not: { properties.a: 1 } } }')).toEqual(['a eq 1']);
  });

  it('keeps references', () => {
    expect(alternatives("{ properties.dep: '${subject.properties.department}' }")).toEqual([
      'dep eq $properties.department',
    ]);
    expect(alternatives("{ clientGroup: { in: '${subject.clientGroups}' } }", 'dossier')).toEqual([
      'clientGroup in $clientGroups',
    ]);
  });

  it('refuses to negate an order, as a missing value is on neither side', () => {
    expect(problemsOf('{ not: { properties.a: { gt: 1 } } }')).toEqual([
      '"gt" cannot be negated: write the comparison that is meant',
    ]);
  });

  it('refuses an order of truth values', () => {
    expect(problemsOf('{ properties.a: { lt: true } }')).toEqual(['must be a number or a text']);
  });

  it('refuses a number that is none', () => {
    expect(problemsOf('{ properties.a: .nan }')).toEqual(['a value must be a text, a number or a truth value']);
  });

  it('stops multiplying past the limit, so that a short text cannot take the memory', () => {
    const pair = '{ any: [{ properties.a: 1 }, { properties.b: 1 }] }';
    expect(problemsOf(`{ all: [${Array(64).fill(pair).join(', ')}] }`)).toEqual([
      `more than ${maxAlternatives} alternatives: split the rule`,
    ]);
  });
});
