import { closeSync, openSync, writeSync } from 'node:fs';
import Excel from 'exceljs';
import { type Output, UsageError } from '#src/platform/command.js';
import type { Difference } from '#src/ability/comparison.js';

export const formats = ['table', 'json', 'markdown', 'xlsx'] as const;
export type Format = (typeof formats)[number];

/** The differences of one office, counted. */
export interface OfficeCount {
  readonly office: string;
  dossiers: number;
  gains: number;
  loses: number;
}

export type Row = Difference & { readonly office: string };

/** Takes differences one after another, and then how many there were: nothing is kept that need not be. */
export interface Report {
  add(row: Row): void | Promise<void>;
  end(counts: readonly OfficeCount[]): void | Promise<void>;
}

/** A worksheet takes no more rows. */
const maxSheetRows = 1_000_000;
const columns = ['office', 'change', 'collaborator', 'action', 'dossier'] as const;

/**
 * @param limit rows that a table shows; how many there are is always said
 * @throws UsageError where a workbook has no file to go to
 */
export function reportIn(
  format: Format,
  { output, file, limit }: { output: Output; file?: string; limit: number },
): Report {
  if (format === 'xlsx') {
    if (file === undefined) throw new UsageError('--format xlsx needs --output FILE');
    return workbook(file);
  }
  const { write, close } = writerTo(output, file);
  if (format === 'json') return json(write, close);
  return format === 'markdown' ? markdown(write, close, limit) : table(write, close, limit);
}

type Write = (text: string) => void | Promise<void>;

function writerTo(output: Output, file: string | undefined): { write: Write; close: () => void } {
  if (file === undefined) return { write: (text) => output.write(text), close: () => undefined };
  const handle = openSync(file, 'w');
  return { write: (text) => void writeSync(handle, text), close: () => closeSync(handle) };
}

/** One JSON document: `{"differences":[…],"offices":[…]}`. */
function json(write: Write, close: () => void): Report {
  let separator = '{"differences":[\n';
  return {
    async add(row) {
      await write(`${separator}${JSON.stringify(row)}`);
      separator = ',\n';
    },
    async end(counts) {
      await write(`${separator.startsWith('{') ? separator : ''}],\n"offices":${JSON.stringify(counts)}}\n`);
      close();
    },
  };
}

function table(write: Write, close: () => void, limit: number): Report {
  const shown: Row[] = [];
  return {
    add: (row) => void (shown.length < limit && shown.push(row)),
    async end(counts) {
      const lines = shown.map(({ office, change, collaborator, action, dossier }) => {
        return `${office}: ${collaborator} ${change} ${action} on ${dossier}`;
      });
      await write([...lines, ...more(counts, shown.length), ...counts.map(countLine), ''].join('\n'));
      close();
    },
  };
}

function markdown(write: Write, close: () => void, limit: number): Report {
  const shown: Row[] = [];
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  const head = (names: readonly string[]) => [line(names), line(names.map(() => '---'))];
  return {
    add: (row) => void (shown.length < limit && shown.push(row)),
    async end(counts) {
      const counted = counts.map(({ office, dossiers, gains, loses }) => line([office, dossiers, gains, loses]));
      const listed = shown.map((row) => line(columns.map((column) => row[column])));
      const summary = [...head(['office', 'dossiers', 'gains', 'loses']), ...counted, ''];
      await write([...summary, ...head(columns), ...listed, '', ...more(counts, shown.length), ''].join('\n'));
      close();
    },
  };
}

function workbook(file: string): Report {
  const book = new Excel.stream.xlsx.WorkbookWriter({ filename: file });
  let sheet: Excel.Worksheet | undefined;
  let rows = 0;
  return {
    add(row) {
      if (rows % maxSheetRows === 0) {
        sheet?.commit();
        sheet = book.addWorksheet(`differences ${1 + rows / maxSheetRows}`);
        sheet.addRow(columns).commit();
      }
      rows++;
      // Texts are written as texts: Excel takes none of them for a formula.
      sheet?.addRow(columns.map((column) => row[column])).commit();
    },
    async end(counts) {
      sheet?.commit();
      const summary = book.addWorksheet('offices');
      summary.addRow(['office', 'dossiers', 'gains', 'loses']).commit();
      for (const { office, dossiers, gains, loses } of counts)
        summary.addRow([office, dossiers, gains, loses]).commit();
      summary.commit();
      await book.commit();
    },
  };
}

function more(counts: readonly OfficeCount[], shown: number): string[] {
  const all = counts.reduce((sum, { gains, loses }) => sum + gains + loses, 0);
  return all > shown ? [`… and ${all - shown} more of ${all}; --limit shows more, --format json all`] : [];
}

function countLine({ office, dossiers, gains, loses }: OfficeCount): string {
  return `${office}: ${gains} gained and ${loses} lost over ${dossiers} dossiers`;
}
