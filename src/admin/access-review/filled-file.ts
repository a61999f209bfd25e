import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { parse, CsvError } from 'csv-parse';
import { problem } from '#src/platform/errors.js';
import { languages } from '#src/relations/vocabulary.js';
import { maxListed } from '#src/admin/fields.schema.js';
import { decisionWords, headings, type ReviewColumn } from './review-words.js';
import type { ReviewFormat } from './review.schema.js';
import { Workbook, type SheetRow } from './workbook.js';
import { Zip } from './zip.js';

const needed = ['collaborator', 'dossier', 'clientGroup', 'collaboratorGroup', 'decision', 'row'] as const;

/** A row with a decision: its number in the file, and the cells that matter. */
export type DecidedRow = Record<(typeof needed)[number], string> & { line: number };

/** What a file that came back says. */
export interface FilledFile {
  revoked: DecidedRow[];
  kept: DecidedRow[];
  /** Whatever else stands where a decision should. */
  unclear: DecidedRow[];
  undecided: number;
}

/** Rows to keep are held to see whether they contradict others. */
const maxKept = 500_000;

/**
 * Reads a review that has been filled in.
 *
 * @throws `review_unreadable`, `review_header`, `payload_too_large`, `not_utf8`, `malformed_csv`, `too_many_items`
 */
export async function readFilledFile(bytes: Buffer, format: ReviewFormat): Promise<FilledFile> {
  const rows = new FilledRows();
  if (format === 'csv') {
    await readCsv(bytes, (row) => rows.take(row));
  } else {
    const workbook = new Workbook(Zip.open(bytes));
    for (const sheet of await workbook.sheets()) {
      if (!rows.hasHeader) await workbook.rows(sheet, (row) => rows.take(row));
    }
  }
  if (!rows.hasHeader) throw problem('review_header', { columns: needed.map((name) => headings.en[name]).join(', ') });
  return rows.file;
}

/** Sorts rows by what has been decided. */
class FilledRows {
  readonly file: FilledFile = { revoked: [], kept: [], unclear: [], undecided: 0 };
  #columns: Map<string, number> | undefined;

  get hasHeader(): boolean {
    return this.#columns !== undefined;
  }

  /** The first row of a sheet is its header; of a sheet with another one, no row counts. */
  take({ line, cells }: SheetRow): void {
    if (line === 1) this.#columns = columnsOf(cells);
    else if (this.#columns) this.#takeRow(line, cells, this.#columns);
  }

  #takeRow(line: number, cells: readonly string[], columns: ReadonlyMap<string, number>): void {
    const cell = (name: ReviewColumn) => cells[columns.get(name) ?? -1]?.trim() ?? '';
    const row = Object.fromEntries(needed.map((name) => [name, cell(name)])) as Omit<DecidedRow, 'line'>;
    const decision = decisionOf(row.decision);
    if (decision === undefined) this.file.undecided += row.row === '' ? 0 : 1;
    else this.#keep(this.file[decision], { line, ...row }, decision === 'kept' ? maxKept : maxListed);
  }

  #keep(list: DecidedRow[], row: DecidedRow, max: number): void {
    if (list.length >= max) throw problem('too_many_items', { max });
    list.push(row);
  }
}

function columnsOf(cells: readonly string[]): Map<string, number> | undefined {
  for (const language of languages) {
    const found = needed.map(
      (name) => [name, cells.findIndex((cell) => cell?.trim() === headings[language][name])] as const,
    );
    if (found.every(([, at]) => at >= 0)) return new Map(found);
  }
  return undefined;
}

function decisionOf(text: string): 'kept' | 'revoked' | 'unclear' | undefined {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  const words = Object.values(decisionWords);
  if (words.some(({ keep }) => keep === word)) return 'kept';
  return words.some(({ revoke }) => revoke === word) ? 'revoked' : 'unclear';
}

async function readCsv(bytes: Buffer, take: (row: SheetRow) => void): Promise<void> {
  if (!isUtf8(bytes)) throw problem('not_utf8', { line: badLineOf(bytes) });
  const [header = ''] = bytes.toString('utf8', 0, 4_096).split('\n', 1);
  const delimiter = header.includes(';') ? ';' : ',';
  const options = { bom: true, delimiter, relax_column_count: true, max_record_size: 1_000_000 };
  const records = Readable.from([bytes]).pipe(parse(options)) as AsyncIterable<string[]>;
  let line = 0;
  try {
    for await (const cells of records) take({ line: ++line, cells });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw problem('malformed_csv', { problem: error.message.split(':')[0] ?? '' }, { cause: error });
  }
}

function badLineOf(bytes: Buffer): number {
  for (let [line, from] = [1, 0]; ; line++) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
