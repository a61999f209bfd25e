import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { AbilityService } from '#src/ability/ability.service.js';
import { audienceOf } from '#src/ability/audience.js';
import { allOf, firstRow, numbered, rows } from '#src/platform/sql.js';
import { allowedDossiers } from './allowed-dossiers.js';
import { filterSql } from './dossier-filter.js';
import { dossierView, loadDossiers, namesWith, type Place } from './dossier-view.js';
import type { DossierFilter, DossierQuery, Selection } from './monitor.schema.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { ReadRequest } from './read-request.js';

/** A preview of so many takes some seconds and half a gigabyte. */
const maxSelected = 20_000;

/** What the list is sorted by; every sort ends with the id, so that it is total. */
const sortKeys = { name: 'fold(d.name)', code: `fold(coalesce(d.code, ''))` } as const;

interface SortedRow {
  id: string;
  key: string;
}

/** The monitor of dossiers (rules 24 and 25): only what the viewer may open, filtered, sorted, with the total. */
@Injectable()
export class MonitorService {
  constructor(
    private readonly reader: OfficeReader,
    private readonly abilities: AbilityService,
  ) {}

  /** One page of the dossiers that the viewer may open. */
  list(request: ReadRequest, query: DossierQuery) {
    const { limit, cursor, include, sort, ...filter } = query;
    return this.reader.read(request, (view) => {
      const key = sortKeys[sort.replace('-', '') as keyof typeof sortKeys];
      const descending = sort.startsWith('-');
      const where = this.where(view, filter);
      return this.reader.page(request, { limit, cursor }, view, {
        name: ['dossiers', sort, filter],
        rows: (after, most) => this.rows(view, where, { key, descending, after, most }),
        position: (row: SortedRow) => [row.key, row.id],
        total: () => this.count(view, where),
        items: (found) =>
          this.items(
            view,
            found.map((row) => row.id),
            include === 'audience',
          ),
      });
    });
  }

  /** The dossiers of a selection, each once. @throws `too_many_items` for more than one write can hold */
  async selected(place: Place, select: Selection): Promise<string[]> {
    const ids = 'ids' in select ? [...new Set(select.ids)] : await this.idsMatching(place, select.filter);
    if (ids.length > maxSelected) throw problem('too_many_items', { max: maxSelected });
    return ids;
  }

  /** The ids of every dossier that the filter matches and the viewer may open, in the order of their names. */
  async idsMatching(place: Place, filter: DossierFilter): Promise<string[]> {
    const where = this.where(place, filter);
    const found = await rows<SortedRow>(
      place.em,
      numbered(`select d.id from dossier d where d.office = ? and ${where.sql} order by fold(d.name), d.id`),
      [place.office.id, ...where.params],
    );
    return found.map((row) => row.id);
  }

  /** Those of `ids` that the viewer may open, in the same order. */
  async openable(place: Place, ids: readonly string[]): Promise<string[]> {
    const allowed = allowedDossiers(place.guard);
    const found = await rows<{ id: string }>(
      place.em,
      numbered(`select d.id from dossier d where d.office = ? and d.id = any(?) and ${allowed.sql}`),
      [place.office.id, ids, ...allowed.params],
    );
    const known = new Set(found.map((row) => row.id));
    return ids.filter((id) => known.has(id));
  }

  private where({ guard }: Place, filter: DossierFilter) {
    return allOf([allowedDossiers(guard), filterSql(guard, filter)]);
  }

  private rows(
    view: OfficeView,
    where: ReturnType<typeof allOf>,
    page: { key: string; descending: boolean; after: readonly unknown[] | undefined; most: number },
  ): Promise<SortedRow[]> {
    const direction = page.descending ? 'desc' : 'asc';
    const after = page.after ? `and (${page.key}, d.id) ${page.descending ? '<' : '>'} (?, ?)` : '';
    return rows<SortedRow>(
      view.em,
      numbered(`select d.id, ${page.key} as key from dossier d where d.office = ? and ${where.sql} ${after}
                 order by ${page.key} ${direction}, d.id ${direction} limit ?`),
      [view.office.id, ...where.params, ...(page.after ?? []), page.most],
    );
  }

  private async count(view: OfficeView, where: ReturnType<typeof allOf>): Promise<number> {
    const row = await firstRow<{ n: string }>(
      view.em,
      numbered(`select count(*) n from dossier d where d.office = ? and ${where.sql}`),
      [view.office.id, ...where.params],
    );
    return Number(row?.n ?? 0);
  }

  private async items(view: OfficeView, ids: readonly string[], withAudience: boolean) {
    const loaded = await loadDossiers(view, ids);
    const shown = [...loaded.values()]
      .filter(({ facts }) => view.guard.knowsAudience({ ...facts }))
      .map(({ row }) => row.id);
    const audience = withAudience
      ? await audienceOf(view.em, this.abilities, view.office.id, shown, 'open')
      : undefined;
    const names = await namesWith(view, [...loaded.values()]);
    return ids.flatMap((id) => {
      const dossier = loaded.get(id);
      if (!dossier) return [];
      return [{ ...dossierView(view.guard, dossier, names), ...(audience && { audience: audience.get(id) ?? null }) }];
    });
  }
}
