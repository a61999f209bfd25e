import type { EntityManager } from '@mikro-orm/postgresql';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Tuple, TupleInput, TupleRef } from './tuples.js';
import type { ObjectType, Relation, SubjectType } from './vocabulary.js';

interface TupleRow {
  object_type: ObjectType;
  object_id: string;
  relation: Relation;
  subject_type: SubjectType;
  subject_id: string;
  is_primary: boolean;
  in_force: boolean;
  expires_at: string | null;
  created_at: string;
  created_by: string;
  revision: string;
}

/** ISO 8601 in UTC, from PostgreSQL's clock and with its microseconds. */
const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const columns = `r.object_type, r.object_id, r.relation, r.subject_type, r.subject_id, r.is_primary,
  (r.expires_at is null or r.expires_at > asked_at()) in_force,
  ${iso('r.expires_at')} expires_at, ${iso('r.created_at')} created_at, r.created_by, r.revision`;

const oldestFirst = 'order by r.created_at, r.ordinal';

function toTuple(row: TupleRow): Tuple {
  return {
    objectType: row.object_type,
    objectId: row.object_id,
    relation: row.relation,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    primary: row.is_primary,
    inForce: row.in_force,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    revision: Number(row.revision),
  };
}

/** The relationship tuples of one office, inside the transaction it was made with. Each method is one statement. */
export class RelationStore {
  constructor(
    private readonly em: EntityManager,
    private readonly office: string,
  ) {}

  /** Every tuple of these objects, oldest first; with `relation`, only that one. */
  async tuplesOf(objectType: ObjectType, objectIds: readonly string[], relation?: Relation): Promise<Tuple[]> {
    if (objectIds.length === 0) return [];
    const found = await rows<TupleRow>(
      this.em,
      `select ${columns} from relationship r
        where r.office = $1 and r.object_type = $2 and r.object_id = any ($3)
          and ($4::text is null or r.relation = $4) ${oldestFirst}`,
      [this.office, objectType, objectIds, relation ?? null],
    );
    return found.map(toTuple);
  }

  /** Every tuple that has one of these subjects, oldest first; with `relation`, only that one. */
  async tuplesWith(subjectType: SubjectType, subjectIds: readonly string[], relation?: Relation): Promise<Tuple[]> {
    if (subjectIds.length === 0) return [];
    const found = await rows<TupleRow>(
      this.em,
      `select ${columns} from relationship r
        where r.office = $1 and r.subject_type = $2 and r.subject_id = any ($3)
          and ($4::text is null or r.relation = $4) ${oldestFirst}`,
      [this.office, subjectType, subjectIds, relation ?? null],
    );
    return found.map(toTuple);
  }

  /** Those of the named tuples that exist. */
  async existing(refs: readonly TupleRef[]): Promise<Tuple[]> {
    if (refs.length === 0) return [];
    const found = await rows<TupleRow>(
      this.em,
      `select ${columns} from ${namedTuples('$2')} cross join lateral (${tupleNamed('$1')}) r`,
      [this.office, JSON.stringify(refs)],
    );
    return found.map(toTuple);
  }

  /** Removes the named tuples; those that do not exist are passed over. */
  async remove(refs: readonly TupleRef[]): Promise<void> {
    if (refs.length === 0) return;
    await rows(
      this.em,
      // The office's row is locked, so nobody moves a row in between.
      `delete from relationship where ctid = any (array(
         select r.ctid from ${namedTuples('$2')} cross join lateral (${tupleNamed('$1')}) r))`,
      [this.office, JSON.stringify(refs)],
    );
  }

  /**
   * Writes the tuples; one that exists takes the new expiry and primary mark and keeps its origin. New ones are made in
   * the order given, older ones first: "oldest first" (rule 19) goes by it. A manager who is primary no more goes before
   * all others, so that a change of primary never meets two.
   */
  async put(tuples: readonly TupleInput[], revision: number, createdBy: string): Promise<void> {
    if (tuples.length === 0) return;
    await rows(
      this.em,
      `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id,
                                 is_primary, expires_at, created_at, created_by, revision)
       select $1::text, n."objectType", n."objectId", n.relation, n."subjectType", n."subjectId",
              coalesce(n."primary", false), n."expiresAt", coalesce(n."createdAt", now()), $3, $4
         from ${namedTuples('$2')}
        order by n.relation = 'manager' and n."primary" is not true and exists (
                   select 1 from relationship r where r.office = $1::text and r.object_id = n."objectId" and r.is_primary
                      and r.subject_id = n."subjectId") desc, n."createdAt", n.position
           on conflict (office, object_type, object_id, relation, subject_type, subject_id)
           do update set is_primary = excluded.is_primary, expires_at = excluded.expires_at, revision = excluded.revision`,
      [this.office, JSON.stringify(tuples), createdBy, revision],
    );
  }

  /** The members of collaborator groups, as collaborator ids, each once. */
  async membersOf(collaboratorGroups: readonly string[]): Promise<string[]> {
    if (collaboratorGroups.length === 0) return [];
    const found = await rows<{ subject_id: string }>(
      this.em,
      `select distinct subject_id from relationship where office = $1 and object_type = 'collaborator_group'
         and relation = 'member' and object_id = any ($2)`,
      [this.office, collaboratorGroups],
    );
    return found.map((row) => row.subject_id);
  }

  /** A page of tuples in the order of their keys, filtered by parts; what `GET /relationships` answers. */
  async page(filter: TupleFilter, after: TupleRef | undefined, limit: number): Promise<Tuple[]> {
    const found = await rows<TupleRow>(
      this.em,
      `select ${columns} from relationship r where ${filterSql}
          and ($8::text is null or (r.object_type, r.object_id, r.relation, r.subject_type, r.subject_id)
               > ($8, $9, $10, $11, $12))
        order by r.object_type, r.object_id, r.relation, r.subject_type, r.subject_id limit $13`,
      [
        ...this.filterValues(filter),
        after?.objectType ?? null,
        after?.objectId ?? null,
        after?.relation ?? null,
        after?.subjectType ?? null,
        after?.subjectId ?? null,
        limit,
      ],
    );
    return found.map(toTuple);
  }

  /** How many tuples the filter matches. */
  async count(filter: TupleFilter): Promise<number> {
    const row = await firstRow<{ n: string }>(
      this.em,
      `select count(*) n from relationship r where ${filterSql}`,
      this.filterValues(filter),
    );
    return Number(row?.n ?? 0);
  }

  private filterValues(filter: TupleFilter): unknown[] {
    return [
      this.office,
      filter.objectType ?? null,
      filter.objectId ?? null,
      filter.relation ?? null,
      filter.subjectType ?? null,
      filter.subjectId ?? null,
      filter.hiddenDossiers ?? [],
    ];
  }
}

/** What to look for among the tuples; a part left out matches all. */
export type TupleFilter = Partial<Record<keyof TupleRef, string>> & {
  /** Dossiers that do not exist for whoever looks: their tuples are left out. */
  hiddenDossiers?: readonly string[];
};

const filterSql = `r.office = $1 and ($2::text is null or r.object_type = $2) and ($3::text is null or r.object_id = $3)
  and ($4::text is null or r.relation = $4) and ($5::text is null or r.subject_type = $5)
  and ($6::text is null or r.subject_id = $6) and (r.object_type <> 'dossier' or r.object_id <> all ($7))`;

/** A JSON parameter of tuples as a table `n`, so that one statement serves any number of them. */
const namedTuples = (parameter: string) => `rows from (jsonb_to_recordset(${parameter}::jsonb) as (
  "objectType" text, "objectId" text, relation text, "subjectType" text, "subjectId" text,
  "primary" boolean, "expiresAt" timestamptz, "createdAt" timestamptz)) with ordinality
  as n ("objectType", "objectId", relation, "subjectType", "subjectId", "primary", "expiresAt", "createdAt", position)`;

/** The tuple that a row of {@link namedTuples} names, found by its key: a join would be planned as one of the whole office. */
const tupleNamed = (office: string) => `select t.ctid, t.* from relationship t
  where t.office = ${office} and t.object_type = n."objectType" and t.object_id = n."objectId" and t.relation = n.relation
    and t.subject_type = n."subjectType" and t.subject_id = n."subjectId" limit 1`;
