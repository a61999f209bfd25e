import { randomBytes } from 'node:crypto';

/** Spec files share a service: their ids must not meet. */
const file = randomBytes(4).toString('hex');
let last = 0;

/** A number that no other call in this test file gets. */
export function aNumber(): number {
  last += 1;
  return last;
}

/** An id that no other call gets, with a word in front that says what it is for. */
export function anId(word: string): string {
  return `${word}-${file}-${aNumber()}`;
}
