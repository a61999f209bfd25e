import { problem, type ProblemError, type Warning } from '#src/platform/errors.js';
import type { Language } from '#src/relations/vocabulary.js';
import { refusedLine, type ChunkOutcome, type CountedKind, type RefusedLine } from './report.js';

/** Most refused lines that an answer lists: with more than that, what is wrong is the import and not its lines. */
export const maxRefused = 100_000;
/** Most warnings that an answer lists, each once. */
const maxWarnings = 1_000;

/** What a chunk's write answers. */
export interface ChunkAnswer extends ChunkOutcome {
  /** Missing where nothing was written. */
  revision?: string;
  warnings: readonly Warning[];
}

export interface ImportProgress {
  progress: { lines: number; applied: number; refused: number };
}

export interface ImportSummary {
  done: true;
  /** How many of what kind were applied. */
  counts: Partial<Record<CountedKind, number>>;
  /** Every line that was not, in the order of lines. */
  refused: RefusedLine[];
  warnings: Warning[];
  revision: string;
}

/** Adds up an import. */
export class Tally {
  /** Lines read. */
  lines = 0;
  /** How often PostgreSQL has counted its tables during this import. */
  statisticsTaken = 0;
  #applied = 0;
  readonly #counts: ImportSummary['counts'] = {};
  readonly #refused = new Map<number, RefusedLine>();
  readonly #warnings = new Map<string, Warning>();
  #revision: string;

  /** @param revision that of the office before the import */
  constructor(
    private readonly language: Language,
    revision: string,
  ) {
    this.#revision = revision;
  }

  /** How many lines have been applied. */
  get applied(): number {
    return this.#applied;
  }

  /** @throws `too_many_refused_lines` */
  refuse(line: number, error: ProblemError): void {
    this.#refuse([refusedLine(line, error, this.language)]);
  }

  /** @throws `too_many_refused_lines` */
  add({ counts, applied, refused, revision, warnings }: ChunkAnswer): void {
    this.#revision = revision ?? this.#revision;
    this.#applied += applied;
    for (const [kind, count] of Object.entries(counts) as [CountedKind, number][]) {
      this.#counts[kind] = (this.#counts[kind] ?? 0) + count;
    }
    for (const warning of warnings) {
      if (this.#warnings.size < maxWarnings) this.#warnings.set(`${warning.code} ${warning.message}`, warning);
    }
    this.#refuse(refused);
  }

  progress(): ImportProgress {
    return { progress: { lines: this.lines, applied: this.#applied, refused: this.#refused.size } };
  }

  summary(): ImportSummary {
    return {
      done: true,
      counts: this.#counts,
      refused: [...this.#refused.values()].sort((a, b) => a.line - b.line),
      warnings: [...this.#warnings.values()],
      revision: this.#revision,
    };
  }

  #refuse(refused: readonly RefusedLine[]): void {
    for (const line of refused) this.#refused.set(line.line, line);
    if (this.#refused.size > maxRefused) throw problem('too_many_refused_lines', { max: maxRefused });
  }
}
