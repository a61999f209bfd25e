import { at } from './random.js';

/**
 * Ids that trip code up: every special character that an id may hold, pairs that differ only in case or in one
 * delimiter, ids that look like references, words of the API, members of every JavaScript object, the longest one.
 */
const trickyIds = [
  'a',
  'A',
  'a:1',
  'a|1',
  'a/1',
  'a.1',
  'a@1',
  'a+1',
  'a=1',
  'a-1',
  'a_1',
  'A:1',
  'a1',
  'A1',
  '1',
  '01',
  'toString',
  'hasOwnProperty',
  'client_group:a',
  'collaborator:a',
  'dossier:a',
  'a:',
  'a/',
  'a..',
  'none',
  'null',
  'admin',
  'x'.repeat(128),
  `${'x'.repeat(127)}X`,
  '0190d0c0-0000-7000-8000-00000000000a',
  'a==',
  'office',
];

/** The `n`th id, always the same and each `n` another one: offices and types share them, so that mixing shows. */
export function idAt(n: number): string {
  const tricky = at(trickyIds, n);
  return n < trickyIds.length ? tricky : `n${n}.${tricky.slice(0, 100)}`;
}

/** Ids of offices, of which a URL must carry every character. */
export function officeIdAt(n: number): string {
  return at(['office', 'Office', 'office:1', 'office/1', 'office|+=@_.-'], n) + (n < 5 ? '' : `.${n}`);
}

const names = [
  'Général',
  'general',
  'Bureau',
  'Tout le monde',
  "L'Étoile & Fils",
  '=1+1',
  'Straße "Süd"; Nord, West',
  'Ångström',
  '日本',
  'x'.repeat(100),
  'é'.repeat(100),
  'B',
];

/** A legal name: trimmed, NFC, 1 to 100 characters; the same one comes again, as rule 17 allows. */
export function nameAt(n: number): string {
  return at(names, n);
}

/** A legal name that differs from every other `n`'s, ignoring case and accents (`uniqueGroupNames`). */
export function uniqueNameAt(n: number): string {
  return `${nameAt(n).slice(0, 80)} ${n}`;
}

/** Unique in an office ignoring case, and written in mixed case. */
export function emailAt(n: number): string {
  return n % 2 === 0 ? `person.${n}@office.example` : `Person.${n}@Office.Example`;
}

/** Instants long past and long to come, whatever the clock of the machine says. */
export const pastInstants = ['2001-01-01T00:00:00Z', '2020-02-29T12:30:00.500Z', '2024-12-31T23:00:00Z'];
export const futureInstants = ['2096-02-29T00:00:00Z', '2099-12-31T22:59:59.999Z', '2120-01-31T23:00:00Z'];
