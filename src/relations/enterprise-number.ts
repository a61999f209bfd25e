/**
 * A Belgian enterprise number as it is kept: ten digits (rule 26). Written with or without `BE`, dots, spaces and the
 * leading zero.
 *
 * @returns `undefined` where the text is no such number, or its last two digits are not 97 minus the rest modulo 97
 */
export function parseEnterpriseNumber(text: string): string | undefined {
  const match = /^\s*(?:BE)?[\s.]*([01]?)(\d{3})[\s.]*(\d{3})[\s.]*(\d{3})\s*$/i.exec(text);
  if (!match) return undefined;
  const digits = `${match[1] || '0'}${match[2]}${match[3]}${match[4]}`;
  return 97 - (Number(digits.slice(0, 8)) % 97) === Number(digits.slice(8)) ? digits : undefined;
}

/** `0123.456.749`, as it is written in Belgium. */
export function formatEnterpriseNumber(digits: string): string {
  return `${digits.slice(0, 4)}.${digits.slice(4, 7)}.${digits.slice(7)}`;
}
