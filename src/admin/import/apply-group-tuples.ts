import { problem } from '#src/platform/errors.js';
import type { TupleInput } from '#src/relations/tuples.js';
import { changeTuples } from '#src/admin/tuple-changes.js';
import { readTupleState, type TupleState } from '#src/admin/tuple-state.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

/** Adds who belongs to groups and who is excluded from them. */
export async function applyGroupTuples(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const records = units.map((unit) => unit.records as RecordOf<'relationship'>[]);
  const state = await readTupleState(
    write,
    records.flatMap((own) => own.slice(-1).map(({ tuple }) => tuple)),
  );
  const add: TupleInput[] = [];
  for (const own of records) {
    const tuple = own.at(-1)?.tuple;
    if (!tuple) continue;
    const missing = missingEnd(state, tuple);
    for (const { line } of own) {
      if (missing) report.refuse(line, problem('unknown_reference', missing));
      else report.accept('relationship');
    }
    if (!missing) add.push(tuple);
  }
  await changeTuples(write, { add }, { authorize: false, restoring: true, state });
}

/** The end of a tuple that is not in the office. */
export function missingEnd(state: TupleState, tuple: TupleInput): { type: string; id: string } | undefined {
  const known = {
    dossier: state.dossiers,
    collaborator: state.collaborators,
    client_group: state.clientGroups,
    collaborator_group: state.collaboratorGroups,
  };
  if (!known[tuple.objectType].has(tuple.objectId)) return { type: tuple.objectType, id: tuple.objectId };
  return known[tuple.subjectType].has(tuple.subjectId) ? undefined : { type: tuple.subjectType, id: tuple.subjectId };
}
