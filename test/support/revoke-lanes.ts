import { ifMatch, type OfficeClient } from './office-client.js';

/** What the lanes have seen. */
export interface Seen {
  /** Grants and revokes that were acknowledged. */
  writes: number;
  /** Checks that started after an acknowledged revoke. */
  checks: number;
  /** Those of them that were allowed all the same: none may be. */
  staleAllows: number;
  /** Checks after an acknowledged grant that were denied: the same fault the other way round. */
  staleDenies: number;
}

/** How access is given and taken: each way changes other keys. */
const ways = ['membership', 'through a group', 'manager', 'exclusion'] as const;
type Way = (typeof ways)[number];

/**
 * People whose access is given and taken in turn, each in a lane of their own, through instances chosen at random, and
 * checked through all of them at once after each acknowledgement. `instances` are the same office through each.
 */
export class RevokeLanes {
  readonly seen: Seen = { writes: 0, checks: 0, staleAllows: 0, staleDenies: 0 };
  private stopping = false;
  private work: Promise<void>[] = [];

  constructor(
    private readonly instances: readonly OfficeClient[],
    private readonly lanes: number,
  ) {}

  /** Makes what the lanes need. */
  async prepare(): Promise<void> {
    const office = this.any();
    for (let lane = 0; lane < this.lanes; lane++) {
      await office.collaborator(`p${lane}`);
      await office.dossier(`d${lane}`);
      await office.clientGroup(`g${lane}`, { dossiers: [`d${lane}`] });
      await office.collaboratorGroup(`k${lane}`);
      if (this.way(lane) === 'through a group')
        await this.patch(`client-groups/g${lane}`, { collaboratorGroups: { add: [`k${lane}`] } });
      if (this.way(lane) === 'exclusion')
        await this.patch(`client-groups/g${lane}`, { collaborators: { add: [`p${lane}`] } });
    }
  }

  start(): void {
    this.work = Array.from({ length: this.lanes }, (_, lane) => this.run(lane));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.work);
  }

  private async run(lane: number): Promise<void> {
    while (!this.stopping) {
      await this.change(lane, true);
      for (const allowed of await this.check(lane)) if (!allowed) this.seen.staleDenies++;
      await this.change(lane, false);
      for (const allowed of await this.check(lane)) {
        this.seen.checks++;
        if (allowed) this.seen.staleAllows++;
      }
    }
  }

  private async change(lane: number, give: boolean): Promise<void> {
    const delta = (id: string) => (give ? { add: [id] } : { remove: [id] });
    const way = this.way(lane);
    if (way === 'membership') await this.patch(`client-groups/g${lane}`, { collaborators: delta(`p${lane}`) });
    if (way === 'through a group') await this.patch(`collaborator-groups/k${lane}`, { members: delta(`p${lane}`) });
    if (way === 'manager') await this.patch(`dossiers/d${lane}/managers`, delta(`p${lane}`));
    if (way === 'exclusion') {
      const excluded = give ? { remove: [`p${lane}`] } : { add: [{ collaborator: `p${lane}` }] };
      await this.patch(`dossiers/d${lane}/exclusions`, excluded);
    }
    this.seen.writes++;
  }

  /** Through every instance at once, twice: workers of one instance take turns. */
  private check(lane: number): Promise<boolean[]> {
    const asked = [...this.instances, ...this.instances].map((office) => office.may(`p${lane}`, `d${lane}`));
    return Promise.all(asked);
  }

  private async patch(path: string, body: object): Promise<void> {
    const office = this.any();
    const { status } = await office.api.patch(office.at(...path.split('/')), body, ifMatch('*'));
    if (status !== 200) throw new Error(`${path}: ${status}`);
  }

  private any(): OfficeClient {
    return this.instances[Math.floor(Math.random() * this.instances.length)] as OfficeClient;
  }

  private way(lane: number): Way {
    return ways[lane % ways.length] as Way;
  }
}
