import { performance } from 'node:perf_hooks';
import type { Database } from '#src/platform/database.js';
import type { PreparedReader } from '#src/platform/prepared-reader.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import type { FenceRead, ReadRevisions } from './fence.js';

/** A read brings at most this many changed keys; past that, starting afresh is cheaper than following. */
const maxKeysPerRead = 2_000;

/**
 * One row, or one for each office of which there is something to tell: that it has changed, or is not there. Null keys:
 * more than can be followed have changed, or nothing is known yet.
 */
const fenceStatement = {
  name: 'fence',
  text: `select p.revision, extract(epoch from statement_timestamp()) * 1000, told.*
           from platform_revision p
           left join (select f.office, f.applied, o.revision, o.policy_set,
                             case when f.applied >= 0 and f.applied < o.revision
                                  then (select case when count(*) <= $3 then coalesce(array_agg(k.key), '{}') end
                                          from (select distinct c.key from changed_key c
                                                 where c.office = f.office and c.revision > f.applied
                                                   and c.revision <= o.revision
                                                 limit $3 + 1) k)
                             end
                        from unnest($1::text[], $2::bigint[]) as f (office, applied)
                        left join office_revision o on o.office = f.office
                       where o.revision is distinct from f.applied) told on true`,
};

type FenceRow = [
  platform: string,
  atMs: string,
  office: string | null,
  since: string,
  revision: string | null,
  policySet: string | null,
  keys: string[] | null,
];

/** The facts of a check with what brings the cache forward to them: all of one snapshot. */
export interface LoadedFacts {
  read: FenceRead & { revision: number };
  settings: OfficeSettings;
  policySet: string | null;
  subjects: SubjectFacts[];
  dossiers: DossierFacts[];
}

type FactsRow = {
  facts:
    (Omit<LoadedFacts, 'read'> & { revision: number; keys: string[] | null; platform: number; atMs: number }) | null;
};

/** The two statements of the check path, both prepared. */
export class FactsLoader {
  private readonly fence: PreparedReader;

  constructor(private readonly database: Database) {
    this.fence = database.preparedReader(fenceStatement);
  }

  /** The revisions of several offices and what has changed since the known ones, by one statement. */
  readonly readRevisions: ReadRevisions = async (offices, since) => {
    const rows = await this.fence.read<FenceRow>([offices, since, maxKeysPerRead]);
    const [first] = rows;
    if (!first) throw new Error('the platform has no revision');
    const now = { platform: Number(first[0]), atMs: Number(first[1]) };
    const reads = new Map<string, Omit<FenceRead, 'sentAtMs'>>();
    for (const [at, office] of offices.entries()) {
      // Those of which no row tells are as they were.
      const known = since[at] ?? -1;
      reads.set(office, { revision: known, policySet: undefined, keys: [], since: known, ...now });
    }
    for (const [, , office, applied, revision, policySet, keys] of rows) {
      if (office === null) continue;
      reads.set(office, {
        revision: revision === null ? null : Number(revision),
        policySet,
        keys,
        since: Number(applied),
        ...now,
      });
    }
    return reads;
  };

  /**
   * The facts of these people and dossiers, as of now, with the keys changed since `applied`.
   *
   * @returns `undefined` where the office does not exist
   */
  async load(
    office: string,
    people: readonly string[],
    dossiers: readonly string[],
    applied: number,
  ): Promise<LoadedFacts | undefined> {
    const sentAtMs = performance.now();
    const [row] = await this.database.query<FactsRow>(
      'access_facts_since',
      'select access_facts_since($1, $2, $3, $4, $5) as facts',
      [office, people, dossiers, applied, maxKeysPerRead],
    );
    if (!row?.facts) return undefined;
    const { revision, keys, platform, atMs, ...facts } = row.facts;
    const { policySet } = facts;
    return { ...facts, read: { revision, policySet, keys, since: applied, platform, atMs, sentAtMs } };
  }
}
