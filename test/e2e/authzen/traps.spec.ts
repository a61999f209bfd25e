import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, startLibrary, type Library } from '#test/support/authzen.js';

// What decision points get wrong by the habits of their frameworks; the rest is in the specs of the endpoints. How these
// were seen to fail: with strict schemas, with texts made of numbers, with pages of 1,000, and with results that hold
// more or are in another order.

let library: Library;
const inside = { context: { place: 'library' } };
const readers = Array.from({ length: 1_201 }, (_, n) => String(100 + n));
const endpoints = {
  evaluation: ask('reader:101', 'read', 'book:7', inside),
  evaluations: { evaluations: [ask('reader:101', 'read', 'book:7', inside)] },
  'search/subject': ask('reader:', 'read', 'book:7', inside),
  'search/resource': ask('reader:101', 'read', 'book:', inside),
  'search/action': ask('reader:101', '', 'book:7', inside),
};
const names = Object.keys(endpoints) as (keyof typeof endpoints)[];
const send = (name: keyof typeof endpoints, body: unknown, headers?: Record<string, string>) =>
  library.pdp.post(name, body, headers);

/** The same with something more in every object of it. */
function extended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(extended);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, extended(member)] as const);
  return { ...Object.fromEntries(members), 'x-unknown': [1, { a: null }] };
}

/** The same with a number in the place of every id that looks like one. */
function numbered(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/"id":"(\d+)"/g, '"id":$1')) as unknown;
}

beforeAll(async () => {
  library = await startLibrary();
  const lines = [
    ...readers.map((id) => ({ kind: 'entity', type: 'reader', id, properties: {} })),
    ...['7', '8'].map((id) => ({ kind: 'entity', type: 'book', id, properties: {} })),
  ];
  await library.office.api.post(library.office.at('import'), lines.map((line) => JSON.stringify(line)).join('\n'), {
    'content-type': 'application/x-ndjson',
  });
});
afterAll(() => library.close());

describe('every endpoint of AuthZEN', () => {
  test.each(names)('%s answers the same whatever else is in the request', async (name) => {
    const plain = await send(name, endpoints[name]);
    const more = await send(name, extended(endpoints[name]));
    expect([more.status, JSON.stringify(more.body)]).toEqual([200, JSON.stringify(plain.body)]);
  });

  test.each(names)('%s makes no text of a number', async (name) => {
    const { status, body } = await send(name, numbered(endpoints[name]));
    const error = { status: 400, message: expect.any(String) };
    expect([status, body]).toEqual(
      name === 'evaluations'
        ? [200, { evaluations: [{ decision: false, context: { error } }] }]
        : [400, { message: expect.any(String) }],
    );
  });

  test.each(names)('%s gives back the id of the request, also where there is no such office', async (name) => {
    const path = `/offices/nowhere/access/v1/${name}`;
    const answer = await library.pdp.api.post(path, endpoints[name], { 'x-request-id': 'pep-1' });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([404, 'pep-1']);
  });
});

describe('searches', () => {
  test('answer byte for byte: the page first, then type and id, or a name, and nothing besides', async () => {
    const text = async (name: keyof typeof endpoints, limit: number) => {
      const { body } = await send(name, { ...endpoints[name], page: { limit } });
      return JSON.stringify(body).replace(/"next_token":"[^"]+"/, '"next_token":"…"');
    };
    expect(await text('search/subject', 2)).toBe(
      '{"page":{"next_token":"…","count":2},"results":[{"type":"reader","id":"100"},{"type":"reader","id":"1000"}]}',
    );
    expect(await text('search/resource', 2)).toBe(
      '{"page":{"next_token":"","count":2},"results":[{"type":"book","id":"7"},{"type":"book","id":"8"}]}',
    );
    expect(await text('search/action', 2)).toBe('{"page":{"next_token":"","count":1},"results":[{"name":"read"}]}');
  });

  test('hold back nothing where nobody asked for pages, also past a thousand results', async () => {
    expect(await library.pdp.finds('subject', endpoints['search/subject'])).toEqual([...readers].sort());
  });
});
