import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the decision log of one test, and what is in it. */
export class DecisionFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'cardea-decisions-'));

  /** The files in the order of their numbers, for one process each. */
  get files(): string[] {
    return readdirSync(this.path)
      .sort()
      .map((name) => join(this.path, name));
  }

  get lines(): string[] {
    return this.files.flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(0, -1));
  }

  get entries(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
