import { isUtf8 } from 'node:buffer';
import { parse, type CsvError } from 'csv-parse/sync';
import { z } from 'zod';
import { problem } from '#src/platform/errors.js';
import { dossierPatchSchema } from '#src/admin/dossier.schema.js';
import { emailSchema, groupNameSchema, idSchema } from '#src/admin/fields.schema.js';
import { attempt, type LineReader, type ReadLine } from './line-reader.js';
import { maxLineBytes, type Line } from './lines.js';
import { check, storedFields } from './ndjson.js';
import type { ImportRecord } from './record.js';

/** The columns of an office's list, as it can be made in Excel. */
export const csvColumns = ['dossier', 'name', 'code', 'enterpriseNumber', 'clientGroup', 'managers'] as const;
type Cells = Record<(typeof csvColumns)[number], string>;

/** Most client groups that one list can name: their names are held in memory. */
const maxGroupNames = 10_000;

interface TextLine {
  line: number;
  text: string;
}

/**
 * The list that an office makes in Excel: `;` or `,`, with or without a byte order mark. A row is one line, so that one
 * with a stray quote spoils no other; no cell of it can hold a line break, which no name may have anyway.
 *
 * Only UTF-8 is read. Bytes that are not are another encoding, and a wrong guess at which one would put other names in
 * the office's books without anyone noticing; so nothing is imported then.
 */
export class CsvReader implements LineReader {
  #delimiter = ',';
  #columns: readonly (keyof Cells)[] | undefined;
  readonly #groupNames = new Set<string>();

  read(lines: readonly Line[]): ReadLine[] {
    const texts: TextLine[] = [];
    const tooLong: ReadLine[] = [];
    for (const { number: line, bytes } of lines) {
      if (!bytes) tooLong.push({ line, refused: problem('line_too_long', { max: maxLineBytes }) });
      else if (!isUtf8(bytes)) throw problem('not_utf8', { line });
      else texts.push({ line, text: textOf(bytes, line) });
    }
    const filled = texts.filter(({ text }) => text.replaceAll(/[;,\s]/g, '') !== '');
    if (!this.#columns) this.#readHeader(filled.shift());
    return [...this.#rows(filled), ...tooLong].sort((a, b) => a.line - b.line);
  }

  end(): void {
    if (!this.#columns) throw headerProblem();
  }

  #readHeader(header: TextLine | undefined): void {
    if (!header) return;
    this.#delimiter = header.text.includes(';') ? ';' : ',';
    const cells = this.#tryAll([header])?.[0] ?? [];
    const names = cells.map((cell) => cell.trim().toLowerCase());
    while (names.at(-1) === '') names.pop();
    const columns = names.map((name) => csvColumns.find((column) => column.toLowerCase() === name));
    const known = columns.filter((column) => column !== undefined);
    if (known.length !== names.length || known.length !== csvColumns.length || new Set(known).size !== known.length) {
      throw headerProblem();
    }
    this.#columns = known;
  }

  /** All at once where every line is a row, else one by one, so that only the bad ones are refused. */
  #rows(lines: readonly TextLine[]): ReadLine[] {
    if (lines.length === 0) return [];
    const rows = this.#tryAll(lines);
    return lines.map(({ line, text }, index) =>
      attempt(line, () => this.#record(rows?.[index] ?? this.#parseRow(text))),
    );
  }

  #tryAll(lines: readonly TextLine[]): string[][] | undefined {
    try {
      const rows = this.#parse(lines.map(({ text }) => text).join('\n'));
      return rows.length === lines.length ? rows : undefined;
    } catch {
      return undefined;
    }
  }

  #parseRow(text: string): string[] {
    try {
      return this.#parse(text)[0] ?? [];
    } catch (error) {
      throw problem('malformed_csv', { problem: (error as CsvError).message.split(':')[0] ?? '' }, { cause: error });
    }
  }

  #parse(text: string): string[][] {
    return parse(text, { delimiter: this.#delimiter, relax_column_count: true, record_delimiter: '\n' });
  }

  #record(row: readonly string[]): ImportRecord[] {
    const columns = this.#columns ?? csvColumns;
    if (row.slice(columns.length).some((cell) => cell.trim() !== '')) {
      throw problem('malformed_csv', { problem: `${row.length} > ${columns.length}` });
    }
    const cells = Object.fromEntries(columns.map((column, index) => [column, row[index]?.trim() ?? ''])) as Cells;
    const { dossier: id, clientGroup, managers, ...fields } = check(rowSchema, rowOf(cells));
    const listed = { managers, ...(clientGroup && { clientGroup }) };
    const dossier: ImportRecord = { kind: 'dossier', id, fields: storedFields(fields), listed };
    if (!clientGroup || this.#groupNames.has(clientGroup)) return [dossier];
    if (this.#groupNames.size >= maxGroupNames) throw problem('too_many_items', { max: maxGroupNames });
    this.#groupNames.add(clientGroup);
    return [{ kind: 'client_group_name', name: clientGroup }, dossier];
  }
}

const { name, code, enterpriseNumber } = dossierPatchSchema.shape;
const rowSchema = z.object({
  dossier: idSchema,
  ...{ name, code, enterpriseNumber },
  clientGroup: groupNameSchema.optional(),
  managers: z.array(emailSchema),
});

/** An empty cell changes nothing. */
function rowOf({ dossier, managers, ...cells }: Cells) {
  const given = Object.entries(cells).filter(([, cell]) => cell !== '');
  return { dossier, ...Object.fromEntries(given), managers: managers.split(/\s+/).filter((email) => email !== '') };
}

/** Without the byte order mark of the first line and the carriage return of Windows. */
function textOf(bytes: Buffer, line: number): string {
  const hasMark = line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0).replace(/\r$/, '');
}

function headerProblem() {
  return problem('csv_header', { columns: csvColumns.join(', ') });
}
