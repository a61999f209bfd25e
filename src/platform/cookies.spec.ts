import { describe, expect, test } from '@jest/globals';
import { cookieName, cookieOf, removeCookie, setCookie } from './cookies.js';

// How these were seen to fail: with the first of two cookies taken, and with names compared without their case.
describe('a cookie of a request', () => {
  test.each([
    ['cardea=abc', 'abc'],
    ['a=1; cardea=abc; b=2', 'abc'],
    ['cardea=', ''],
    ['cardea=a=b', 'a=b'],
  ])('is found: %j', (header, value) => expect(cookieOf(header, 'cardea')).toBe(value));

  test.each([
    [undefined],
    [''],
    ['Cardea=abc'],
    ['CARDEA=abc'],
    ['xcardea=abc'],
    ['cardea-2=abc'],
    ['cardea'],
    ['a="cardea=abc"'],
    ['__Host-cardea=abc'],
  ])('is none by another name: %j', (header) => expect(cookieOf(header, 'cardea')).toBeUndefined());

  test.each(['cardea=abc; cardea=abc', 'cardea=abc; a=1;cardea=def', 'cardea=; cardea=abc'])(
    'attack: is none where it comes twice: %j',
    (header) => expect(cookieOf(header, 'cardea')).toBeUndefined(),
  );
});

describe('a cookie that is set', () => {
  test('is for the server alone, and over TLS for this host alone', () => {
    expect(setCookie(cookieName('cardea', true), 'abc', { sameSite: 'Strict', isSecure: true })).toBe(
      '__Host-cardea=abc; Path=/; HttpOnly; SameSite=Strict; Secure',
    );
    expect(setCookie(cookieName('cardea', false), 'abc', { sameSite: 'Lax', isSecure: false, maxAgeSeconds: 9 })).toBe(
      'cardea=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=9',
    );
  });

  test('is removed with what it was set with', () => {
    expect(removeCookie('cardea', { sameSite: 'Strict', isSecure: true })).toBe(
      'cardea=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    );
  });
});
