import { api, bodyOf } from '../../api/client.js';
import type { components, operations } from '../../api/schema.js';
import type { selectOf } from './selection.js';

export type BulkBody = operations['Dossiers_bulk']['requestBody']['content']['application/json'];
export type BulkPreview = components['schemas']['BulkPreview'];
/** What became, or would become, of every row. */
export type Outcome = Pick<BulkPreview, 'results' | 'counts'>;

/** What is to be changed of every dossier of the selection. */
export interface BulkDraft {
  group: 'keep' | 'none' | 'move';
  moveTo: readonly string[];
  addManagers: readonly string[];
  removeManagers: readonly string[];
  addLabels: readonly string[];
  removeLabels: readonly string[];
}

export const unchanged: BulkDraft = {
  group: 'keep',
  moveTo: [],
  addManagers: [],
  removeManagers: [],
  addLabels: [],
  removeLabels: [],
};

/** `true` while there is nothing to do, or not said where to. */
export function isEmpty(draft: BulkDraft): boolean {
  if (draft.group === 'move' && draft.moveTo.length === 0) return true;
  return Object.keys(setOf(draft)).length === 0;
}

export function bulkBodyOf(select: ReturnType<typeof selectOf>, draft: BulkDraft): BulkBody {
  return { select, set: setOf(draft) };
}

function setOf({ group, moveTo, addManagers, removeManagers, addLabels, removeLabels }: BulkDraft): BulkBody['set'] {
  const [to] = moveTo;
  return {
    ...(group === 'none' && { clientGroup: null }),
    ...(group === 'move' && to !== undefined && { clientGroup: to }),
    ...(addManagers.length + removeManagers.length > 0 && {
      managers: { add: [...addManagers], remove: [...removeManagers] },
    }),
    ...(addLabels.length + removeLabels.length > 0 && { labels: { add: [...addLabels], remove: [...removeLabels] } }),
  };
}

/** Sends a bulk edit: under a key for good, without one to see its effect. A dry run answers a preview, and nothing else does. */
export async function sendBulk(office: string, body: BulkBody, key?: string): Promise<BulkPreview> {
  const answer = await bodyOf(
    api.POST('/v1/offices/{office}/dossiers/bulk', {
      params: {
        path: { office },
        query: key ? {} : { dryRun: true },
        header: key ? { 'Idempotency-Key': key } : {},
      },
      body,
    }),
  );
  return answer as BulkPreview;
}
