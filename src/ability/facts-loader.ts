import { performance } from 'node:perf_hooks';
import type { Database } from '#src/platform/database.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import type { FenceRead, ReadRevisions } from './fence.js';

/** A read brings at most this many changed keys; past that, starting afresh is cheaper than following. */
const maxKeysPerRead = 2_000;

interface FenceRow {
  office: string;
  revision: string | null;
  policy_set: string | null;
  keys: string[] | null;
  platform: string;
  at_ms: number;
}

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
  constructor(private readonly database: Database) {}

  /** The revisions of several offices and what has changed since the known ones, by one statement. */
  readonly readRevisions: ReadRevisions = async (offices, applied) => {
    const rows = await this.database.query<FenceRow>('fence', 'select * from fence($1, $2, $3)', [
      offices,
      applied,
      maxKeysPerRead,
    ]);
    return new Map(
      rows.map((row) => [
        row.office,
        {
          revision: row.revision === null ? null : Number(row.revision),
          policySet: row.policy_set,
          keys: row.keys,
          platform: Number(row.platform),
          atMs: Number(row.at_ms),
        },
      ]),
    );
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
    return { ...facts, read: { revision, policySet, keys, platform, atMs, sentAtMs } };
  }
}
