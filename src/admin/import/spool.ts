import { open, mkdtemp, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpoolRun, type SpoolEntry } from './spool-run.js';

export type { SpoolEntry } from './spool-run.js';

/** How many characters are sorted in memory at a time: little enough to sort between two requests. */
const runCharacters = 2 * 1024 * 1024;
/** Entries that are handed on at a time. */
const batchSize = 500;

/**
 * Sorts more than fits in memory: what does not is written to a temporary file in sorted runs, and the runs are merged
 * while they are read back. The file has no name from the moment it is made, so nothing is left of it however the
 * process ends.
 */
export class Spool {
  #file: FileHandle | undefined;
  #own: string | undefined;
  #written = 0;
  #entries: SpoolEntry[] = [];
  #characters = 0;
  readonly #runs: SpoolRun[] = [];

  /** @param most characters that are held before they are sorted and written */
  constructor(
    private readonly folder = tmpdir(),
    private readonly most = runCharacters,
  ) {}

  /** Takes an entry; where this returns a promise, wait for it before the next one. */
  add(entry: SpoolEntry): Promise<void> | undefined {
    this.#entries.push(entry);
    this.#characters += entry.place.length + entry.text.length;
    return this.#characters < this.most ? undefined : this.#flush();
  }

  /** Everything in the order of places, and of lines where places are equal. Nothing can be added any more. */
  async *sorted(): AsyncGenerator<SpoolEntry[]> {
    const rest = SpoolRun.inMemory(this.#entries.sort(byPlace));
    this.#entries = [];
    yield* merge([...this.#runs, rest]);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    if (this.#own !== undefined) await rm(this.#own, { recursive: true, force: true });
  }

  async #flush(): Promise<void> {
    const entries = this.#entries.sort(byPlace);
    this.#entries = [];
    this.#characters = 0;
    this.#file ??= await this.#open();
    const run = await SpoolRun.write(this.#file, this.#written, entries);
    this.#written = run.end;
    this.#runs.push(run);
  }

  async #open(): Promise<FileHandle> {
    this.#own = await mkdtemp(join(this.folder, 'cardea-import-'));
    const file = await open(join(this.#own, 'lines'), 'wx+', 0o600);
    // Windows may keep the name until the file is closed.
    await rm(this.#own, { recursive: true, force: true }).catch(() => undefined);
    return file;
  }
}

function byPlace(a: SpoolEntry, b: SpoolEntry): number {
  if (a.place === b.place) return a.line - b.line;
  return a.place < b.place ? -1 : 1;
}

/** The runs as one, by a binary heap of those that are not at their end; the least entry is always on top. */
async function* merge(runs: readonly SpoolRun[]): AsyncGenerator<SpoolEntry[]> {
  for (const run of runs) if (run.needsMore) await run.readMore();
  const heap = runs.filter((run) => run.current !== undefined).sort(byCurrent);
  let batch: SpoolEntry[] = [];
  for (let top = heap[0]; top?.current !== undefined; top = heap[0]) {
    batch.push(top.current);
    top.next();
    if (top.needsMore) await top.readMore();
    if (top.current === undefined) replaceTop(heap);
    sink(heap);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function replaceTop(heap: SpoolRun[]): void {
  const last = heap.pop();
  if (last && heap.length > 0) heap[0] = last;
}

function sink(heap: SpoolRun[]): void {
  for (let at = 0; ;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && byCurrent(heap[child]!, heap[least]!) < 0) least = child;
    }
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}

function byCurrent(a: SpoolRun, b: SpoolRun): number {
  return byPlace(a.current!, b.current!);
}
