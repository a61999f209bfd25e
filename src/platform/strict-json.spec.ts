import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxArrayLength, maxDepth, parseStrictJson } from './strict-json.js';

const parse = (text: string | Buffer) => parseStrictJson(Buffer.from(text as string));

function codeOf(text: string | Buffer): unknown {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('the strict JSON parser', () => {
  it('reads what JSON.parse reads, for any value that JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!/__proto__|constructor|prototype|\\u0000/.test(text));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('counts no member twice where names and texts hold quotes, colons, commas, braces and escapes', () => {
    const value = { 'a":{': '},"a\\":1', 'b\\': ['[:,]', ':', '\\"'], é: { 'a":{': 'ü\\\\' } };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  it('skips a byte order mark', () => {
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('takes an empty body for no body', () => {
    expect(parse('')).toBeUndefined();
  });

  it.each(['{', '{"a":1,}', "{'a':1}", 'nul', '[1 2]', '"abc', '{"a":1}}', '\\', '"\n"', ' ', '\ufeff', ',,', ']]]['])(
    'attack: refuses what is not JSON: %j',
    (text) => {
      expect(codeOf(text)).toBe('malformed_json');
    },
  );

  it.each([
    [[0x22, 0xff, 0x22]],
    [[0x22, 0xc3, 0x22]],
    [[0x22, 0xc0, 0xaf, 0x22]],
    [[0x22, 0xed, 0xa0, 0x80, 0x22]],
    [[0xff, 0xfe, 0x31, 0x00]],
  ])('attack: refuses invalid UTF-8 instead of guessing: %j', (bytes) => {
    expect(codeOf(Buffer.from(bytes))).toBe('malformed_json');
  });

  it.each([
    '{"a":1,"a":1}',
    '{"collaborator":"c1","dossier":"d1","collaborator":"admin"}',
    '{"x":[{"y":{"a":1,"b":2,"a":3}}]}',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '[{"1":0,"1":0}]',
  ])('attack: refuses duplicate members, also when one is escaped: %s', (text) => {
    expect(codeOf(text)).toBe('duplicate_member');
  });

  it.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"\\u005f_proto__":1}',
    '{"a":[{"constructor":{"prototype":{}}}]}',
    '{"prototype":null}',
  ])('attack: refuses names that JavaScript treats specially: %s', (text) => {
    expect(codeOf(text)).toBe('reserved_member');
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it('attack: refuses deep nesting, before anything is built from it', () => {
    expect(codeOf('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBeUndefined();
    expect(codeOf('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toBe('json_too_deep');
    expect(codeOf('{"a":'.repeat(maxDepth + 1) + '1' + '}'.repeat(maxDepth + 1))).toBe('json_too_deep');
    expect(codeOf('['.repeat(8_000_000))).toBe('json_too_deep');
  });

  it('attack: refuses a list of more than 100,000 items', () => {
    const list = (length: number) => `{"a":[${'1,'.repeat(length - 1)}1],"b":2}`;
    expect(codeOf(list(maxArrayLength))).toBeUndefined();
    expect(codeOf(list(maxArrayLength + 1))).toBe('array_too_long');
    // Two lists of half the size are not one.
    expect(codeOf(`[${list(maxArrayLength)},${list(maxArrayLength)}]`)).toBeUndefined();
  });

  it.each(['1e999', '-1e999', '{"a":[1e400]}'])(
    'attack: refuses huge numbers that would become infinite: %s',
    (text) => {
      expect(codeOf(text)).toBe('unrepresentable_value');
    },
  );

  it.each(['"\\u0000"', '{"a\\u0000b":1}', '["\\ud800"]', '"x\\udc00y"'])(
    'attack: refuses texts that PostgreSQL cannot store: %s',
    (text) => {
      expect(codeOf(text)).toBe('unrepresentable_value');
    },
  );

  it('keeps a well-formed pair of surrogates', () => {
    expect(parse('"\\ud83d\\ude00"')).toBe('😀');
  });

  it('reads every body afresh: what one body had does not count for the next', () => {
    expect(codeOf('{"a":1,"a":2}')).toBe('duplicate_member');
    expect(codeOf('['.repeat(65))).toBe('json_too_deep');
    for (let i = 0; i < 3; i++) expect(codeOf(','.repeat(60_000))).toBe('malformed_json');
    expect(parse('{"a":[1,2],"b":{"c":3}}')).toEqual({ a: [1, 2], b: { c: 3 } });
  });
});
