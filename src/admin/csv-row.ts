/** What makes a spreadsheet take a cell for a formula, or lets one begin inside it. */
const formulaStart = /^[\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/;

/**
 * A line of CSV as Excel in Belgium reads it. Every cell is quoted, and one that could be a formula begins with an
 * apostrophe: whoever wrote it must not run anything on the machine of whoever opens it.
 */
export function csvRow(cells: readonly string[]): string {
  const quoted = cells.map((cell) => `"${(formulaStart.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(';')}\r\n`;
}
