import { mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { sealed } from './chain.js';
import type { DecisionSink } from './decision-log.js';
import { textOf, type DecisionEntry } from './decision.js';

const fileName = /^decisions-[0-9a-f-]{36}-\d{6}\.ndjson$/;
const dayMs = 86_400_000;

export interface NdjsonOptions {
  folder: string;
  /** A file that has reached this size is followed by another. */
  fileBytes: number;
  retentionDays: number;
}

/** Files of one process: its id and a number are in the name, so that no two processes write to the same one. */
export class NdjsonSink implements DecisionSink {
  private file: FileHandle | undefined;
  private number = 0;
  private size = 0;

  constructor(private readonly options: NdjsonOptions) {}

  async write(entries: readonly DecisionEntry[]): Promise<void> {
    const [first] = entries;
    if (!first) return;
    if (this.size >= this.options.fileBytes) await this.close();
    this.file ??= await this.create(first.instance);
    const lines = Buffer.from(entries.map((entry) => `${sealed(textOf(entry), entry.hash)}\n`).join(''));
    // At its place, and not at the end: what was half written on a full disk is written over when it is tried again.
    for (let done = 0; done < lines.length;) {
      const { bytesWritten } = await this.file.write(lines, done, lines.length - done, this.size + done);
      done += bytesWritten;
    }
    this.size += lines.length;
  }

  async upkeep(): Promise<void> {
    const { folder, retentionDays } = this.options;
    const endsMs = Date.now() - retentionDays * dayMs;
    const names = await readdir(folder).catch((): string[] => []);
    for (const path of names.filter((name) => fileName.test(name)).map((name) => join(folder, name))) {
      // Its last line is as old as the file.
      if ((await stat(path)).mtimeMs < endsMs) await unlink(path);
    }
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    this.size = 0;
    await file?.datasync();
    await file?.close();
  }

  private async create(instance: string): Promise<FileHandle> {
    const { folder } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `decisions-${instance}-${String(++this.number).padStart(6, '0')}.ndjson`;
    return open(join(folder, name), 'wx', 0o600);
  }
}
