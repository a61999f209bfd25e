import { api, bodyOf } from '../../api/client.js';
import type { ReadPage } from '../../api/pages.js';
import type { operations } from '../../api/schema.js';

export type DossierItem =
  operations['Dossiers_list']['responses']['200']['content']['application/json']['items'][number];

/** Dossiers that the viewer may open and whose name, code or number holds the text, whatever their status. */
export function searchDossiers(office: string, q: string): ReadPage<DossierItem> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/dossiers', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}
