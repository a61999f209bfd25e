/**
 * `npm run bench`: every figure of `docs/performance.md`, as one table. `npm run bench -- checks` measures one part:
 * checks, log, cerbos, writes, console or large; `-- large 0.1` a tenth of the large world.
 */
import type { PrivatePostgres } from '#test/support/servers.js';
import { ensureProgram } from '#test/support/programs.js';
import { besideCerbos } from './cerbos.bench.js';
import { checks } from './checks.bench.js';
import { consoleFigures } from './console.bench.js';
import { largeWorld } from './large.bench.js';
import { decisionLog } from './log.bench.js';
import { machine, pin, startDatabase, startService, type Served } from './processes.js';
import { asLine, heading, type Row } from './table.js';
import { underWrites } from './writes.bench.js';

type Part = (service: Served, database: PrivatePostgres) => AsyncGenerator<Row>;

const [only, share = '1'] = process.argv.slice(2);
const parts: Record<string, Part> = {
  checks: (service) => checks(service),
  log: decisionLog,
  cerbos: (service) => besideCerbos(service),
  writes: underWrites,
  console: consoleFigures,
  large: (service, database) => largeWorld(service, database, Number(share)),
};
if (only !== undefined && !(only in parts))
  throw new Error(`no part "${only}"; there are ${Object.keys(parts).join(', ')}`);

ensureProgram('wrk', '-v', 'wrk');
pin(process.pid, 1);
console.log(`${machine()}. The service on one core; PostgreSQL and the load on another.\n`);
console.log(heading);
for (const [name, part] of Object.entries(parts)) {
  if (only !== undefined && name !== only) continue;
  const database = await startDatabase();
  const service = await startService(database.url);
  try {
    for await (const row of part(service, database)) console.log(asLine(row));
  } finally {
    await service.stop();
    await database.remove();
  }
}
