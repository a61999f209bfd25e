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
export async function counters(service: Served): Promise<Counters> {
  const value = await valuesOf(service);
  return {
    statements: value('cardea_fence_reads_total') + value('cardea_fact_loads_total'),
    waits: value('cardea_fence_waits_total'),
  };
}

/** Decisions that the log has written so far, and that it has dropped. @throws Error where the metrics lack them */
export async function logged(service: Served): Promise<{ written: number; dropped: number }> {
  const value = await valuesOf(service);
  const counted = (outcome: string) => value(`cardea_decision_log_entries_total{outcome="${outcome}"}`);
  return { written: counted('written'), dropped: counted('dropped') };
}

async function valuesOf({ url }: Served): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const values = new Map(text.split('\n').map((line) => line.split(/ (?=[^ ]*$)/) as [string, string]));
  return (name) => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`${url}/metrics has no ${name}`);
    return Number(found);
  };
}
