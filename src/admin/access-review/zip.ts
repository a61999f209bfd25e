import { createInflateRaw } from 'node:zlib';
import { problem } from '#src/platform/errors.js';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const localEntry = 0x04034b50;
const endBytes = 22;
const maxCommentBytes = 65_535;
/** A workbook has a dozen parts. */
const maxEntries = 1_000;
/** What one part may become: a sheet of half a million rows. A bomb is stopped here, whatever it says of its size. */
const maxInflatedBytes = 512 * 2 ** 20;

/** The parts of a ZIP file that is held in memory; each is inflated as it is read, and within a bound. */
export class Zip {
  private constructor(
    private readonly bytes: Buffer,
    private readonly parts: ReadonlyMap<string, { method: number; size: number; offset: number }>,
  ) {}

  /** @throws `review_unreadable` where the bytes are no ZIP file, or of a kind that no spreadsheet writes */
  static open(bytes: Buffer): Zip {
    const end = endOf(bytes);
    const count = bytes.readUInt16LE(end + 10);
    if (count > maxEntries) throw unreadable();
    const parts = new Map<string, { method: number; size: number; offset: number }>();
    for (let [at, left] = [bytes.readUInt32LE(end + 16), count]; left > 0; left--) {
      if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== directoryEntry) throw unreadable();
      const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) === 1;
      const [nameLength, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
        number,
        number,
        number,
      ];
      const part = {
        method: bytes.readUInt16LE(at + 10),
        size: bytes.readUInt32LE(at + 20),
        offset: bytes.readUInt32LE(at + 42),
      };
      if (isEncrypted) throw unreadable();
      parts.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), part);
      at += 46 + nameLength + extra + comment;
    }
    return new Zip(bytes, parts);
  }

  /**
   * One part, in pieces; nothing where there is none of that name.
   *
   * @throws `review_unreadable`, `payload_too_large`
   */
  async *read(name: string): AsyncGenerator<Buffer> {
    const part = this.parts.get(name);
    if (!part) return;
    const { offset, size, method } = part;
    if (offset + 30 > this.bytes.length || this.bytes.readUInt32LE(offset) !== localEntry) throw unreadable();
    const start = offset + 30 + this.bytes.readUInt16LE(offset + 26) + this.bytes.readUInt16LE(offset + 28);
    const packed = this.bytes.subarray(start, start + size);
    if (method === 0) yield packed;
    else if (method === 8) yield* inflated(packed);
    else throw unreadable();
  }
}

async function* inflated(packed: Buffer): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: 65_536 });
  inflate.end(packed);
  let total = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > maxInflatedBytes) break;
      yield piece;
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (total > maxInflatedBytes) throw problem('payload_too_large');
}

function endOf(bytes: Buffer): number {
  const least = Math.max(0, bytes.length - endBytes - maxCommentBytes);
  for (let at = bytes.length - endBytes; at >= least; at--) if (bytes.readUInt32LE(at) === endOfDirectory) return at;
  throw unreadable();
}

/** The file is none that a spreadsheet writes. */
export function unreadable(cause?: unknown) {
  return problem('review_unreadable', {}, { cause });
}
