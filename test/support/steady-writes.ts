import pg from 'pg';
import { aClientGroup } from '#test/factories/groups.js';
import type { OfficeClient } from './office-client.js';

/** How many writers are at work at once. */
const writers = 8;
/** The dossiers that the writers take from each other's groups. */
export const contested = ['d0', 'd1', 'd2', 'd3'];

/**
 * Writes that go on while something breaks. Each makes a client group with a member and moves a dossier into it, so
 * that a half write would show: in rows, in the trail, and in the revision.
 */
export class SteadyWrites {
  /** The revision that each acknowledged write was answered with, by the group that it made. */
  readonly acknowledged = new Map<string, number>();
  /** How often each status was answered; 0 where there was no answer at all. */
  readonly statuses = new Map<number, number>();
  private stopping = false;
  private readonly work: Promise<void>[];
  private made = 0;

  private constructor(
    private readonly office: OfficeClient,
    private readonly run: string,
  ) {
    this.work = Array.from({ length: writers }, () => this.writeOn());
  }

  /** Makes what the writers need, once per office. */
  static async prepare(office: OfficeClient): Promise<void> {
    await office.collaborator('member');
    for (const id of contested) await office.dossier(id);
  }

  /** Starts; `run` sets the groups of this run apart from those of others. */
  static start(office: OfficeClient, run: string): SteadyWrites {
    return new SteadyWrites(office, run);
  }

  /** Resolves once as many more writes as this have been acknowledged. */
  async acknowledgedMore(count: number): Promise<void> {
    const goal = this.acknowledged.size + count;
    while (this.acknowledged.size < goal) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Lets the writes under way end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.work);
  }

  private async writeOn(): Promise<void> {
    while (!this.stopping) {
      const n = this.made++;
      const id = `${this.run}-${n}`;
      const body = aClientGroup({ collaborators: ['member'], dossiers: [contested[n % contested.length] as string] });
      const answer = await this.office.api
        .put<{ revision: string }>(this.office.at('client-groups', id), body)
        .catch(() => undefined);
      const status = answer?.status ?? 0;
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (answer?.status === 201) this.acknowledged.set(id, Number(answer.body.revision));
      // Whoever is told to come back later does not ask again at once.
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** What is wrong with the writes in PostgreSQL: nothing, where every acknowledged one is there and none by half. */
export async function faultsOf(databaseUrl: string, office: string, writes: SteadyWrites): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const column = async (text: string) => {
    const { rows } = await client.query<{ id: string; revision: string }>(text, [office]);
    return new Map(rows.map(({ id, revision }) => [id, Number(revision)]));
  };
  const groups = await column(`select id, version as revision from client_group where office = $1`);
  const created = await column(
    `select split_part(key, ':', 2) as id, revision from change
      where office = $1 and key like 'client_group:%' and action = 'create'`,
  );
  const members = await column(
    `select object_id as id, revision from relationship
      where office = $1 and object_type = 'client_group' and subject_id = 'member'`,
  );
  const { rows } = await client.query<{ revision: string; last: string; revisions: string }>(
    `select o.revision, max(c.revision) as last, count(distinct c.revision) as revisions
       from office o join change c on c.office = o.id where o.id = $1 group by o.revision`,
    [office],
  );
  await client.end();
  const faults: string[] = [];
  for (const [id, revision] of writes.acknowledged) {
    if (created.get(id) !== revision) faults.push(`${id} was acknowledged at ${revision} and is not in the trail`);
    if (!groups.has(id)) faults.push(`${id} was acknowledged and is not there`);
  }
  for (const id of groups.keys()) {
    if (!created.has(id)) faults.push(`${id} is there without its row in the trail`);
    if (!members.has(id)) faults.push(`${id} is there without its member`);
  }
  for (const id of created.keys()) if (!groups.has(id)) faults.push(`${id} is in the trail and not there`);
  const [row] = rows;
  if (row?.revision !== row?.last || row?.last !== row?.revisions) faults.push(`the revisions: ${JSON.stringify(row)}`);
  return faults;
}
