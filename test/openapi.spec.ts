import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import 'reflect-metadata';
import { describeApi } from '#src/app.js';

test('the committed openapi.json is what the code describes (npm run openapi writes it)', async () => {
  expect(readFileSync('openapi.json', 'utf8')).toBe(await describeApi());
});

test('the types of the console are those of openapi.json (npm run openapi writes them too)', () => {
  const { scripts } = JSON.parse(readFileSync('console/package.json', 'utf8')) as { scripts: { types: string } };
  const [, , , output = '', ...options] = scripts.types.split(' ');
  const found = createRequire(resolve('console/package.json')).resolve('openapi-typescript/package.json');
  const types = execFileSync(process.execPath, [join(dirname(found), 'bin/cli.js'), '../openapi.json', ...options], {
    cwd: 'console',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(readFileSync(join('console', output), 'utf8').trim()).toBe(types.trim());
});

test('every member of a path is described', () => {
  const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, { parameters: { name?: string; in?: string }[] }>>;
  };
  for (const [path, item] of Object.entries(paths)) {
    const members = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, { parameters }] of Object.entries(item)) {
      const described = parameters.flatMap(({ name, in: place }) => (place === 'path' ? [name] : []));
      expect([method, path, described.sort()]).toEqual([method, path, members.sort()]);
    }
  }
});
