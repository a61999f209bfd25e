import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DecisionChains } from '#src/audit/decision-chains.js';
import { PostgresSink } from '#src/audit/postgres-sink.js';
import { Database } from '#src/platform/database.js';
import { entriesAt } from '#test/support/decision-entries.js';
import type { PrivatePostgres } from '#test/support/servers.js';
import { load, type Load } from './load.js';
import { logged } from './counters.js';
import { startService, type Served } from './processes.js';
import { whole, type Row } from './table.js';
import { check, loadOffice, small } from './world.js';

const office = { id: 'small', ...small };
const connections = 64;
const decisionsWritten = 100_000;

/** Warm checks with the decision log, beside the same without: the one before and the one after, as machines drift. */
export async function* decisionLog(service: Served, database: PrivatePostgres): AsyncGenerator<Row> {
  await loadOffice(service, office, 1);
  const folder = mkdtempSync(join(tmpdir(), 'cardea-bench-log-'));
  const questions = [check(office.id, 5, 7)];
  const ask = (server: Served) => load(server, questions, connections, { warmSeconds: 5 });
  try {
    for (const sink of ['ndjson', 'postgres']) {
      const logging = await startService(database.url, { DECISION_LOG: sink, DECISION_LOG_DIR: folder });
      try {
        const before = await ask(service);
        const mine = await ask(logging);
        const { written, dropped } = await logged(logging);
        yield row(sink, [before, await ask(service)], mine, dropped / (written + dropped));
      } finally {
        await logging.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  yield await written(database.url);
}

/** What the log costs by itself, without the checks: decisions as they come, written to PostgreSQL as the service does. */
async function written(databaseUrl: string): Promise<Row> {
  const database = await Database.open({ url: databaseUrl, entities: [], poolMax: 2, deadlineMs: 10_000 });
  const sink = new PostgresSink(database, 1);
  const chains = new DecisionChains();
  const chunk = () => entriesAt(Array<number>(250).fill(Date.now()), ['a', 'b', 'c'], chains);
  const chunks = Array.from({ length: decisionsWritten / 250 }, chunk);
  await sink.write(chunk());
  const [cpu, startMs] = [process.cpuUsage(), performance.now()];
  for (const entries of chunks) await sink.write(entries);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  await database.close();
  return {
    what: `${whole(decisionsWritten)} decisions written to PostgreSQL, 250 at a time`,
    measured: `${seconds} s`,
    beside: `${((user + system) / decisionsWritten).toFixed(1)} µs of CPU of Node.js each`,
  };
}

function row(sink: string, without: readonly Load[], mine: Load, dropped: number): Row {
  const mean = (of: (one: Load) => number) => without.reduce((sum, one) => sum + of(one), 0) / without.length;
  const cpu = `${mine.cpuMicroseconds.toFixed(0)} µs of CPU beside ${mean((one) => one.cpuMicroseconds).toFixed(0)}`;
  const perSecond = mean((one) => one.perSecond);
  return {
    what: `can-access with the decision log (${sink}), ${connections} connections, against without`,
    must: '',
    aim: '',
    measured: (mine.perSecond / perSecond).toFixed(2),
    beside: `${whole(mine.perSecond)}/s beside ${whole(perSecond)}/s; ${cpu}; ${(dropped * 100).toFixed(0)} % dropped`,
  };
}
