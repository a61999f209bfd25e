import { hasCode } from '../../api/api-error.js';
import { api, bodyOf } from '../../api/client.js';
import type { ReadPage } from '../../api/pages.js';
import { queryOf, type Filter } from './filter.js';
import type { DossierRow } from './queries.js';
import type { Selection } from './selection.js';

export type Audience = NonNullable<DossierRow['audience']>;

export interface Verified {
  id: string;
  name: string;
  /** `null` to those who may not know it. */
  audience: Audience | null;
}

/** Dossiers of one page; those that were chosen one by one are asked about one by one. */
const listed = 25;
const asked = 10;

/** Who can open each dossier of a selection. */
export function readAudiences(office: string, selection: Selection, filter: Filter): ReadPage<Verified> {
  if (selection.kind === 'some') return readChosen(office, [...selection.names]);
  return async (cursor, signal) => {
    const query = { ...queryOf(filter), include: 'audience' as const, limit: listed, ...(cursor && { cursor }) };
    const { items, ...page } = await bodyOf(
      api.GET('/v1/offices/{office}/dossiers', { params: { path: { office }, query }, signal }),
    );
    return { ...page, items: items.map(({ id, name, audience }) => ({ id, name, audience: audience ?? null })) };
  };
}

function readChosen(office: string, chosen: readonly [id: string, name: string][]): ReadPage<Verified> {
  return async (cursor, signal) => {
    const first = Number(cursor ?? 0);
    const next = first + asked;
    const items = await Promise.all(
      chosen
        .slice(first, next)
        .map(async ([id, name]) => ({ id, name, audience: await audienceOf(office, id, signal) })),
    );
    return { items, nextCursor: next < chosen.length ? String(next) : null, total: chosen.length };
  };
}

/** Who can open one dossier; `null` to those who may not know it. */
export async function audienceOf(office: string, dossier: string, signal: AbortSignal): Promise<Audience | null> {
  try {
    const { audience } = await bodyOf(
      api.GET('/v1/offices/{office}/dossiers/{dossier}/audience', { params: { path: { office, dossier } }, signal }),
    );
    return audience;
  } catch (error) {
    if (hasCode(error, 'forbidden', 'not_found')) return null;
    throw error;
  }
}
