import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

/** How many rules the domain has. */
const ruleCount = 33;

/** The names of tests and of groups of tests in a spec file, those of tables included. */
function testNames(source: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ['test', 'it', 'describe'].includes(rootOf(node.expression))) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteralLike(name)) names.push(name.text);
      else if (name && ts.isTemplateExpression(name)) names.push(name.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.spec.ts', source, ts.ScriptTarget.Latest, true));
  return names;
}

/** `test` of `test(…)`, of `test.each(…)(…)` and of `test.each<…>(…)(…)`. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  return ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee) ? rootOf(callee.expression) : '';
}

/** The rules that a name says it is about: `rule 9`, `rules 15 and 32`, `rules 6, 10 and 13`. */
function rulesIn(name: string): number[] {
  return [...name.matchAll(/\brules? (\d+(?:(?:, and |, | and )\d+)*)/gi)].flatMap(([, list]) =>
    [...String(list).matchAll(/\d+/g)].map(Number),
  );
}

describe('the tests', () => {
  test('name every rule of the domain at least once, and none that does not exist', () => {
    // What stands at the top of `test` tests the tests' own tools, the naive reference among them.
    const files = globSync(['src/**/*.spec.ts', 'test/*/**/*.spec.ts']);
    const named = new Set(files.flatMap((file) => testNames(readFileSync(file, 'utf8')).flatMap(rulesIn)));
    const rules = Array.from({ length: ruleCount }, (_, index) => index + 1);
    expect(rules.filter((rule) => !named.has(rule))).toEqual([]);
    expect([...named].filter((rule) => rule < 1 || rule > ruleCount)).toEqual([]);
  });
});

describe('the search for rules in names', () => {
  test('finds the names of plain tests, of tables and of groups, in every kind of quote, and nothing else', () => {
    const source = [
      `test('a rule', () => {});`,
      `  test.each([['x', f(')')], [(y)]])(`,
      `    "the table of %s",`,
      '  describe(`a group`, () => { test(`of ${n} things`, () => {}); });',
      `test.each<[string, unknown]>([[')', () => 1]])('typed', () => {});`,
      `const text = 'no rule 99'; // test('rule 98')`,
      `expect(text).toBe('rule 97');`,
    ].join('\n');
    expect(testNames(source)).toEqual(['a rule', 'the table of %s', 'a group', '`of ${n} things`', 'typed']);
  });

  test('finds one of them and several in a name', () => {
    expect(rulesIn('rule 9: warns')).toEqual([9]);
    expect(rulesIn('rules 6, 10 and 13: moves')).toEqual([6, 10, 13]);
    expect(rulesIn('a rule of 3 and 4 parts')).toEqual([]);
  });
});
