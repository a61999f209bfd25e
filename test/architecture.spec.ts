import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rooms, violationsOf, type Tree } from './support/architecture.js';

const root = new URL('../', import.meta.url);

function sourceTree(): Tree {
  const paths = globSync('src/**/*.ts', { cwd: root }).map((path) => path.split(sep).join('/'));
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, root), 'utf8')]));
}

function violationsIn(files: Record<string, string>): string[] {
  return violationsOf(new Map(Object.entries(files)));
}

describe('the house', () => {
  test('holds its own rules: rooms see only what the table lets them see, and no file imports itself', () => {
    const tree = sourceTree();
    expect(tree.has('src/relations/vocabulary.ts')).toBe(true);
    expect(violationsOf(tree)).toEqual([]);
  });

  test('check and admin never see each other', () => {
    expect(rooms.check).not.toContain('admin');
    expect(rooms.admin).not.toContain('check');
  });
});

describe('the check of the house', () => {
  test('finds nothing wrong in a good tree', () => {
    const good = {
      'src/main.ts': `import { AppModule } from './app.module.js'; import '#src/platform/settings.js';`,
      'src/app.module.ts': `import '#src/check/check.module.js'; import '#src/admin/admin.module.js'; export class AppModule {}`,
      'src/openapi.main.ts': `import { AppModule } from './app.module.js'; void AppModule;`,
      'src/platform/settings.ts': `export const port = process.env.PORT; // process.env`,
      'src/relations/vocabulary.ts': `export const words = ['forwardRef', 'process.env', "from '../admin/x.js'"];`,
      'src/policy/load.ts': `import { words } from '#src/relations/vocabulary.js'; import './load/yaml.js';`,
      'src/policy/load/yaml.ts': `import type { A } from '#src/policy/bundle.js'; import { parse } from 'yaml';`,
      'src/policy/bundle.ts': `// forwardRef(() => …) is not used here\nexport interface A { a: 1 }`,
      'src/policy/load.spec.ts': `import { anOffice } from '#test/factories/offices.js';`,
      'src/check/check.module.ts': `import '#src/ability/decide.js'; import '#src/relations/vocabulary.js';`,
      'src/ability/decide.ts': `import '#src/policy/bundle.js'; export * from 'rxjs'; export const a = 1;`,
      'src/admin/admin.module.ts': `const load = () => import('#src/relations/vocabulary.js'); void load;`,
    };
    expect(violationsIn(good)).toEqual([]);
  });

  test.each([
    ['platform', '#src/relations/vocabulary.js'],
    ['relations', '#src/audit/trail.js'],
    ['audit', '#src/relations/facts.js'],
    ['policy', '#src/relations/facts.js'],
    ['policy', '#src/ability/decide.js'],
    ['ability', '#src/audit/trail.js'],
    ['ability', '#src/check/check.service.js'],
    ['check', '#src/admin/writer.js'],
    ['check', '#src/relations/facts.js'],
    ['check', '#src/policy/load.js'],
    ['admin', '#src/check/check.service.js'],
    ['admin', '#src/policy/load.js'],
  ])('refuses that %s imports %s, in whatever way it is written', (room, specifier) => {
    const file = `src/${room}/file.ts`;
    const ways = [
      `import { a } from '${specifier}';`,
      `import type { A } from "${specifier}";`,
      `import '${specifier}';`,
      `const a = 1; export { b } from '${specifier}';`,
      `const a = 1; export * from '${specifier}';`,
      `const a = await import('${specifier}');`,
      `type A = import('${specifier}').A;`,
      `const a = require(\`${specifier}\`);`,
    ];
    for (const text of ways) {
      expect(violationsIn({ [file]: text })).toEqual([
        `${file}: imports ${specifier}: ${room} may not see ${specifier.split('/')[1]}`,
      ]);
    }
  });

  test('refuses to see above the rooms, and tests outside specs', () => {
    expect(violationsIn({ 'src/check/a.ts': `import '#src/app.module.js'; import '#test/support/api.js';` })).toEqual([
      'src/check/a.ts: imports #src/app.module.js, which is above the rooms',
      'src/check/a.ts: imports #test/support/api.js outside a spec',
    ]);
  });

  test('refuses parent paths, other rooms by a relative path, and the long way to the own folder', () => {
    expect(
      violationsIn({
        'src/app.module.ts': `import './check/check.module.js'; export class AppModule {}`,
        'src/check/a.ts': `import '../ability/decide.js'; import './../ability/decide.js'; import '#src/check/b.js';`,
        'src/check/deep/c.ts': `import '../a.js'; import './x/../d.js'; import '#src/check/deep/d.js';`,
      }),
    ).toEqual([
      'src/app.module.ts: imports another room by ./check/check.module.js: write #src/…',
      'src/check/a.ts: imports ../ability/decide.js: write #src/…',
      'src/check/a.ts: imports ./../ability/decide.js: write #src/…',
      'src/check/a.ts: imports #src/check/b.js, which stands in its own folder: write ./…',
      'src/check/deep/c.ts: imports ../a.js: write #src/…',
      'src/check/deep/c.ts: imports ./x/../d.js: write #src/…',
      'src/check/deep/c.ts: imports #src/check/deep/d.js, which stands in its own folder: write ./…',
    ]);
  });

  test('refuses imports that name a folder', () => {
    const text = `import '#src/ability'; import './deep'; import '#src/policy/load'; import '.';`;
    expect(violationsIn({ 'src/check/a.ts': text })).toEqual([
      'src/check/a.ts: imports #src/ability, which names no file',
      'src/check/a.ts: imports ./deep, which names no file',
      'src/check/a.ts: imports #src/policy/load, which names no file',
      'src/check/a.ts: imports ., which names no file',
    ]);
  });

  test('refuses rooms that are not in the table, files in no room and names that say nothing', () => {
    expect(
      violationsIn({
        'src/billing/a.ts': 'export {};',
        'src/loose.ts': 'export {};',
        'src/shared/a.ts': 'export {};',
        'src/check/utils/a.ts': 'export {};',
        'src/check/helpers.ts': 'export {};',
      }),
    ).toEqual([
      'src/billing/a.ts: stands in billing, which is no room of the house',
      'src/check/helpers.ts: is named helpers, which says nothing',
      'src/check/utils/a.ts: is named utils, which says nothing',
      'src/loose.ts: stands in no room',
      'src/shared/a.ts: stands in shared, which is no room of the house',
      'src/shared/a.ts: is named shared, which says nothing',
    ]);
  });

  test('refuses barrels under any name', () => {
    expect(
      violationsIn({
        'src/check/index.ts': `export const a = 1;`,
        'src/check/all.ts': `export * from './a.js'; export { b } from './b.js';`,
      }),
    ).toEqual([
      'src/check/all.ts: only exports again what is in other files: a barrel',
      'src/check/index.ts: is a barrel',
    ]);
  });

  test('refuses forwardRef', () => {
    expect(violationsIn({ 'src/check/a.ts': `import { forwardRef } from '@nestjs/common'; void forwardRef;` })).toEqual(
      ['src/check/a.ts: uses forwardRef'],
    );
  });

  test.each([
    'const a = process.env.PORT;',
    "const a = process['env'];",
    'const { env } = process;',
    'const { env: all } = process;',
    'const a = globalThis.process.env;',
    "import { env } from 'node:process';",
    "import { env as all } from 'process';",
  ])('refuses the environment outside the settings: %s', (text) => {
    const problem = 'reads process.env, which src/platform/settings.ts does';
    expect(violationsIn({ 'src/platform/a.ts': text })).toEqual([`src/platform/a.ts: ${problem}`]);
    expect(violationsIn({ 'src/platform/settings.ts': text })).toEqual([]);
  });

  test('finds cycles of any length, of types too, inside a room and across rooms', () => {
    expect(
      violationsIn({
        'src/relations/a.ts': `import './a.js';`,
        'src/relations/c.ts': `import './d.js';`,
        'src/relations/d.ts': `import type { C } from './e.js'; import '#src/platform/x.js';`,
        'src/relations/e.ts': `import './c.js';`,
        'src/platform/x.ts': `import '#src/relations/c.js';`,
        'src/relations/z.ts': `import './c.js';`,
      }),
    ).toEqual([
      'src/platform/x.ts: imports #src/relations/c.js: platform may not see relations',
      'src/platform/x.ts: imports itself through src/platform/x.ts → src/relations/c.ts → src/relations/d.ts → src/platform/x.ts',
      'src/relations/a.ts: imports itself through src/relations/a.ts → src/relations/a.ts',
      'src/relations/c.ts: imports itself through src/relations/c.ts → src/relations/d.ts → src/relations/e.ts → src/relations/c.ts',
    ]);
  });
});
