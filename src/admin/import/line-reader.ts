import { problem, ProblemError } from '#src/platform/errors.js';
import { toProblem } from '#src/platform/problem-response.js';
import { maxLineBytes, type Line } from './lines.js';
import { parseLine } from './ndjson.js';
import type { ImportRecord } from './record.js';

/** What a line says, or why it cannot be used. */
export type ReadLine = { line: number; records: readonly ImportRecord[] } | { line: number; refused: ProblemError };

/** Makes records of lines, in one of the formats of an import. */
export interface LineReader {
  /** @throws ProblemError where the import as a whole cannot be read */
  read(lines: readonly Line[]): ReadLine[];
  /** @throws ProblemError where the import ended too early */
  end(): void;
}

/** One JSON object a line. */
export class NdjsonReader implements LineReader {
  read(lines: readonly Line[]): ReadLine[] {
    return lines.flatMap(({ number: line, bytes }) => {
      const found = attempt(line, () => {
        if (!bytes) throw problem('line_too_long', { max: maxLineBytes });
        const record = parseLine(bytes);
        return record ? [record] : [];
      });
      return 'records' in found && found.records.length === 0 ? [] : [found];
    });
  }

  /** An import of nothing is one. */
  end(): void {}
}

/** The line with its records, or refused with what `make` threw. */
export function attempt(line: number, make: () => readonly ImportRecord[]): ReadLine {
  try {
    return { line, records: make() };
  } catch (error) {
    const refused = toProblem(error);
    if (refused.status >= 500) throw error;
    return { line, refused };
  }
}
