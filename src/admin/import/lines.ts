/** The longest line of an import, in bytes: an entity's properties may be large, but no line is a file. */
export const maxLineBytes = 1024 * 1024;

/** One line without its end; `bytes` is missing where the line is longer than {@link maxLineBytes}. */
export interface Line {
  number: number;
  bytes: Buffer | undefined;
}

/** Cuts a stream of bytes into lines, and holds no more than one line's part that is not complete yet. */
export class LineSplitter {
  #number = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** How many lines there have been so far. */
  get count(): number {
    return this.#number;
  }

  /** The lines that end within this piece. They share its memory. */
  push(piece: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
      lines.push(this.#complete(piece.subarray(start, end)));
      start = end + 1;
    }
    if (start < piece.length) this.#keep(piece.subarray(start));
    return lines;
  }

  /** The last line, where the stream does not end with a line's end. */
  end(): Line[] {
    return this.#restBytes > 0 ? [this.#complete(Buffer.alloc(0))] : [];
  }

  #complete(last: Buffer): Line {
    const number = ++this.#number;
    const length = this.#restBytes + last.length;
    const bytes = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#restBytes = 0;
    return { number, bytes: length > maxLineBytes ? undefined : bytes };
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    // Of a line that is too long only the length is of interest.
    if (this.#restBytes > maxLineBytes) this.#rest = [];
    else this.#rest.push(part);
  }
}
