import { mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sealed } from './chain.js';
import type { DecisionSink } from './decision-log.js';
import { textOf, type DecisionEntry } from './decision.js';
import type { Retention } from './retention.js';

const fileName = /^decisions-[0-9a-f-]{36}-\d{6}\.ndjson$/;
const instanceLength = 'decisions-'.length + 36;
/** How a line begins. */
const officeOfLine = /^\{"log":"decision","office":"([^"\\]+)"/;

export interface NdjsonOptions {
  folder: string;
  /** A file that has reached this size is followed by another. */
  fileBytes: number;
  retention: () => Promise<Retention>;
}

/** Files of one process: its id and a number are in the name, so that no two processes write to the same one. */
export class NdjsonSink implements DecisionSink {
  private file: FileHandle | undefined;
  private number = 0;
  private size = 0;
  /** Of files that were looked into, an office that keeps each of them: a file is not read again as long as it does. */
  private readonly keepers = new Map<string, string>();

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

  /**
   * The oldest files of each process go, up to the first that has to stay: what comes after it belongs to the same
   * chains, which may lack their beginning and nothing else.
   */
  async upkeep(): Promise<void> {
    const { folder } = this.options;
    const names = await readdir(folder).catch((): string[] => []);
    const found = names.filter((name) => fileName.test(name)).sort();
    const retention = await this.options.retention();
    const kept = new Set<string>();
    for (const name of found) {
      const instance = name.slice(0, instanceLength);
      if (kept.has(instance)) continue;
      const path = join(folder, name);
      if (await this.mayGo(path, retention)) await unlink(path);
      else kept.add(instance);
    }
  }

  /** Whether the file holds nothing that any of its offices keeps; its last line is as old as the file. */
  private async mayGo(path: string, retention: Retention): Promise<boolean> {
    const [{ mtimeMs }, nowMs] = [await stat(path), Date.now()];
    const { ofAllMs, ofAnyMs } = retention.endsMs(nowMs);
    if (mtimeMs >= ofAnyMs) return false;
    const keeps = (office: string) => mtimeMs >= retention.endMs(nowMs, office);
    const known = this.keepers.get(path);
    if (known !== undefined && keeps(known)) return false;
    this.keepers.delete(path);
    const keeper = mtimeMs < ofAllMs ? undefined : await findOffice(path, keeps);
    if (keeper !== undefined) this.keepers.set(path, keeper);
    return keeper === undefined;
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

/** The first office of a file for which the condition holds. */
async function findOffice(path: string, holds: (office: string) => boolean): Promise<string | undefined> {
  const seen = new Set<string>();
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const office = officeOfLine.exec(line)?.[1];
      if (office === undefined || seen.has(office)) continue;
      if (holds(office)) return office;
      seen.add(office);
    }
    return undefined;
  } finally {
    input.destroy();
  }
}
