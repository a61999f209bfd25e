import { describe, expect, test } from '@jest/globals';
import { CsvReader } from './csv.js';
import type { ReadLine } from './line-reader.js';
import { LineSplitter } from './lines.js';

const header = 'dossier;name;code;enterpriseNumber;clientGroup;managers\n';

/** What a list says, which comes in these pieces. */
function read(...pieces: (string | Buffer)[]): ReadLine[] {
  const splitter = new LineSplitter();
  const reader = new CsvReader();
  const read = pieces.flatMap((piece) => reader.read(splitter.push(Buffer.from(piece))));
  read.push(...reader.read(splitter.end()));
  reader.end();
  return read;
}

const outcome = (lines: readonly ReadLine[]) =>
  lines.map((line) => [line.line, 'refused' in line ? line.refused.code : line.records.map(({ kind }) => kind).join()]);

describe('a list in CSV', () => {
  test('says of each row a dossier, and of each group that it names the name once', () => {
    expect(read(header, 'd1;A;B1;0123.456.749;Général; a@b.be  c@d.be \n', 'd2;B;;;Général;\n')).toEqual([
      {
        line: 2,
        records: [
          { kind: 'client_group_name', name: 'Général' },
          {
            ...{ kind: 'dossier', id: 'd1', fields: { name: 'A', code: 'B1', enterpriseNumber: '0123456749' } },
            listed: { clientGroup: 'Général', managers: ['a@b.be', 'c@d.be'] },
          },
        ],
      },
      {
        line: 3,
        records: [
          { kind: 'dossier', id: 'd2', fields: { name: 'B' }, listed: { clientGroup: 'Général', managers: [] } },
        ],
      },
    ]);
  });

  test('is the same wherever the stream is cut', () => {
    const text = `\uFEFF${header}d1;"É; ""x""";;;;\r\nd2;B;;;G;\r\n\r\nd3;bad"quote;;;;\r\nd4;D;;;;`;
    const bytes = Buffer.from(text);
    const pieces = (size: number) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    const whole = read(bytes);
    expect(outcome(whole)).toEqual([
      [2, 'dossier'],
      [3, 'client_group_name,dossier'],
      [5, 'malformed_csv'],
      [6, 'dossier'],
    ]);
    for (const size of [1, 2, 3, 7, 50]) expect(read(...pieces(size))).toEqual(whole);
  });

  test('keeps a bad row to itself: a quote that never closes does not swallow what follows', () => {
    const rows = ['d1;"open;;;;', 'd2;A;;;;', 'd3;"two""three;;;;', 'd4;B;;;;', 'd5;"x"y;;;;', 'd6;C;;;;'];
    expect(outcome(read(header, rows.join('\n')))).toEqual([
      [2, 'malformed_csv'],
      [3, 'dossier'],
      [4, 'malformed_csv'],
      [5, 'dossier'],
      [6, 'malformed_csv'],
      [7, 'dossier'],
    ]);
  });

  test('never makes one row of two: what closes a quote on the next line is another row', () => {
    expect(outcome(read(header, 'd1;"first\nd2;second";;;;\n'))).toEqual([
      [2, 'malformed_csv'],
      [3, 'malformed_csv'],
    ]);
  });

  test('names at most 10,000 groups', () => {
    const rows = Array.from({ length: 10_001 }, (_, n) => `d${n};A;;;G${n};\n`);
    const lines = read(header, ...rows);
    expect(outcome(lines.slice(-2))).toEqual([
      [10_001, 'client_group_name,dossier'],
      [10_002, 'too_many_items'],
    ]);
  });

  test('takes empty cells for nothing said, and lines of only delimiters for nothing at all', () => {
    expect(read(header, 'd1\n', ';;;;;\n', ' ; ;;;;;;;\n')).toEqual([
      { line: 2, records: [{ kind: 'dossier', id: 'd1', fields: {}, listed: { managers: [] } }] },
    ]);
  });
});
