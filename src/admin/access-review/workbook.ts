import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { problem } from '#src/platform/errors.js';
import { unreadable, type Zip } from './zip.js';

/** A row of a sheet: the text of its cells by their columns, and its number. */
export interface SheetRow {
  line: number;
  cells: string[];
}

/** What is looked at further right is nothing of ours. */
const maxColumns = 100;
/** What Excel lets a cell hold. */
const maxCellLength = 32_767;
/** The parser holds a text until it ends: one without end must not fill the memory. */
const maxNodeBytes = 4 * 2 ** 20;
/** Text that cells share is held in memory as long as a sheet is read. */
const maxSharedLength = 128 * 2 ** 20;

interface Handlers {
  open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
}

/** Reads the parts of a workbook as a stream of XML: none of them is held as a whole. */
export class Workbook {
  private shared: string[] | undefined;

  constructor(private readonly zip: Zip) {}

  /** The parts of the sheets, in the order in which they are shown. @throws `review_unreadable` */
  async sheets(): Promise<string[]> {
    const ids: string[] = [];
    const targets = new Map<string, string>();
    await this.parse('xl/workbook.xml', {
      open: (name, attributes) => void (name === 'sheet' && ids.push(attributes['r:id'] ?? '')),
    });
    await this.parse('xl/_rels/workbook.xml.rels', {
      open: (_name, { Id, Target }) => void (Id && Target && targets.set(Id, Target)),
    });
    const parts = ids.flatMap((id) => targets.get(id) ?? []);
    if (parts.length === 0) throw unreadable();
    return parts.map((target) => (target.startsWith('/') ? target.slice(1) : `xl/${target}`));
  }

  /** The rows of a sheet, handed on as they are read. */
  async rows(sheet: string, take: (row: SheetRow) => void): Promise<void> {
    this.shared ??= await this.readShared();
    const { shared } = this;
    let row: SheetRow = { line: 0, cells: [] };
    let [column, type, text, inText] = [-1, '', '', false];
    await this.parse(sheet, {
      open: (name, { r = '', t = '' }) => {
        if (name === 'row') [row, column] = [{ line: Number(r) || row.line + 1, cells: [] }, -1];
        else if (name === 'c') [column, type, text] = [r ? columnOf(r) : column + 1, t, ''];
        inText = name === 'v' || name === 't';
      },
      text: (piece) => {
        if (inText && text.length < maxCellLength) text += piece;
      },
      close: (name) => {
        inText = false;
        if (name === 'c' && column < maxColumns) row.cells[column] = type === 's' ? (shared[Number(text)] ?? '') : text;
        if (name === 'row') take(row);
      },
    });
  }

  private async readShared(): Promise<string[]> {
    const shared: string[] = [];
    let [text, length, inText] = ['', 0, false];
    await this.parse('xl/sharedStrings.xml', {
      open: (name) => {
        if (name === 'si') text = '';
        inText = name === 't';
      },
      text: (piece) => {
        if (inText && text.length < maxCellLength) text += piece;
      },
      close: (name) => {
        inText = false;
        if (name !== 'si') return;
        // An empty text costs memory too.
        length += text.length + 16;
        if (length > maxSharedLength) throw problem('payload_too_large');
        shared.push(text);
      },
    });
    return shared;
  }

  private async parse(part: string, { open, close, text }: Handlers): Promise<void> {
    const parser = new SaxesParser();
    const local = (name: string) => name.slice(name.indexOf(':') + 1);
    let bytesSinceTag = 0;
    parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
      bytesSinceTag = 0;
      open?.(local(name), attributes);
    });
    parser.on('closetag', ({ name }) => close?.(local(name)));
    parser.on('text', (piece) => text?.(piece));
    parser.on('error', (error) => {
      throw unreadable(error);
    });
    const decoder = new TextDecoder('utf-8');
    for await (const piece of this.zip.read(part)) {
      bytesSinceTag += piece.length;
      if (bytesSinceTag > maxNodeBytes) throw unreadable();
      parser.write(decoder.decode(piece, { stream: true }));
    }
    if (parser.position > 0) parser.close();
  }
}

/** `AB12` is in the column 27, counted from 0. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '';
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
