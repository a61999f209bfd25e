import { isSystem } from '#src/ability/actor.js';
import { numbered, rows } from '#src/platform/sql.js';
import type { Change } from '#src/audit/trail.js';
import { allowedDossiers } from './allowed-dossiers.js';
import type { Place } from './dossier-view.js';

interface RecordedTuple {
  tuple: string;
}

/**
 * What of the trail and of the tuples someone may see: what names a private dossier that does not exist for them is
 * left out and not counted (rule 15). Nothing is hidden from the office's own system.
 */
export class DossierVisibility {
  private constructor(
    private readonly hidden: ReadonlySet<string>,
    private readonly seesAll: boolean,
  ) {}

  /** Looks at all dossiers of the office, or at those that are about to be named. */
  static async of(place: Place, dossiers?: readonly string[]): Promise<DossierVisibility> {
    if (dossiers?.length === 0) return new DossierVisibility(new Set(), isSystem(place.guard.actor));
    const allowed = allowedDossiers(place.guard);
    const named =
      dossiers === undefined ? { sql: '', params: [] } : { sql: 'and d.id = any(?)', params: [[...new Set(dossiers)]] };
    const found = await rows<{ id: string }>(
      place.em,
      numbered(
        `select d.id from dossier d where d.office = ? ${named.sql} and d.private and (${allowed.sql}) is not true`,
      ),
      [place.office.id, ...named.params, ...allowed.params],
    );
    return new DossierVisibility(new Set(found.map((row) => row.id)), isSystem(place.guard.actor));
  }

  shows(dossier: string): boolean {
    return !this.hidden.has(dossier);
  }

  /** The ids of the dossiers that do not exist for the viewer. */
  get hiddenIds(): string[] {
    return [...this.hidden];
  }

  /** The same as keys of the trail. */
  get hiddenKeys(): string[] {
    return this.hiddenIds.map((id) => `dossier:${id}`);
  }

  /** The entry without the tuples that may not be seen, and without what was counted of private dossiers. */
  entry(change: Change): Change {
    const shown = { ...change, before: this.state(change.before), after: this.state(change.after) };
    if (change.key !== 'policy' || this.seesAll) return shown;
    const { private: _private, ...after } = change.after as Record<string, unknown>;
    return { ...shown, after };
  }

  private state(state: unknown): unknown {
    const relationships = (state as { relationships?: RecordedTuple[] } | null)?.relationships ?? [];
    if (relationships.length === 0) return state;
    return { ...(state as object), relationships: relationships.filter(({ tuple }) => this.showsTuple(tuple)) };
  }

  /** Ids hold no `#`, so what stands before it is the object. */
  private showsTuple(tuple: string): boolean {
    const object = tuple.slice(0, tuple.indexOf('#'));
    return !object.startsWith('dossier:') || this.shows(object.slice('dossier:'.length));
  }
}
