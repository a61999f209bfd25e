import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { firstRow, numbered, type SqlFragment } from '#src/platform/sql.js';

/** Totals kept, over all offices. */
const maxTotals = 10_000;

/** Of which state of an office something is counted. */
export interface CountedAt {
  office: string;
  revision: number;
  /** PostgreSQL's clock, ISO 8601. */
  readAt: string;
}

/**
 * How many dossiers meet a condition. A page costs what is on it; a total costs the whole office, so it is counted once
 * for each revision and used as long as no tuple of the office has ended since. The condition is the key, with all that
 * is in it: who asks, about whom, by which policy.
 */
export class Totals {
  private readonly known = new Map<string, { total: number; untilMs: number }>();

  /** In the transaction of `em`, which sees the office as of `at`. */
  async count(em: EntityManager, at: CountedAt, condition: SqlFragment): Promise<number> {
    const key = createHash('sha256')
      .update(JSON.stringify([at.office, at.revision, condition.sql, condition.params]))
      .digest('base64');
    const known = this.known.get(key);
    if (known && Date.parse(at.readAt) < known.untilMs) return known.total;
    const { total, untilMs } = await countOf(em, at, condition);
    const [oldest] = this.known.keys();
    if (this.known.size >= maxTotals && oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, { total, untilMs });
    return total;
  }
}

/** Counts them, with the end of the next tuple of the office: until then the number holds. */
export async function countOf(
  em: EntityManager,
  { office }: Pick<CountedAt, 'office'>,
  condition: SqlFragment,
): Promise<{ total: number; untilMs: number }> {
  const row = await firstRow<{ total: string; until: string | null }>(
    em,
    numbered(`select count(*) total, (select extract(epoch from min(r.expires_at)) * 1000 from relationship r
                                       where r.office = ? and r.expires_at > statement_timestamp()) until
                from dossier d where d.office = ? and ${condition.sql}`),
    [office, office, ...condition.params],
  );
  return { total: Number(row?.total), untilMs: row?.until ? Number(row.until) : Number.POSITIVE_INFINITY };
}
