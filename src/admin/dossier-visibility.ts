import { numbered, rows } from '#src/platform/sql.js';
import type { Change } from '#src/audit/trail.js';
import { allowedDossiers } from './dossier-filter.js';
import type { Place } from './dossier-view.js';

interface RecordedTuple {
  tuple: string;
}

/**
 * What of the trail and of the tuples someone may see: what names a private dossier that does not exist for them is
 * left out (rule 15). Nothing is hidden from the office's own system.
 */
export class DossierVisibility {
  private constructor(private readonly hidden: ReadonlySet<string>) {}

  /** Looks at the dossiers that are about to be named. */
  static async of(place: Place, dossiers: readonly string[]): Promise<DossierVisibility> {
    if (dossiers.length === 0) return new DossierVisibility(new Set());
    const allowed = allowedDossiers(place.guard);
    const found = await rows<{ id: string }>(
      place.em,
      numbered(`select d.id from dossier d where d.office = ? and d.id = any(?) and d.private and (${allowed.sql}) is not true`),
      [place.office.id, [...new Set(dossiers)], ...allowed.params],
    );
    return new DossierVisibility(new Set(found.map((row) => row.id)));
  }

  shows(dossier: string): boolean {
    return !this.hidden.has(dossier);
  }

  /** The entry as it may be seen, or `undefined`. */
  entry(change: Change): Change | undefined {
    const dossier = dossierOfKey(change.key);
    if (dossier !== undefined && !this.shows(dossier)) return undefined;
    return { ...change, before: this.state(change.before), after: this.state(change.after) };
  }

  private state(state: unknown): unknown {
    const relationships = relationshipsOf(state);
    if (relationships.length === 0) return state;
    return { ...(state as object), relationships: relationships.filter(({ tuple }) => this.showsTuple(tuple)) };
  }

  private showsTuple(tuple: string): boolean {
    const dossier = dossierOfTuple(tuple);
    return dossier === undefined || this.shows(dossier);
  }
}

/** Every dossier that an entry of the trail names. */
export function dossiersIn(changes: readonly Change[]): string[] {
  return changes.flatMap(({ key, before, after }) => [
    ...[dossierOfKey(key)].flatMap((id) => id ?? []),
    ...[...relationshipsOf(before), ...relationshipsOf(after)].flatMap(({ tuple }) => dossierOfTuple(tuple) ?? []),
  ]);
}

function relationshipsOf(state: unknown): RecordedTuple[] {
  return (state as { relationships?: RecordedTuple[] } | null)?.relationships ?? [];
}

function dossierOfKey(key: string): string | undefined {
  return key.startsWith('dossier:') ? key.slice('dossier:'.length) : undefined;
}

/** Ids hold no `#`, so what stands before it is the object. */
function dossierOfTuple(tuple: string): string | undefined {
  return dossierOfKey(tuple.slice(0, tuple.indexOf('#')));
}
