import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import 'reflect-metadata';
import { describeApi } from '#src/app.js';

test('the committed openapi.json is what the code describes (npm run openapi writes it)', async () => {
  expect(readFileSync('openapi.json', 'utf8')).toBe(await describeApi());
});
