import type { ClientBase } from 'pg';
import { from } from 'pg-copy-streams';

/** What has another meaning in the text format of `COPY`. */
const special = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** The values of one row as a line of PostgreSQL's text format; of an array, a date or an object, its text must be given. */
export function copyLine(values: readonly (string | number | boolean | null)[]): string {
  return `${values.map((value) => (value === null ? '\\N' : escaped(String(value)))).join('\t')}\n`;
}

function escaped(text: string): string {
  return text.replace(special, (character) => escapes[character] ?? character);
}

/** Sends lines to a `copy … from stdin`, which stores all of them or none. @throws the driver's error */
export function copyLines(client: ClientBase, statement: string, lines: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const copying = client.query(from(statement));
    copying.on('finish', resolve);
    // For good: what PostgreSQL refuses while it is still being sent tells of a second error, which would end the process.
    copying.on('error', reject);
    copying.end(lines);
  });
}
