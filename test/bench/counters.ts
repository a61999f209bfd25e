import { headers } from './load.js';
import type { Served } from './processes.js';

/** What a service has counted so far. */
export interface Counters {
  /** Statements that checks sent to PostgreSQL: revisions and facts. */
  statements: number;
  /** Checks that waited for a read of revisions. */
  waits: number;
}

/** Reads them from the service's own metrics. @throws Error where one is missing */
export async function counters({ url }: Served): Promise<Counters> {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const value = (name: string) => {
    const found = new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`${url}/metrics has no ${name}`);
    return Number(found);
  };
  return {
    statements: value('cardea_fence_reads_total') + value('cardea_fact_loads_total'),
    waits: value('cardea_fence_waits_total'),
  };
}
