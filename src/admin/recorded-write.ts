import type { Change } from '#src/audit/trail.js';
import { tupleRef, type TupleInput, type TupleRef } from '#src/relations/tuples.js';
import type { TupleChange } from './tuple-changes.js';

/** A tuple as the trail keeps it. */
interface RecordedTuple {
  tuple: string;
  primary?: boolean;
  expiresAt?: string;
  since?: string;
}

interface RecordedState {
  relationships?: RecordedTuple[];
  [field: string]: unknown;
}

/** The tuples that take back what the rows of one write have done to tuples: with their ends, and who was primary. */
export function reverseTuples(changes: readonly Change[]): Required<TupleChange> {
  const had = recorded(changes, 'before');
  const has = recorded(changes, 'after');
  return {
    add: [...had.values()].map(inputOf),
    remove: [...has].filter(([key]) => !had.has(key)).map(([key]) => refOf(key)),
  };
}

/** The fields of an entity on one side of a change, without its tuples; `null` where it was not there. */
export function fieldsOn(state: unknown): Record<string, unknown> | null {
  if (state === null || state === undefined) return null;
  const { relationships: _relationships, ...fields } = state as RecordedState;
  return fields;
}

/** A tuple is told under each key that depends on it, and is one all the same. */
function recorded(changes: readonly Change[], side: 'before' | 'after'): Map<string, RecordedTuple> {
  const tuples = changes.flatMap((change) => (change[side] as RecordedState | null)?.relationships ?? []);
  return new Map(tuples.map((one) => [one.tuple, one]));
}

function inputOf({ tuple, primary = false, expiresAt, since }: RecordedTuple): TupleInput {
  return { ...refOf(tuple), primary, expiresAt: expiresAt ?? null, ...(since !== undefined && { createdAt: since }) };
}

/** Types and relations hold none of the marks between the parts; ids may hold `:` and `@`, but no `#`. */
function refOf(key: string): TupleRef {
  const [, type = '', id = '', relation = '', subjectType = '', subjectId = ''] =
    /^([^:]+):([^#]+)#([^@]+)@([^:]+):(.+)$/.exec(key) ?? [];
  const ref = tupleRef({ type, id }, relation, { type: subjectType, id: subjectId });
  if (!ref) throw new Error(`the trail names a tuple of no kind: ${key}`);
  return ref;
}
