/** A source of numbers in [0, 1) that a seed settles, so that a failing run can be had again. */
export type Random = () => number;

/** Mulberry32: small, and even enough for test data. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 up to and without `bound`. */
export function below(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}

/** One of the list; throws on an empty one. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return at(list, below(random, list.length));
}

/** The member at `index`, counted round and round; throws on an empty list. */
export function at<T>(list: readonly T[], index: number): T {
  if (list.length === 0) throw new Error('Nothing to choose from.');
  return list[index % list.length] as T;
}

/** A new list with the same members in an order that the source settles (Fisher and Yates). */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const result = [...list];
  for (let last = result.length - 1; last > 0; last--) {
    const other = below(random, last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
