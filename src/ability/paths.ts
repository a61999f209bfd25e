import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';

/** One way by which someone reaches a dossier, with since when and by whom its tuple was made. */
export interface AccessPath {
  /** The name of the path in the policy: `admin`, `manager`, `guest` or `client_group`. */
  kind: string;
  clientGroup?: string;
  collaboratorGroup?: string;
  since?: string;
  by?: string;
  expiresAt?: string | null;
}

interface PathRow {
  collaborator: string;
  kind: string;
  dossier: string | null;
  client_group: string | null;
  collaborator_group: string | null;
  since: string;
  by: string;
  expires_at: string | null;
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The tuples behind the paths of these people to these dossiers. Of two tuples that make one path (a membership of a
 * collaborator group, and that group in the client group), the later one says since when the path exists.
 */
const pathsSql = `
  select r.subject_id collaborator, r.relation kind, r.object_id dossier, null client_group, null collaborator_group,
         ${iso('r.created_at')} since, r.created_by as by, ${iso('r.expires_at')} expires_at
    from relationship r
   where r.office = $1 and r.object_type = 'dossier' and r.object_id = any ($3) and r.relation in ('manager', 'guest')
     and r.subject_type = 'collaborator' and r.subject_id = any ($2)
     and (r.expires_at is null or r.expires_at > statement_timestamp())
  union all
  select r.subject_id, 'client_group', null, r.object_id, null, ${iso('r.created_at')}, r.created_by, ${iso('r.expires_at')}
    from relationship r
   where r.office = $1 and r.object_type = 'client_group' and r.object_id = any ($4) and r.relation = 'collaborator'
     and r.subject_id = any ($2) and (r.expires_at is null or r.expires_at > statement_timestamp())
  union all
  select m.subject_id, 'client_group', null, g.object_id, m.object_id, ${iso('greatest(m.created_at, g.created_at)')},
         case when m.created_at > g.created_at then m.created_by else g.created_by end,
         ${iso('least(m.expires_at, g.expires_at)')}
    from relationship g
    join relationship m on m.office = g.office and m.object_type = 'collaborator_group' and m.object_id = g.subject_id
     and m.relation = 'member' and m.subject_id = any ($2)
   where g.office = $1 and g.object_type = 'client_group' and g.object_id = any ($4) and g.relation = 'collaborator_group'
     and (g.expires_at is null or g.expires_at > statement_timestamp())
     and (m.expires_at is null or m.expires_at > statement_timestamp())`;

/** The tuples behind the paths, ready to be asked about one person and dossier at a time. */
export class PathDetails {
  private constructor(private readonly byPerson: ReadonlyMap<string, PathRow[]>) {}

  /** Reads them all in one statement. */
  static async load(
    em: EntityManager,
    office: string,
    people: readonly string[],
    dossiers: readonly DossierFacts[],
  ): Promise<PathDetails> {
    const groups = [...new Set(dossiers.flatMap((dossier) => dossier.clientGroup ?? []))];
    const ids = dossiers.map((dossier) => dossier.id);
    const found = await rows<PathRow>(em, pathsSql, [office, people, ids, groups]);
    return new PathDetails(Map.groupBy(found, (row) => row.collaborator));
  }

  /** Every independent path of the kinds that grant, in the order of the kinds (rule 5). */
  pathsOf(subject: SubjectFacts, dossier: DossierFacts, granting: readonly string[]): AccessPath[] {
    const own = this.byPerson.get(subject.id) ?? [];
    return granting.flatMap((kind) => {
      const found = own.filter((row) => row.kind === kind && (row.dossier ?? dossier.id) === dossier.id);
      const here = found.filter((row) => row.client_group === null || row.client_group === dossier.clientGroup);
      return here.length > 0 ? here.map(toPath) : kind === 'admin' ? [{ kind }] : [];
    });
  }
}

function toPath(row: PathRow): AccessPath {
  return {
    kind: row.kind,
    ...(row.client_group !== null && { clientGroup: row.client_group }),
    ...(row.collaborator_group !== null && { collaboratorGroup: row.collaborator_group }),
    since: row.since,
    by: row.by,
    expiresAt: row.expires_at,
  };
}
