import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { KeyPrincipal } from '#src/platform/auth/principal.js';
import { KnownKeys } from './known-keys.js';

const one = { kind: 'key', id: 'one' } as KeyPrincipal;
const other = { kind: 'key', id: 'other' } as KeyPrincipal;

describe('keys that were verified before', () => {
  // Seen to fail with what a connection sent last taken for what it sends now.
  test('are told apart on one connection, from request to request', () => {
    const keys = new KnownKeys();
    keys.remember('Bearer cdk_one', one);
    keys.remember('Bearer cdk_other', other);
    const connection = new Socket();
    const sent = ['cdk_one', 'cdk_one', 'cdk_other', 'cdk_unknown', 'cdk_one'];
    expect(sent.map((key) => keys.find(`Bearer ${key}`, connection)?.id)).toEqual([
      ...['one', 'one', 'other'],
      undefined,
      'one',
    ]);
  });

  test('are found on every connection, also on one that sent them before they were known', () => {
    const keys = new KnownKeys();
    const early = new Socket();
    expect(keys.find('Bearer cdk_one', early)).toBeUndefined();
    keys.remember('Bearer cdk_one', one);
    expect([keys.find('Bearer cdk_one', early), keys.find('Bearer cdk_one', new Socket())]).toEqual([one, one]);
  });

  test('are found by nothing else: no header, another scheme, a token, another case', () => {
    const keys = new KnownKeys();
    keys.remember('Bearer cdk_one', one);
    for (const sent of [
      undefined,
      '',
      'Basic cdk_one',
      'Bearer eyJ',
      'Bearer CDK_one',
      'bearer cdk_one',
      'Bearer cdk_one ',
    ])
      expect(keys.find(sent, new Socket())).toBeUndefined();
  });
});
