import { describe, type ProblemError } from '#src/platform/errors.js';
import { wordIssues } from '#src/platform/zod-issues.js';
import type { Language } from '#src/relations/vocabulary.js';
import type { ImportRecord } from './record.js';

/** A line that was not applied, as the answer names it. */
export interface RefusedLine {
  line: number;
  code: string;
  reason: string;
}

/** What became of the lines of one chunk; plain data, for it is remembered with an `Idempotency-Key`. */
export interface ChunkOutcome {
  /** How many of what kind were applied. */
  counts: Partial<Record<CountedKind, number>>;
  /** Lines applied. */
  applied: number;
  refused: RefusedLine[];
}

export type CountedKind = Exclude<ImportRecord['kind'], 'client_group_name'>;

/** Places of one line that a reason names. */
const maxPlaces = 5;

/** Collects what becomes of the lines of a chunk while it is applied. */
export class ChunkReport {
  readonly #counts: ChunkOutcome['counts'] = {};
  readonly #refused = new Map<number, RefusedLine>();
  #applied = 0;

  constructor(private readonly language: Language) {}

  /** Counts a line that is applied. */
  accept(kind: CountedKind): void {
    this.#applied++;
    this.count(kind);
  }

  /** Counts something that has no line of its own. */
  count(kind: CountedKind, number = 1): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + number;
  }

  refuse(line: number, error: ProblemError): void {
    this.#refused.set(line, refusedLine(line, error, this.language));
  }

  outcome(): ChunkOutcome {
    return { counts: this.#counts, applied: this.#applied, refused: [...this.#refused.values()] };
  }
}

/** Words why a line is refused: the places in it where there are any, else what the problem itself says. */
export function refusedLine(line: number, error: ProblemError, language: Language): RefusedLine {
  const places = error.issues ? wordIssues(error.issues.slice(0, maxPlaces), language) : (error.errors ?? []);
  const named = places.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { line, code: error.code, reason: named.join('; ') || describe(error, language).detail };
}
