import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { DossierFacts } from '#src/relations/facts.js';
import { tupleKey, type Tuple, type TupleRef } from '#src/relations/tuples.js';
import type { CollaboratorStatus, DossierStatus } from '#src/relations/vocabulary.js';
import type { Write } from './write.js';

interface DossierRow {
  id: string;
  status: DossierStatus;
  private: boolean;
}

/** What a change of tuples needs to know before it, read in a fixed number of statements. */
export interface TupleState {
  dossiers: Map<string, DossierRow>;
  collaborators: Map<string, CollaboratorStatus>;
  clientGroups: Map<string, string>;
  collaboratorGroups: Map<string, string>;
  /** Every tuple of each dossier touched, oldest first. */
  ofDossier: Map<string, Tuple[]>;
  /** Those of the other tuples named that exist, by key. */
  existing: Map<string, Tuple>;
}

/** Reads the state that these tuples touch. */
export async function readTupleState(write: Write, refs: readonly TupleRef[]): Promise<TupleState> {
  const ids = (type: string) => [
    ...new Set(
      refs.flatMap((ref) => [
        ...(ref.objectType === type ? [ref.objectId] : []),
        ...(ref.subjectType === type ? [ref.subjectId] : []),
      ]),
    ),
  ];
  const office = write.office.id;
  const dossierIds = ids('dossier');
  const dossiers = await rows<DossierRow>(
    write.em,
    'select id, status, private from dossier where office = $1 and id = any ($2)',
    [office, dossierIds],
  );
  const collaborators = await rows<{ id: string; status: CollaboratorStatus }>(
    write.em,
    'select id, status from collaborator where office = $1 and id = any ($2)',
    [office, ids('collaborator')],
  );
  const groups = await rows<{ type: string; id: string; name: string }>(
    write.em,
    `select 'client_group' as type, id, name from client_group where office = $1 and id = any ($2)
     union all select 'collaborator_group', id, name from collaborator_group where office = $1 and id = any ($3)`,
    [office, ids('client_group'), ids('collaborator_group')],
  );
  const named = (type: string) => new Map(groups.filter((g) => g.type === type).map((g) => [g.id, g.name]));
  const existing = await write.store.existing(refs.filter((ref) => ref.objectType !== 'dossier'));
  return {
    dossiers: new Map(dossiers.map((row) => [row.id, row])),
    collaborators: new Map(collaborators.map((row) => [row.id, row.status])),
    clientGroups: named('client_group'),
    collaboratorGroups: named('collaborator_group'),
    ofDossier: Map.groupBy(await write.store.tuplesOf('dossier', dossierIds), (t) => t.objectId),
    existing: new Map(existing.map((t) => [tupleKey(t), t])),
  };
}

/**
 * Every entity that a tuple names must exist in this office.
 *
 * @throws `unknown_reference` with the first that does not
 */
export function requireReferences(state: TupleState, refs: readonly TupleRef[]): void {
  const known: Record<string, ReadonlyMap<string, unknown>> = {
    dossier: state.dossiers,
    collaborator: state.collaborators,
    client_group: state.clientGroups,
    collaborator_group: state.collaboratorGroups,
  };
  for (const ref of refs) {
    for (const [type, id] of [
      [ref.objectType, ref.objectId],
      [ref.subjectType, ref.subjectId],
    ] as const) {
      if (!known[type]?.has(id)) throw problem('unknown_reference', { type, id });
    }
  }
}

/** The dossier as the policies see it: only tuples that have not ended count. @throws `unknown_reference` */
export function dossierFactsOf(state: TupleState, id: string): DossierFacts {
  const row = state.dossiers.get(id);
  if (!row) throw problem('unknown_reference', { type: 'dossier', id });
  const inForce = (state.ofDossier.get(id) ?? []).filter((t) => t.inForce);
  const subjects = (relation: string) => inForce.filter((t) => t.relation === relation).map((t) => t.subjectId);
  return {
    ...row,
    clientGroup: subjects('client_group')[0] ?? null,
    managers: subjects('manager'),
    guests: subjects('guest'),
    excluded: subjects('excluded'),
    validUntil: null,
  };
}
