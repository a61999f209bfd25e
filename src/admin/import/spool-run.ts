import type { FileHandle } from 'node:fs/promises';

/** A text and where it belongs: it is sorted by place, then by line. Places hold neither tab nor line end. */
export interface SpoolEntry {
  place: string;
  line: number;
  text: string;
}

/** Bytes of a run that are read at a time, unless one entry is longer. */
const blockBytes = 32 * 1024;

/** Entries in sorted order, in a part of a file or in memory, read from front to end. */
export class SpoolRun {
  #entries: readonly SpoolEntry[];
  #index = 0;

  private constructor(
    entries: readonly SpoolEntry[],
    private readonly file: FileHandle | undefined,
    private position: number,
    readonly end: number,
  ) {
    this.#entries = entries;
  }

  static inMemory(entries: readonly SpoolEntry[]): SpoolRun {
    return new SpoolRun(entries, undefined, 0, 0);
  }

  /** Writes sorted entries to the file, a line each: JSON holds no line end of its own. */
  static async write(file: FileHandle, start: number, entries: readonly SpoolEntry[]): Promise<SpoolRun> {
    const bytes = Buffer.from(entries.map(({ place, line, text }) => `${place}\t${line}\t${text}\n`).join(''));
    for (let done = 0; done < bytes.length;) {
      done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
    }
    return new SpoolRun([], file, start, start + bytes.length);
  }

  /** The entry at the front; `undefined` at the end, or where more must be read first. */
  get current(): SpoolEntry | undefined {
    return this.#entries[this.#index];
  }

  get needsMore(): boolean {
    return this.#index >= this.#entries.length && this.position < this.end;
  }

  next(): void {
    this.#index++;
  }

  async readMore(): Promise<void> {
    let block = await this.#read(blockBytes);
    while (block.lastIndexOf(0x0a) < 0) block = await this.#read(2 * block.length);
    const used = block.lastIndexOf(0x0a) + 1;
    this.position += used;
    const lines = block.toString('utf8', 0, used - 1).split('\n');
    this.#entries = lines.map(toEntry);
    this.#index = 0;
  }

  async #read(length: number): Promise<Buffer> {
    const block = Buffer.allocUnsafe(Math.min(length, this.end - this.position));
    for (let done = 0; done < block.length;) {
      const { bytesRead } = await this.file!.read(block, done, block.length - done, this.position + done);
      if (bytesRead === 0) throw new Error('the temporary file of an import ended too early');
      done += bytesRead;
    }
    return block;
  }
}

function toEntry(text: string): SpoolEntry {
  const first = text.indexOf('\t');
  const second = text.indexOf('\t', first + 1);
  return { place: text.slice(0, first), line: Number(text.slice(first + 1, second)), text: text.slice(second + 1) };
}
