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
    private readonly communications: readonly string[] = [],
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
    const hidden = found.map((row) => row.id);
    const communications = dossiers === undefined ? await communicationsTo(place, hidden) : [];
    return new DossierVisibility(new Set(hidden), isSystem(place.guard.actor), communications);
  }

  shows(dossier: string): boolean {
    return !this.hidden.has(dossier);
  }

  /** The ids of the dossiers that do not exist for the viewer. */
  get hiddenIds(): string[] {
    return [...this.hidden];
  }

  /** The same as keys of the trail, with the communications that went to nobody else. */
  get hiddenKeys(): string[] {
    const communications = this.communications.map((id) => `communication:${id}`);
    return [...this.hiddenIds.map((id) => `dossier:${id}`), ...communications];
  }

  /** The entry without the tuples that may not be seen, and without what was counted of private dossiers. */
  entry(change: Change): Change {
    const shown = { ...change, before: this.state(change.before), after: this.state(change.after) };
    const counts = countsOf(change.key);
    if (this.seesAll || counts.length === 0 || shown.after === null) return shown;
    const after = Object.entries(shown.after as object).filter(([name]) => !counts.includes(name));
    return { ...shown, after: Object.fromEntries(after) };
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

/** What entries of a key count, private dossiers included. */
function countsOf(key: string): string[] {
  if (key === 'policy') return ['private'];
  return key.startsWith('communication:') ? ['dossiers', 'messages'] : [];
}

/** The communications that went to these dossiers and to no others: they tell of nothing else. */
async function communicationsTo({ em, office }: Place, dossiers: readonly string[]): Promise<string[]> {
  if (dossiers.length === 0) return [];
  const found = await rows<{ id: string }>(
    em,
    `select distinct m.communication as id from communication_message m
      where m.office = $1 and m.dossier = any ($2) and not exists (
        select from communication_message o
         where o.office = m.office and o.communication = m.communication and o.dossier <> all ($2))`,
    [office.id, dossiers],
  );
  return found.map(({ id }) => id);
}
