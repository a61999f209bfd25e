import type { PassThrough, Writable } from 'node:stream';
import Excel from 'exceljs';
import { drained } from '#src/admin/export/drained.js';
import type { Language } from '#src/relations/vocabulary.js';
import type { Cell, Cells, ReviewAbout } from './review-cells.js';
import {
  aboutWords,
  decisionWords,
  headings,
  openingsText,
  openingWords,
  reviewColumns,
  type ReviewColumn,
} from './review-words.js';

/** Writes the rows of a review as they come. */
export interface ReviewWriter {
  write(rows: readonly Cells[]): Promise<void>;
  end(): Promise<void>;
}

/** Excel in these languages takes `;` for what separates cells, and a byte order mark for UTF-8. */
const delimiters: Record<Language, string> = { en: ',', fr: ';', nl: ';', de: ';' };
const byteOrderMark = '\uFEFF';
/** What a spreadsheet takes for the beginning of a formula. */
const formula = /^[=+\-@\t\r]/;

/** A list that a spreadsheet opens: RFC 4180, with moments in ISO 8601. */
export class CsvReviewWriter implements ReviewWriter {
  private readonly delimiter: string;

  constructor(
    private readonly output: PassThrough,
    language: Language,
  ) {
    this.delimiter = delimiters[language];
    output.write(byteOrderMark + this.line(headings[language]));
  }

  async write(rows: readonly Cells[]): Promise<void> {
    await drained(this.output, this.output.write(rows.map((cells) => this.line(cells)).join('')));
  }

  end(): Promise<void> {
    this.output.end();
    return Promise.resolve();
  }

  private line(cells: Readonly<Record<ReviewColumn, Cell>>): string {
    return `${reviewColumns.map((column) => this.text(cells[column])).join(this.delimiter)}\r\n`;
  }

  private text(cell: Cell): string {
    if (cell === null) return '';
    if (cell instanceof Date) return cell.toISOString();
    // Text is shown with the apostrophe, which a spreadsheet does not calculate.
    const safe = formula.test(cell) ? `'${cell}` : cell;
    return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }
}

const text = '@';
const moment = 'yyyy-mm-dd hh:mm:ss';
const narrow = 14;
const widths: Partial<Record<ReviewColumn, number>> = {
  name: 28,
  email: 32,
  dossierName: 36,
  actions: 40,
  path: 24,
  clientGroupName: 24,
  collaboratorGroupName: 24,
  since: 20,
  expires: 20,
  relationships: 40,
  lastOpened: 20,
};
const moments: readonly ReviewColumn[] = ['since', 'expires', 'lastOpened'];

/** A workbook of two sheets: the rows, and what they are. Every cell has a type: text is never a formula. */
export class ExcelReviewWriter implements ReviewWriter {
  private readonly workbook: Excel.stream.xlsx.WorkbookWriter;
  private readonly sheet: Excel.Worksheet;
  private written = 0;

  constructor(
    private readonly output: PassThrough,
    private readonly language: Language,
    private readonly about: ReviewAbout,
  ) {
    this.workbook = new Excel.stream.xlsx.WorkbookWriter({ stream: output, useStyles: true });
    const views = [{ state: 'frozen' as const, ySplit: 1 }];
    this.sheet = this.workbook.addWorksheet(aboutWords[language].review, { views });
    this.sheet.columns = reviewColumns.map((column) => ({
      header: headings[language][column],
      width: widths[column] ?? narrow,
      style: { numFmt: moments.includes(column) ? moment : text },
    }));
    this.sheet.getRow(1).font = { bold: true };
    this.sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: 1, column: reviewColumns.length } };
  }

  async write(rows: readonly Cells[]): Promise<void> {
    for (const cells of rows) this.sheet.addRow(reviewColumns.map((column) => cells[column])).commit();
    this.written += rows.length;
    await this.compressed();
  }

  /** The library writes into what compresses without waiting for it, and would hold all that is not compressed yet. */
  private async compressed(): Promise<void> {
    if (this.output.destroyed) throw new Error('the client left');
    // Its streams are of an age before `writableNeedDrain`; the test of memory holds that this is still so.
    type Pipe = Writable & { _writableState: { needDrain: boolean } };
    const { pipes } = (this.sheet as unknown as { stream: { pipes: Pipe[] } }).stream;
    for (const pipe of pipes) await drained(pipe, !pipe._writableState.needDrain);
  }

  async end(): Promise<void> {
    this.offerDecisions();
    this.sheet.commit();
    const { office, at, isPast, revision, policy, policySet, filter, openingsKept } = this.about;
    const words = aboutWords[this.language];
    const sheet = this.workbook.addWorksheet(words.about);
    sheet.columns = [{ width: 20, style: { numFmt: text } }, { width: 80 }];
    const lines = { office, at, revision, policy, policySet, rows: this.written };
    const named = {
      office: words.office,
      at: isPast ? words.asOf : words.time,
      revision: words.revision,
      policy: words.policy,
    };
    const names = { ...named, policySet: words.policySet, rows: words.rows };
    for (const [name, value] of Object.entries(lines)) {
      const row = sheet.addRow([names[name as keyof typeof names], value]);
      row.getCell(2).numFmt = value instanceof Date ? moment : typeof value === 'number' ? '0' : text;
      row.commit();
    }
    for (const [name, value] of Object.entries(filter)) {
      const row = sheet.addRow([`${words.filter}: ${name}`, [value].flat().join(' ')]);
      row.getCell(2).numFmt = text;
      row.commit();
    }
    const { heading } = openingWords[this.language];
    const row = sheet.addRow([heading, openingsText(this.language, openingsKept)]);
    row.getCell(2).numFmt = text;
    row.commit();
    sheet.commit();
    await this.workbook.commit();
  }

  private offerDecisions(): void {
    const letter = this.sheet.getColumn(reviewColumns.indexOf('decision') + 1).letter;
    const words = Object.values(decisionWords[this.language]);
    // The library has it, and its types do not.
    const { dataValidations } = this.sheet as unknown as {
      dataValidations: { add(range: string, rule: Excel.DataValidation): void };
    };
    const formulae = [`"${words.join(',')}"`];
    dataValidations.add(`${letter}2:${letter}${Math.max(1, this.written) + 1}`, {
      type: 'list',
      allowBlank: true,
      formulae,
    });
  }
}
