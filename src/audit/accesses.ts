import type { EntityManager } from '@mikro-orm/postgresql';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';

/** One time that someone was let at a dossier. */
export interface Access {
  at: string;
  collaborator: string;
  action: string;
  principal: string;
  actor: string | null;
  purpose: string | null;
  rule: string | null;
  revision: string;
  requestId: string;
}

/** A row of the log; the order of time is that of the three first. */
export interface AccessRow extends Access {
  instance: string;
  n: string;
}

/** Of which dossier, for which action, and when: from the first instant on, up to the second. */
export interface AccessFilter {
  dossier: string;
  action: string;
  from: string | null;
  to: string | null;
}

const period = '($2::timestamptz is null or at >= $2) and ($3::timestamptz is null or at < $3)';
const filterSql = `office = $1 and ${period} and allowed and resource_type = 'dossier' and resource = $4 and action = $5`;

/** What the times of last openings are taken from: without it, nobody could tell what an empty place means. */
export interface OpeningsKept {
  /** How much of what was allowed is kept, from 0 (nothing) to 1. */
  share: number;
  /** The first decision about the office that is left; `null` where there is none. */
  since: string | null;
  /** Decisions about the office that the log has lost. */
  lost: number;
}

/** When each collaborator was last let open each dossier, by dossier and collaborator. */
export type LastOpenings = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Who was let at a dossier, as the decision log has it. */
export class Accesses {
  /** @param share how much of what was allowed the log in PostgreSQL holds, from 0 (there is none) to 1 */
  constructor(private readonly share: number) {}

  /** @throws `accesses_not_recorded`: no answer is better than one that looks complete */
  requireKept(): void {
    if (this.share < 1) throw problem('accesses_not_recorded');
  }

  /** In the order of time, at most `limit` after the position `[at, instance, n]`. */
  read(
    em: EntityManager,
    office: string,
    filter: AccessFilter,
    after: readonly (string | number | null)[] | undefined,
    limit: number,
  ): Promise<AccessRow[]> {
    return rows<AccessRow>(
      em,
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') at, instance, n, subject collaborator,
              action, principal, actor, purpose, rule, revision, request_id "requestId"
         from decision
        where ${filterSql} and ($6::timestamptz is null or (at, instance, n) > ($6, $7::uuid, $8::bigint))
        order by decision.at, instance, n limit $9`,
      [...valuesOf(office, filter), after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
    );
  }

  async count(em: EntityManager, office: string, filter: AccessFilter): Promise<number> {
    const row = await firstRow<{ n: string }>(
      em,
      `select count(*) n from decision where ${filterSql}`,
      valuesOf(office, filter),
    );
    return Number(row?.n ?? 0);
  }

  /** What {@link lastOpened} looks at, as of the moment that the transaction asks about. */
  async openingsKept(em: EntityManager, office: string): Promise<OpeningsKept> {
    if (this.share === 0) return { share: 0, since: null, lost: 0 };
    // Ids of processes sort by the time of their start, so that one look at the index finds the oldest chain.
    const first = await firstRow<{ at: string }>(
      em,
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') at from decision
        where office = $1 and at <= asked_at() order by instance, n limit 1`,
      [office],
    );
    const lost = await this.dropped(em, office, { from: null, to: null });
    return { share: this.share, since: first?.at ?? null, lost };
  }

  /** The last time up to the moment asked about that anyone was let open each of these dossiers; nothing where none is kept. */
  async lastOpened(em: EntityManager, office: string, dossiers: readonly string[]): Promise<LastOpenings> {
    const found = new Map<string, Map<string, string>>();
    if (this.share === 0) return found;
    const openings = await rows<{ dossier: string; collaborator: string; at: string }>(
      em,
      `select resource dossier, subject collaborator,
              to_char(max(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') at
         from decision
        where office = $1 and resource = any($2) and allowed and resource_type = 'dossier' and action = 'open'
          and subject_type = 'collaborator' and at <= asked_at()
        group by resource, subject`,
      [office, dossiers],
    );
    for (const { dossier, collaborator, at } of openings) {
      const ofDossier = found.get(dossier) ?? new Map<string, string>();
      found.set(dossier, ofDossier.set(collaborator, at));
    }
    return found;
  }

  /** Decisions of the office that the log lost in the time of the filter, whatever they were about. */
  async dropped(em: EntityManager, office: string, { from, to }: Pick<AccessFilter, 'from' | 'to'>): Promise<number> {
    const row = await firstRow<{ n: string | null }>(
      em,
      `select sum(dropped) n from decision where office = $1 and ${period} and dropped is not null`,
      [office, from, to],
    );
    return Number(row?.n ?? 0);
  }
}

function valuesOf(office: string, { dossier, action, from, to }: AccessFilter): unknown[] {
  return [office, from, to, dossier, action];
}
