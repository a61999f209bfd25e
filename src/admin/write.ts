import type { EntityManager } from '@mikro-orm/postgresql';
import type { Actor } from '#src/ability/actor.js';
import type { ChangeEntry } from '#src/audit/trail.js';
import type { WarningCode } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { RelationStore } from '#src/relations/relation.store.js';
import type { LockedOffice } from '#src/relations/revision.js';
import { tupleKey, type Tuple } from '#src/relations/tuples.js';
import type { Guard } from './guard.js';
import { NetTuples } from './net-tuples.js';
import type { WriteRequest } from './read-request.js';

export interface Warning {
  code: WarningCode;
  params: Record<string, string | number>;
}

interface TouchedKey {
  action: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  tuples: NetTuples;
}

/** A tuple that a write has made, or changed where there was one before. */
export interface MadeTuple {
  before: Tuple | undefined;
  after: Tuple;
}

/** The action of a key under which nothing but tuples changed. */
const onlyTuples = 'relationships';

/** The tables whose rows carry the revision of their last change, by the type in the key. */
const versionedTables = ['collaborator', 'collaborator_group', 'client_group', 'dossier'] as const;

/**
 * One write in progress: the transaction, the office's new revision, who acts, and what has been changed so far. It
 * collects one trail entry per changed key, however many changes the key sees.
 */
export class Write {
  readonly store: RelationStore;
  readonly warnings: Warning[] = [];
  private readonly touched = new Map<string, TouchedKey>();

  constructor(
    readonly em: EntityManager,
    readonly office: LockedOffice,
    readonly request: WriteRequest,
    readonly guard: Guard,
  ) {
    this.store = new RelationStore(em, office.id);
  }

  get actor(): Actor {
    return this.guard.actor;
  }

  get revision(): number {
    return this.office.revision;
  }

  warn(code: WarningCode, params: Warning['params'] = {}): void {
    this.warnings.push({ code, params });
  }

  /** Notes that the entity behind `key` was made, changed or deleted. */
  recordEntity(
    key: string,
    action: string,
    before: Record<string, unknown> | null,
    after: Record<string, unknown> | null,
  ): void {
    const known = this.touched.get(key);
    const entry = this.touch(key, action);
    const again = known !== undefined && known.action !== onlyTuples;
    entry.action = action;
    // A write may change one entity in steps: the trail has its first and its last state.
    entry.before = again ? entry.before && { ...before, ...entry.before } : before;
    entry.after = again ? after && { ...entry.after, ...after } : after;
  }

  /** Notes tuples that were removed, and then made, under each key that depends on them. */
  recordTuples(removed: readonly Tuple[], made: readonly MadeTuple[]): void {
    for (const tuple of removed) for (const key of keysOf(tuple)) this.touch(key).tuples.remove(tuple);
    for (const { before, after } of made) for (const key of keysOf(after)) this.touch(key).tuples.add(after, before);
    // What only came and went inside this write has not happened.
    for (const key of removed.flatMap(keysOf)) if (isNothing(this.touched.get(key))) this.touched.delete(key);
  }

  /** A part of this write that can fail on its own: its notes count once it is {@link absorb}ed. */
  part(em: EntityManager): Write {
    return new Write(em, this.office, this.request, this.guard);
  }

  /** Takes over what a part has noted. */
  absorb(part: Write): void {
    for (const [key, entry] of part.touched) {
      const merged = mergeEntries(this.touched.get(key), entry);
      if (isNothing(merged)) this.touched.delete(key);
      else this.touched.set(key, merged);
    }
    this.warnings.push(...part.warnings);
  }

  /** `true` once something has been noted under the key. */
  hasTouched(key: string): boolean {
    return this.touched.has(key);
  }

  /** The ids of one type that this write has touched. */
  touchedIds(type: string): string[] {
    return [...this.touched.keys()]
      .filter((key) => key.startsWith(`${type}:`))
      .map((key) => key.slice(type.length + 1));
  }

  /** Every tuple added or removed so far, each once. */
  changedTuples(): Tuple[] {
    const all = [...this.touched.values()].flatMap(({ tuples }) => [...tuples.added, ...tuples.removed]);
    return [...new Map(all.map((tuple) => [tupleKey(tuple), tuple])).values()];
  }

  /** What goes to the trail, one entry per changed key. */
  entries(): ChangeEntry[] {
    return [...this.touched].map(([key, entry]) => ({
      key,
      action: entry.action,
      before: withTuples(entry.before, entry.tuples.removed),
      after: withTuples(entry.after, entry.tuples.added),
    }));
  }

  /** Stamps every touched row with this write's revision: their new ETag. */
  async stampVersions(): Promise<void> {
    if (this.hasTouched('office')) {
      await rows(this.em, 'update office set version = $2 where id = $1', [this.office.id, this.revision]);
    }
    for (const table of versionedTables) {
      const ids = this.touchedIds(table);
      if (ids.length === 0) continue;
      await rows(this.em, `update ${table} set version = $3 where office = $1 and id = any ($2) and version <> $3`, [
        this.office.id,
        ids,
        this.revision,
      ]);
    }
  }

  private touch(key: string, action = onlyTuples): TouchedKey {
    const entry = this.touched.get(key) ?? { action, before: null, after: null, tuples: new NetTuples() };
    this.touched.set(key, entry);
    return entry;
  }
}

/** What two parts of a write did to one entity: its first state before, and its last state after. */
function mergeEntries(one: TouchedKey | undefined, two: TouchedKey): TouchedKey {
  if (!one || isNothing(one)) return two;
  one.tuples.absorb(two.tuples);
  if (two.action === onlyTuples) return one;
  if (one.action === onlyTuples) return { ...two, tuples: one.tuples };
  return {
    ...two,
    before: one.before && { ...two.before, ...one.before },
    after: two.after && { ...one.after, ...two.after },
    tuples: one.tuples,
  };
}

function isNothing(entry: TouchedKey | undefined): boolean {
  return entry !== undefined && entry.action === onlyTuples && entry.tuples.isEmpty;
}

/**
 * The keys whose dependants a tuple changes. Who manages a dossier says nothing about the person's other dossiers, so
 * a dossier's people touch the dossier only; memberships touch both sides.
 */
function keysOf(tuple: Tuple): string[] {
  const object = `${tuple.objectType}:${tuple.objectId}`;
  const subject = `${tuple.subjectType}:${tuple.subjectId}`;
  return tuple.objectType === 'dossier' && tuple.subjectType === 'collaborator' ? [object] : [object, subject];
}

function withTuples(fields: Record<string, unknown> | null, tuples: readonly Tuple[]): unknown {
  if (tuples.length === 0) return fields;
  const relationships = tuples.map((t) => ({
    tuple: tupleKey(t),
    ...(t.primary && { primary: true }),
    ...(t.expiresAt !== null && { expiresAt: t.expiresAt }),
    since: t.createdAt,
    by: t.createdBy,
  }));
  return { ...fields, relationships };
}
