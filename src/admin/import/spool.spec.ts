import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Spool, type SpoolEntry } from './spool.js';

const folder = mkdtempSync(join(tmpdir(), 'spool-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sorted(entries: readonly SpoolEntry[], most: number): Promise<SpoolEntry[]> {
  const spool = new Spool(folder, most);
  try {
    for (const entry of entries) await spool.add(entry);
    // Whatever happens to the process from here on, nothing is left behind.
    expect(readdirSync(folder)).toEqual([]);
    const result: SpoolEntry[] = [];
    for await (const batch of spool.sorted()) result.push(...batch);
    return result;
  } finally {
    await spool.close();
  }
}

describe('a spool', () => {
  test('gives back everything by place and line, whether it fitted in memory or not', async () => {
    const entry = fc.record({
      place: fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u0001', '9'), maxLength: 3 }),
      text: fc
        .string({ unit: fc.constantFrom('x', 'é', '😀', '"', '\u2028'), maxLength: 40 })
        .map((s) => JSON.stringify(s)),
    });
    const lists = fc.array(entry, { maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 400 }), async (list, most) => {
        const entries = list.map((one, line) => ({ ...one, line }));
        const expected = entries.toSorted((a, b) =>
          a.place === b.place ? a.line - b.line : a.place < b.place ? -1 : 1,
        );
        expect(await sorted(entries, most)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('reads entries that are longer than what it reads at a time', async () => {
    const entries = ['b', 'a', 'c'].map((place, line) => ({
      place,
      line,
      text: JSON.stringify(place.repeat(100_000)),
    }));
    expect((await sorted(entries, 1)).map(({ place, text }) => [place, text.length])).toEqual([
      ['a', 100_002],
      ['b', 100_002],
      ['c', 100_002],
    ]);
  });

  test('of nothing is empty', async () => {
    expect(await sorted([], 10)).toEqual([]);
  });
});
