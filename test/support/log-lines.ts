import { Writable } from 'node:stream';

/** Takes what an app logs; `lines` has a line each. */
export class LogLines extends Writable {
  readonly lines: string[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.lines.push(...chunk.toString().trimEnd().split('\n'));
    done();
  }

  /** All of it, for a search. */
  get text(): string {
    return this.lines.join('\n');
  }
}
