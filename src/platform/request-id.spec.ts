import { describe, expect, test } from '@jest/globals';
import { requestId } from './request-id.js';

describe('the id of a request', () => {
  test('is the caller’s own where it can stand in a log line', () => {
    for (const id of ['a', 'abc-1', 'x'.repeat(128), 'with space']) {
      expect(requestId({ headers: { 'x-request-id': id } })).toBe(id);
    }
  });

  test('is a UUIDv7 where there is none that can', () => {
    for (const id of [undefined, '', 'x'.repeat(129), 'a\nb', 'é', '\u0000']) {
      expect(requestId({ headers: { 'x-request-id': id } })).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  // Seen to fail with a pool that is handed out again before it is filled anew.
  test('is made once, however many are made in one millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => requestId({ headers: {} }));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
