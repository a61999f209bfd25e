import { createHash } from 'node:crypto';
import { stageOf, unitOf, type NumberedRecord, type ImportRecord, type Stage } from './record.js';
import type { SpoolEntry } from './spool.js';

/** How many lines one write applies: few enough to let other writes of the office have their turn soon. */
const chunkLines = 2_000;
/** Most lines about one thing: what one write must hold together, and hold in memory. */
export const maxUnitLines = 10_000;

/** Everything that an import says about one thing, in the order of its lines. It is applied together. */
export interface Unit {
  place: string;
  records: NumberedRecord[];
  /** Lines past {@link maxUnitLines}. */
  tooMany: number[];
}

/** What one write applies. */
export interface Chunk {
  /** The same import has the same chunks, and so the same names of them. */
  name: string;
  stage: Stage;
  units: readonly Unit[];
  /** SHA-256 over its lines. */
  hash: Buffer;
}

/** Groups sorted entries into units, and units into chunks of one stage each. */
export async function* chunksOf(batches: AsyncIterable<readonly SpoolEntry[]>): AsyncGenerator<Chunk> {
  const building = new ChunkBuilder();
  for await (const batch of batches) {
    for (const entry of batch) {
      const chunk = building.add(entry);
      if (chunk) yield chunk;
    }
  }
  const last = building.finish();
  if (last) yield last;
}

class ChunkBuilder {
  #count = 0;
  #lines = 0;
  #units: Unit[] = [];
  #unit: Unit | undefined;
  #hash = createHash('sha256');

  /** @returns the chunk before the entry, where it begins a new one */
  add({ place, line, text }: SpoolEntry): Chunk | undefined {
    const own = unitOf(place);
    let finished: Chunk | undefined;
    if (this.#unit?.place !== own) {
      if (this.#unit && (this.#lines >= chunkLines || stageOf(this.#unit.place) !== stageOf(place))) {
        finished = this.finish();
      }
      this.#unit = { place: own, records: [], tooMany: [] };
      this.#units.push(this.#unit);
    }
    this.#lines++;
    this.#hash.update(`${place}\t${line}\t${text}\n`);
    if (this.#unit.records.length < maxUnitLines) {
      this.#unit.records.push({ ...(JSON.parse(text) as ImportRecord), line });
    } else {
      this.#unit.tooMany.push(line);
    }
    return finished;
  }

  finish(): Chunk | undefined {
    if (!this.#unit) return undefined;
    const [stage, units, hash] = [stageOf(this.#unit.place), this.#units, this.#hash.digest()];
    this.#lines = 0;
    this.#units = [];
    this.#unit = undefined;
    this.#hash = createHash('sha256');
    return { name: String(this.#count++), stage, units, hash };
  }
}
