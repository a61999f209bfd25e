import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { RelationStore } from '#src/relations/relation.store.js';
import { tupleKey, type Tuple } from '#src/relations/tuples.js';

/** One tuple of a path: what was made, when and by whom. */
export interface PathTuple {
  tuple: string;
  since: string;
  by: string;
  expiresAt: string | null;
}

/**
 * One way by which someone reaches a dossier. It exists since the last of its tuples was made, by whoever made it, and
 * ends with the first that ends; without any of them it does not exist.
 */
export interface AccessPath {
  /** The name of the path in the policy: `admin`, `manager`, `guest` or `client_group`. */
  kind: string;
  clientGroup?: string;
  collaboratorGroup?: string;
  since?: string;
  by?: string;
  expiresAt?: string | null;
  /** Empty for a path that a profile gives. */
  tuples: PathTuple[];
}

/** The tuples behind the paths to some dossiers, ready to be asked about one person and dossier at a time. */
export class PathDetails {
  private constructor(
    private readonly ofDossier: ReadonlyMap<string, readonly Tuple[]>,
    private readonly ofClientGroup: ReadonlyMap<string, readonly Tuple[]>,
    private readonly ofCollaboratorGroup: ReadonlyMap<string, readonly Tuple[]>,
  ) {}

  /** Reads them all in three statements. */
  static async load(store: RelationStore, dossiers: readonly DossierFacts[]): Promise<PathDetails> {
    const inForce = (tuples: readonly Tuple[]) =>
      Map.groupBy(
        tuples.filter((t) => t.inForce),
        (t) => t.objectId,
      );
    const ids = dossiers.map((dossier) => dossier.id);
    const groups = [...new Set(dossiers.flatMap((dossier) => dossier.clientGroup ?? []))];
    const ofDossier = await store.tuplesOf('dossier', ids);
    const ofClientGroup = await store.tuplesOf('client_group', groups);
    const people = ofClientGroup.filter((t) => t.relation === 'collaborator_group').map((t) => t.subjectId);
    const ofCollaboratorGroup = await store.tuplesOf('collaborator_group', [...new Set(people)], 'member');
    return new PathDetails(inForce(ofDossier), inForce(ofClientGroup), inForce(ofCollaboratorGroup));
  }

  /** Every independent path of the kinds that grant, in the order of the kinds (rule 5). */
  pathsOf(subject: SubjectFacts, dossier: DossierFacts, granting: readonly string[]): AccessPath[] {
    return granting.flatMap((kind) => {
      if (kind === 'manager' || kind === 'guest') return this.named(kind, subject.id, dossier.id);
      if (kind === 'client_group') return this.throughGroup(subject.id, dossier);
      // A path that comes from the profile, or from a policy that knows others: it has no tuples of its own.
      return [{ kind, tuples: [] }];
    });
  }

  private named(kind: string, person: string, dossier: string): AccessPath[] {
    const own = this.ofDossier.get(dossier) ?? [];
    return own.filter((t) => t.relation === kind && t.subjectId === person).map((t) => path({ kind }, [t]));
  }

  private throughGroup(person: string, { id, clientGroup }: DossierFacts): AccessPath[] {
    if (clientGroup === null) return [];
    const assignment = (this.ofDossier.get(id) ?? []).filter((t) => t.relation === 'client_group');
    const members = this.ofClientGroup.get(clientGroup) ?? [];
    const direct = members
      .filter((t) => t.relation === 'collaborator' && t.subjectId === person)
      .map((t) => path({ kind: 'client_group', clientGroup }, [...assignment, t]));
    const inherited = members
      .filter((t) => t.relation === 'collaborator_group')
      .flatMap((held) => {
        const membership = (this.ofCollaboratorGroup.get(held.subjectId) ?? []).filter((t) => t.subjectId === person);
        const name = { kind: 'client_group', clientGroup, collaboratorGroup: held.subjectId };
        return membership.map((t) => path(name, [...assignment, held, t]));
      });
    return [...direct, ...inherited];
  }
}

function path(
  name: Pick<AccessPath, 'kind' | 'clientGroup' | 'collaboratorGroup'>,
  tuples: readonly Tuple[],
): AccessPath {
  const last = tuples.reduce((one, other) => (other.createdAt >= one.createdAt ? other : one));
  const ends = tuples.flatMap((t) => t.expiresAt ?? []).sort();
  return {
    ...name,
    since: last.createdAt,
    by: last.createdBy,
    expiresAt: ends[0] ?? null,
    tuples: tuples.map((t) => ({ tuple: tupleKey(t), since: t.createdAt, by: t.createdBy, expiresAt: t.expiresAt })),
  };
}
