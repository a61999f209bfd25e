import { describe, expect, test } from '@jest/globals';
import { home, returnTo } from './return-to.js';

// How these were seen to fail: with any path that begins with a slash, and with the path looked at before its dots are followed.
describe('where a sign-in leads', () => {
  test.each([
    '/console',
    '/console/',
    '/console/horta/dossiers/d1?tab=people#history',
    '/console/kantoor%20de%20schelde/monitor?q=a%26b',
    '/console/office%2Fone/groups',
  ])('may be a page of the console: %s', (path) => expect(returnTo(path)).toBe(path));

  test.each([
    undefined,
    null,
    '',
    'console',
    '/',
    '/consoles',
    '/console-of-someone-else',
    '/v1/session',
    '/session/sign-out',
    '//evil.example/console',
    '///evil.example/console',
    '/\\evil.example/console',
    '\\\\evil.example/console',
    '/console/../session/sign-in',
    '/console/%2e%2e/v1/offices',
    '/console\\..\\..\\evil.example',
    '/\t/evil.example/console',
    '/console\r\nset-cookie: a=b',
    'https://evil.example/console',
    'javascript:alert(1)',
    '/console/\u0000',
    '/console/é',
    `/console/${'x'.repeat(3_000)}`,
    `/console/${'<'.repeat(1_500)}`,
    ['/console/horta'],
  ])('attack: is the console where it would be anything else: %j', (wanted) => expect(returnTo(wanted)).toBe(home));
});
