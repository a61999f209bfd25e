import { CompiledQuery } from 'kysely';
import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Runs one SQL statement in the transaction of `em`, with real parameters (`$1`, `$2`, …) and no interpolation.
 * Timestamps come back as text and `bigint` as a string, as the driver is set up.
 *
 * @throws the driver's error, untouched
 */
export async function rows<T>(em: EntityManager, text: string, values: readonly unknown[] = []): Promise<T[]> {
  const result = await em.getKysely().executeQuery(CompiledQuery.raw(text, [...values]));
  return result.rows as T[];
}

/** The first row of {@link rows}, or `undefined`. */
export async function firstRow<T>(
  em: EntityManager,
  text: string,
  values: readonly unknown[] = [],
): Promise<T | undefined> {
  return (await rows<T>(em, text, values))[0];
}

/** A piece of SQL whose parameters are written `?`, so that pieces can be put together before they are numbered. */
export interface SqlFragment {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Joins conditions with `and`; none at all is true. */
export function allOf(conditions: readonly SqlFragment[]): SqlFragment {
  if (conditions.length === 0) return { sql: 'true', params: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' and '),
    params: conditions.flatMap(({ params }) => params),
  };
}

/** Numbers the parameters of a whole statement: `?` becomes `$1`, `$2`, … No literal in it may hold a `?`. */
export function numbered(text: string): string {
  let index = 0;
  return text.replaceAll('?', () => `$${++index}`);
}
