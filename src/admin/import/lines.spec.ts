import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter, maxLineBytes } from './lines.js';

/** The lines of a text that comes in these pieces. */
function split(pieces: readonly Buffer[]): [number, string | undefined][] {
  const splitter = new LineSplitter();
  const lines = [...pieces.flatMap((piece) => splitter.push(piece).map(copied)), ...splitter.end().map(copied)];
  expect(splitter.count).toBe(lines.length);
  return lines;
}

/** What a line holds is only valid until the next piece. */
function copied({ number, bytes }: { number: number; bytes: Buffer | undefined }): [number, string | undefined] {
  return [number, bytes?.toString()];
}

describe('lines', () => {
  test('are numbered from one, blank ones included, and the last one needs no end', () => {
    expect(split([Buffer.from('a\n\nb\r\nc')])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'b\r'],
      [4, 'c'],
    ]);
    expect(split([Buffer.from('a\n')])).toEqual([[1, 'a']]);
    expect(split([])).toEqual([]);
  });

  test('are the same wherever the stream is cut', () => {
    const pieces = fc.array(fc.string({ unit: fc.constantFrom('\n', 'é', 'x', '日', '😀'), maxLength: 6 }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(pieces, fc.nat({ max: 5 }), (texts, size) => {
        const whole = Buffer.from(texts.join(''));
        const cut: Buffer[] = [];
        for (let at = 0; at < whole.length; at += size + 1) cut.push(whole.subarray(at, at + size + 1));
        expect(split(cut)).toEqual(split([whole]));
      }),
    );
  });

  test('that are too long are told apart and not held, and spoil no other', () => {
    const long = Buffer.alloc(maxLineBytes + 1, 'x');
    const pieces = [Buffer.from('a\n'), long.subarray(0, 700_000), long.subarray(700_000), Buffer.from('\nb\n')];
    expect(split(pieces)).toEqual([
      [1, 'a'],
      [2, undefined],
      [3, 'b'],
    ]);
    expect(split([long.subarray(1)])[0]?.[1]).toHaveLength(maxLineBytes);
  });
});
