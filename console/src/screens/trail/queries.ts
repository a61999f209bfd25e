import { api, bodyOf } from '../../api/client.js';
import type { ReadPage } from '../../api/pages.js';
import type { components } from '../../api/schema.js';

export type Change = components['schemas']['Change'];

/** What changed, of the whole office or of one thing, such as `dossier:d1`. */
export function readTrail(office: string, key: string | undefined): ReadPage<Change> {
  return (after, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/changes', {
        params: { path: { office }, query: { ...(key && { key }), ...(after && { after }) } },
        signal,
      }),
    );
}
