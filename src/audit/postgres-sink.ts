import type { EntityManager } from '@mikro-orm/postgresql';
import { copyLine } from '#src/platform/copy.js';
import { codeOf } from '#src/platform/database-errors.js';
import type { Database } from '#src/platform/database.js';
import { rows } from '#src/platform/sql.js';
import type { DecisionSink } from './decision-log.js';
import type { Decision, DecisionEntry } from './decision.js';
import { Retention } from './retention.js';

/** Rows of months are deleted at once. */
const upkeepDeadlineMs = 300_000;
const uniqueViolation = '23505';
/** One process at a time makes or drops partitions; any number that nothing else in the database takes. */
const lockKey = 0x64_65_63_69;

const partitionName = /^decision_\d{4}_\d{2}$/;

/** The rows of the table `decision`, in partitions by month. */
export class PostgresSink implements DecisionSink {
  private readonly months = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
  ) {}

  async write(entries: readonly DecisionEntry[]): Promise<void> {
    const needed = new Set(entries.map(({ at }) => at.slice(0, 7)).filter((month) => !this.months.has(month)));
    try {
      if (needed.size > 0) await this.makePartitions(needed);
      await this.store(entries);
    } catch (error) {
      // Another process may have dropped the partition.
      this.months.clear();
      throw error;
    }
    for (const month of needed) this.months.add(month);
  }

  /** A statement is a transaction: of entries that have been stored before, by an answer that was lost, none is again. */
  private async store(entries: readonly DecisionEntry[]): Promise<void> {
    try {
      await this.database.copy(copySql, entries.map(lineOf).join(''));
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error;
      if (!(await this.database.asOwner((em) => holds(em, entries)))) throw error;
    }
  }

  private makePartitions(months: ReadonlySet<string>): Promise<void> {
    return this.database.asOwner(async (em) => {
      for (const month of months) await makePartition(em, month);
    });
  }

  async upkeep(): Promise<void> {
    const nowMs = Date.now();
    const retention = await this.database.asOwner((em) => Retention.read(em, this.retentionDays));
    const month = new Date(retention.endsMs(nowMs).ofAllMs).toISOString().slice(0, 7);
    await this.database.asOwner(async (em) => {
      await rows(em, 'select pg_advisory_xact_lock($1)', [lockKey]);
      const partitions = await rows<{ name: string }>(
        em,
        `select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'decision'::regclass`,
      );
      for (const { name } of partitions) {
        // Of a month before the one up to which no office keeps anything.
        if (partitionName.test(name) && name < partitionOf(month)) await rows(em, `drop table ${name}`);
      }
    });
    // Apart, for dropping locks out whoever reads.
    const remove = (condition: string, endMs: number, offices: unknown) =>
      this.database.asOwner(
        (em) =>
          rows(em, `delete from decision where at < $1 and ${condition}`, [new Date(endMs).toISOString(), offices]),
        { deadlineMs: upkeepDeadlineMs },
      );
    await remove('office <> all ($2)', retention.endMs(nowMs), retention.ownOffices);
    for (const office of retention.ownOffices) await remove('office = $2', retention.endMs(nowMs, office), office);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function partitionOf(month: string): string {
  return `decision_${month.replace('-', '_')}`;
}

async function makePartition(em: EntityManager, month: string): Promise<void> {
  await rows(em, 'select pg_advisory_xact_lock($1)', [lockKey]);
  const start = new Date(`${month}-01T00:00:00Z`);
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + 1);
  await rows(
    em,
    `create table if not exists ${partitionOf(month)} partition of decision
       for values from ('${start.toISOString()}') to ('${end.toISOString()}')`,
  );
}

const places = ['office', 'instance', 'n', 'at', 'hash', 'dropped'];
const columns = {
  principal: 'principal',
  actor: 'actor',
  subjectType: 'subject_type',
  subject: 'subject',
  action: 'action',
  resourceType: 'resource_type',
  resource: 'resource',
  allowed: 'allowed',
  rule: 'rule',
  revision: 'revision',
  policy: 'policy',
  requestId: 'request_id',
  purpose: 'purpose',
} satisfies Record<keyof Decision, string>;
const members = Object.keys(columns) as (keyof Decision)[];

const copySql = `copy decision (${[...places, ...Object.values(columns)].join(', ')}) from stdin`;

function lineOf({ office, instance, n, at, hash, what }: DecisionEntry): string {
  const place = [office, instance, n, at, `\\x${hash}`];
  if ('dropped' in what) return copyLine([...place, what.dropped, ...members.map(() => null)]);
  return copyLine([...place, null, ...members.map((name) => what[name])]);
}

/**
 * Whether the entries have been stored: all of them are, or none, and the last of each chain vouches by its hash for
 * those before it.
 */
async function holds(em: EntityManager, entries: readonly DecisionEntry[]): Promise<boolean> {
  const last = [...new Map(entries.map((entry) => [entry.office, entry])).values()];
  const [found] = await rows<{ n: number }>(
    em,
    `select count(*)::int n from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bytea[]) e (office, instance, n, hash)
       join decision d using (office, instance, n, hash)`,
    [
      last.map(({ office }) => office),
      last.map(({ instance }) => instance),
      last.map(({ n }) => n),
      last.map(({ hash }) => `\\x${hash}`),
    ],
  );
  return found?.n === last.length;
}
