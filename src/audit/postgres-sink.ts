import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#src/platform/database.js';
import { rows } from '#src/platform/sql.js';
import type { DecisionSink } from './decision-log.js';
import type { Decision, DecisionEntry } from './decision.js';
import { Retention } from './retention.js';

/** Rows of months are deleted at once. */
const upkeepDeadlineMs = 300_000;
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
      // As the owner: entries of many offices are written together, and the role of requests may not write here at all.
      await this.database.asOwner(async (em) => {
        for (const month of needed) await makePartition(em, month);
        await insert(em, entries);
      });
    } catch (error) {
      // Another process may have dropped the partition.
      this.months.clear();
      throw error;
    }
    for (const month of needed) this.months.add(month);
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

const columns = {
  principal: 'principal text',
  actor: 'actor text',
  subjectType: 'subject_type text',
  subject: 'subject text',
  action: 'action text',
  resourceType: 'resource_type text',
  resource: 'resource text',
  allowed: 'allowed boolean',
  rule: 'rule text',
  revision: 'revision text',
  policy: 'policy text',
  requestId: 'request_id text',
  purpose: 'purpose text',
} satisfies Record<keyof Decision, string>;

const places = ['office text', 'instance uuid', 'n bigint', 'at timestamptz', 'hash bytea', 'dropped int'];
const declared = [...places, ...Object.values(columns)].map((column) => column.split(' ') as [string, string]);
const names = declared.map(([name]) => name).join(', ');
const arrays = declared.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
// An entry that was written before an error was noticed is written once all the same.
const insertSql = `insert into decision (${names}) select * from unnest(${arrays}) on conflict do nothing`;

/** A column an array: one statement, prepared for any number of rows. */
async function insert(em: EntityManager, entries: readonly DecisionEntry[]): Promise<void> {
  const decided = entries.map(({ what }) => ('dropped' in what ? undefined : what));
  await rows(em, insertSql, [
    entries.map(({ office }) => office),
    entries.map(({ instance }) => instance),
    entries.map(({ n }) => n),
    entries.map(({ at }) => at),
    entries.map(({ hash }) => `\\x${hash}`),
    entries.map(({ what }) => ('dropped' in what ? what.dropped : null)),
    ...Object.keys(columns).map((name) => decided.map((what) => what?.[name as keyof Decision] ?? null)),
  ]);
}
