/** One row of the table of figures; see `docs/performance.md`. */
export interface Row {
  what: string;
  /** What the product promises, and what it aims at; empty where a figure stands for itself. */
  must?: string;
  aim?: string;
  measured: string;
  /** What it was measured beside, and further figures. */
  beside?: string;
}

export const heading = '| what | must | aim | measured | beside |\n| --- | --- | --- | --- | --- |';

export function asLine({ what, must = '', aim = '', measured, beside = '' }: Row): string {
  return `| ${[what, must, aim, measured, beside].join(' | ')} |`;
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
