import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { SigningKey } from '#src/platform/signing-key.js';
import { IssuerClient } from './issuer-client.js';
import { SignInAttempts } from './sign-in-attempt.js';

const attempts = new SignInAttempts(new SigningKey(randomBytes(32)), false);
const begin = () => ({ ...IssuerClient.newProofs(), returnTo: '/console/horta' });
const cookieOf = (setCookie: string) => setCookie.split(';', 1)[0] ?? '';

afterEach(() => void jest.restoreAllMocks());

// How these were seen to fail: without the signature, without the time, and without a look at the whole state.
describe('a sign-in under way', () => {
  test('is known again by the browser that began it, beside others of the same browser', () => {
    const [one, other] = [begin(), begin()];
    const header = [one, other].map((attempt) => cookieOf(attempts.remember(attempt))).join('; ');
    expect(attempts.recall(header, one.state)).toEqual(one);
    expect(attempts.recall(header, other.state)).toEqual(other);
  });

  test('attack: is unknown to another browser, and by another state', () => {
    const attempt = begin();
    const header = cookieOf(attempts.remember(attempt));
    expect(attempts.recall(undefined, attempt.state)).toBeUndefined();
    expect(attempts.recall(cookieOf(attempts.remember(begin())), attempt.state)).toBeUndefined();
    for (const state of ['', attempt.state.slice(0, 12), `${attempt.state.slice(0, 12)}${'x'.repeat(31)}`]) {
      expect(attempts.recall(header, state)).toBeUndefined();
    }
  });

  test('attack: is unknown where its cookie was changed, or made with another key', () => {
    const attempt = begin();
    const [name = '', value = ''] = cookieOf(attempts.remember(attempt)).split('=');
    const [, signature = ''] = value.split('.');
    const forged = Buffer.from(JSON.stringify({ ...attempt, returnTo: '/console/evil', untilMs: 9e15 }));
    const stranger = new SignInAttempts(new SigningKey(randomBytes(32)), false);
    for (const text of [
      `${forged.toString('base64url')}.${signature}`,
      `${forged.toString('base64url')}.`,
      `${value}x`,
      value.slice(0, -1),
      '.',
      '',
      cookieOf(stranger.remember(attempt)).slice(name.length + 1),
    ]) {
      expect(attempts.recall(`${name}=${text}`, attempt.state)).toBeUndefined();
    }
  });

  test('is over after ten minutes', () => {
    const attempt = begin();
    const header = cookieOf(attempts.remember(attempt));
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 599_000);
    expect(attempts.recall(header, attempt.state)).toEqual(attempt);
    jest.spyOn(Date, 'now').mockReturnValue(now + 600_001);
    expect(attempts.recall(header, attempt.state)).toBeUndefined();
  });
});
