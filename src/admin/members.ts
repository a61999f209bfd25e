import type { Delta } from './fields.schema.js';

/** What turns the present set into the wanted one: a whole list becomes a delta, and merges like one. */
export function deltaTo(wanted: readonly string[], present: readonly string[]): Delta {
  const want = new Set(wanted);
  const have = new Set(present);
  return { add: [...want].filter((id) => !have.has(id)), remove: [...have].filter((id) => !want.has(id)) };
}
