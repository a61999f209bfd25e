import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, bodyOf } from '../../api/client.js';
import type { ReadPage } from '../../api/pages.js';
import type { components, operations } from '../../api/schema.js';

export type Group = components['schemas']['CollaboratorGroup'];
export type GroupListItem =
  operations['CollaboratorGroups_list']['responses']['200']['content']['application/json']['items'][number];

/** A group as the form edits it, at one version; `id` is empty for a new one. */
export interface LoadedGroup {
  group: Group;
  etag: string | null;
}

export const emptyGroup: LoadedGroup = { group: { id: '', name: '', members: [], clientGroups: [] }, etag: null };

export function groupQuery(office: string, id: string) {
  return queryOptions({
    queryKey: ['office', office, 'collaborator-groups', 'one', id],
    queryFn: async (): Promise<LoadedGroup> => {
      const { body, etag } = await answerOf(
        api.GET('/v1/offices/{office}/collaborator-groups/{id}', { params: { path: { office, id } } }),
      );
      return { group: body, etag };
    },
  });
}

/** Groups whose name holds the text, ignoring case and accents. */
export function searchGroups(office: string, q: string): ReadPage<GroupListItem> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborator-groups', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}
