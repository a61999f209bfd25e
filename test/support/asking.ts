import type { ApiResponse } from './api.js';

/** Requests that are under way at once. */
const concurrency = 12;

/** The body of an answer. @throws Error where it is none but a refusal */
export function good<Body>({ status, body }: ApiResponse<Body>): Body {
  if (status === 200) return body;
  throw new Error(`${status} ${JSON.stringify(body)}`.slice(0, 4_000));
}

/** Does the work for each of the list, some at once. @returns the results in the order of the list */
export async function each<Item, Result>(
  list: readonly Item[],
  work: (one: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...list.entries()];
  const workOn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, workOn));
  return results;
}
