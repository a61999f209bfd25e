import type { EntityManager } from '@mikro-orm/postgresql';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { tupleKey, tuple, type Tuple, type TupleInput, type TupleRef } from '#src/relations/tuples.js';
import { authorizeTuples, stateAsSeen } from './tuple-authorization.js';
import { readTupleState, requireReferences, type TupleState } from './tuple-state.js';
import type { Write } from './write.js';

export interface TupleChange {
  add?: readonly TupleInput[];
  remove?: readonly TupleRef[];
}

export interface TupleChangeOptions {
  /**
   * `false` where the policies have been asked about the whole already: at an activation, whose own rule says which
   * group may be chosen and who becomes manager.
   */
  authorize?: boolean;
  /**
   * The group that the caller saw each dossier in before this write got its turn. Where another write came between,
   * the caller learns of it instead of undoing it unseen.
   */
  expectedGroups?: ReadonlyMap<string, string | null>;
  /** An import brings back what was: dormant memberships and ended tuples included. */
  restoring?: boolean;
  /** What these tuples touch, where this write has read it already and keeps it up to date. */
  state?: TupleState;
}

/**
 * The one way relationships change. It reads the state once, asks the policies about each tuple, keeps the rules of
 * the domain (one group per dossier, one primary manager, only active dossiers in a group) and writes in bulk, so that
 * a save of two thousand dossiers costs as many statements as a save of one.
 *
 * @returns the tuples that were added (or changed) and removed
 * @throws `unknown_reference`, `forbidden`, `not_found`, `dossier_not_active`, `already_in_client_group`,
 *   `expiry_in_the_past`
 */
export async function changeTuples(
  write: Write,
  change: TupleChange,
  options: TupleChangeOptions = {},
): Promise<{ added: Tuple[]; removed: Tuple[] }> {
  const adds = uniqueByKey(change.add ?? []);
  const removes = uniqueByKey(change.remove ?? []);
  if (adds.size + removes.size === 0) return { added: [], removed: [] };
  for (const key of adds.keys()) {
    if (removes.has(key)) throw problem('conflicting_change', { tuple: key });
  }
  const read = options.state ?? (await readTupleState(write, [...adds.values(), ...removes.values()]));
  const state = options.authorize === false ? read : stateAsSeen(write.guard, read);
  requireReferences(state, [...adds.values()]);
  if (options.authorize !== false) authorizeTuples(write.guard, state, [...adds.values(), ...removes.values()]);
  if (!options.restoring)
    await refusePastExpiry(
      write.em,
      [...adds.values()].map((input) => input.expiresAt),
    );

  const current = new Map([...state.existing, ...currentDossierTuples(state)]);
  const puts = new Map<string, TupleInput>();
  const drops = new Map([...removes].filter(([key]) => current.has(key)));
  for (const [key, input] of adds) if (differs(current.get(key), input)) puts.set(key, input);
  for (const [dossier, own] of changesByDossier(puts, drops)) {
    planClientGroup(state, dossier, own, drops, options);
    planPrimaryManager(state, dossier, own, puts, drops);
  }
  warnAboutInactivePeople(write, state, [...puts.values()]);
  return applyPlan(write, current, puts, drops);
}

async function applyPlan(
  write: Write,
  current: ReadonlyMap<string, Tuple>,
  puts: ReadonlyMap<string, TupleInput>,
  drops: ReadonlyMap<string, TupleRef>,
) {
  await write.store.remove([...drops.values()]);
  await write.store.put([...puts.values()], write.revision, write.actor.label);
  const removed = [...drops.keys()].flatMap((key) => current.get(key) ?? []);
  const made = [...puts].map(([key, input]) => {
    const before = current.get(key);
    return { before, after: madeBy(write, before, input) };
  });
  write.recordTuples(removed, made);
  return { added: made.map(({ after }) => after), removed };
}

function uniqueByKey<T extends TupleRef>(refs: readonly T[]): Map<string, T> {
  return new Map(refs.map((ref) => [tupleKey(ref), ref]));
}

function currentDossierTuples(state: TupleState): Map<string, Tuple> {
  return new Map([...state.ofDossier.values()].flat().map((t) => [tupleKey(t), t]));
}

function differs(existing: Tuple | undefined, input: TupleInput): boolean {
  if (!existing) return true;
  const sameExpiry =
    (existing.expiresAt && Date.parse(existing.expiresAt)) === (input.expiresAt && Date.parse(input.expiresAt));
  return (
    !(sameExpiry || (existing.expiresAt === null && !input.expiresAt)) || (input.primary === true && !existing.primary)
  );
}

/** What ends before it begins is a mistake. By PostgreSQL's clock. @throws `expiry_in_the_past` */
export async function refusePastExpiry(em: EntityManager, ends: readonly (string | null | undefined)[]): Promise<void> {
  const expiries = ends.flatMap((end) => end ?? []);
  if (expiries.length === 0) return;
  const past = await firstRow<{ at: string }>(
    em,
    'select at from unnest($1::timestamptz[]) as at where at <= statement_timestamp() limit 1',
    [expiries],
  );
  if (past) throw problem('expiry_in_the_past', {});
}

/** What joins and leaves one dossier. */
interface DossierChange {
  joining: TupleInput[];
  leaving: TupleRef[];
}

/** Sorted out once, so that a change of thousands of dossiers is not searched for each of them. */
function changesByDossier(
  puts: ReadonlyMap<string, TupleInput>,
  drops: ReadonlyMap<string, TupleRef>,
): Map<string, DossierChange> {
  const changes = new Map<string, DossierChange>();
  const of = ({ objectId }: TupleRef) => {
    const own = changes.get(objectId) ?? { joining: [], leaving: [] };
    changes.set(objectId, own);
    return own;
  };
  for (const input of puts.values()) if (input.objectType === 'dossier') of(input).joining.push(input);
  for (const ref of drops.values()) if (ref.objectType === 'dossier') of(ref).leaving.push(ref);
  return changes;
}

/** Rules 2, 12 and 14: a dossier that joins a group leaves the old one in the same transaction, and must be active. */
function planClientGroup(
  state: TupleState,
  dossier: string,
  own: DossierChange,
  drops: Map<string, TupleRef>,
  options: TupleChangeOptions,
): void {
  const isItsGroup = (ref: TupleRef) => ref.relation === 'client_group';
  const joining = own.joining.filter(isItsGroup);
  const leaving = own.leaving.some(isItsGroup);
  if (joining.length === 0 && !leaving) return;
  const old = (state.ofDossier.get(dossier) ?? []).find((t) => t.relation === 'client_group');
  const expected = options.expectedGroups?.get(dossier);
  if (expected !== undefined && expected !== (old?.subjectId ?? null)) {
    throw problem('already_in_client_group', { dossier, clientGroup: old?.subjectId ?? '-' }).with({
      clientGroup: old?.subjectId ?? null,
    });
  }
  if (joining.length > 1) throw problem('one_client_group', { dossier });
  if (joining.length === 1) {
    if (state.dossiers.get(dossier)?.status !== 'active' && !options.restoring) {
      throw problem('dossier_not_active', { dossier });
    }
    if (old && old.subjectId !== joining[0]?.subjectId) drops.set(tupleKey(old), old);
  }
}

/** Exactly one manager is primary where there is any: the one asked for, else the one who was, else the oldest. */
function planPrimaryManager(
  state: TupleState,
  dossier: string,
  own: DossierChange,
  puts: Map<string, TupleInput>,
  drops: ReadonlyMap<string, TupleRef>,
): void {
  const isManager = (ref: TupleRef) => ref.relation === 'manager';
  const joining = own.joining.filter(isManager);
  if (joining.length === 0 && !own.leaving.some(isManager)) return;
  const staying = (state.ofDossier.get(dossier) ?? []).filter((t) => isManager(t) && !drops.has(tupleKey(t)));
  const asked = joining.filter((input) => input.primary);
  if (asked.length > 1) throw problem('one_primary_manager', { dossier });
  // A manager whose time is over answers for nothing, unless there is no other.
  const inForce = staying.filter((t) => t.inForce);
  const primary =
    asked[0] ??
    inForce.find((t) => t.primary) ??
    inForce[0] ??
    joining[0] ??
    staying.find((t) => t.primary) ??
    staying[0];
  if (!primary) return;
  const primaryKey = tupleKey(primary);
  for (const manager of [...staying, ...joining]) {
    const key = tupleKey(manager);
    const input = puts.get(key) ?? manager;
    const isPrimary = key === primaryKey;
    if ((input.primary ?? false) !== isPrimary || puts.has(key)) puts.set(key, { ...input, primary: isPrimary });
  }
}

function warnAboutInactivePeople(write: Write, state: TupleState, puts: readonly TupleInput[]): void {
  const inactive = new Set(
    puts
      .filter((t) => t.subjectType === 'collaborator' && state.collaborators.get(t.subjectId) === 'inactive')
      .map((t) => t.subjectId),
  );
  for (const collaborator of inactive) write.warn('inactive_collaborator', { collaborator });
}

function madeBy(write: Write, existing: Tuple | undefined, input: TupleInput): Tuple {
  return {
    ...tupleParts(input),
    primary: input.primary ?? false,
    inForce: true,
    expiresAt: input.expiresAt ?? null,
    createdAt: existing?.createdAt ?? input.createdAt ?? write.office.at,
    createdBy: existing?.createdBy ?? write.actor.label,
    revision: write.revision,
  };
}

function tupleParts({ objectType, objectId, relation, subjectType, subjectId }: TupleRef): TupleRef {
  return { objectType, objectId, relation, subjectType, subjectId };
}

/** The tuple that puts the dossier in the group, or the removal of the one it is in. */
export function groupChange(dossier: string, current: string | null, wanted: string | null): TupleChange {
  if (wanted !== null) return { add: [tuple.dossierInClientGroup(dossier, wanted)] };
  return current === null ? {} : { remove: [tuple.dossierInClientGroup(dossier, current)] };
}
