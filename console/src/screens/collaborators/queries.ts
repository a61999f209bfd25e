import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, bodyOf } from '../../api/client.js';
import type { PageOf, ReadPage } from '../../api/pages.js';
import type { components, operations } from '../../api/schema.js';

export type Collaborator = components['schemas']['Collaborator'];
export type Profile = Collaborator['profile'];
export type Explanation = components['schemas']['Explanation'];
export interface NamedGroup {
  id: string;
  name: string;
}
export type Openable =
  operations['Explain_dossiers']['responses']['200']['content']['application/json']['items'][number];

/** Someone as the form edits them, at one version. */
export interface LoadedCollaborator {
  person: Collaborator;
  etag: string | null;
}

export function collaboratorQuery(office: string, id: string) {
  return queryOptions({
    queryKey: ['office', office, 'collaborators', 'one', id],
    queryFn: async (): Promise<LoadedCollaborator> => {
      const { body, etag } = await answerOf(
        api.GET('/v1/offices/{office}/collaborators/{id}', { params: { path: { office, id } } }),
      );
      return { person: body, etag };
    },
  });
}

/** People whose name or address holds the text, ignoring case and accents. */
export function searchCollaborators(
  office: string,
  q: string,
  filter: { status?: 'active' | 'inactive'; profile?: Profile } = {},
): ReadPage<Collaborator> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborators', {
        params: { path: { office }, query: { ...filter, ...(q && { q }), cursor } },
        signal,
      }),
    );
}

export function searchClientGroups(office: string, q: string): ReadPage<NamedGroup> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/client-groups', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}

export function searchCollaboratorGroups(office: string, q: string): ReadPage<NamedGroup> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborator-groups', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}

/** What someone may open, in pages. */
export function readOpenable(office: string, collaborator: string): ReadPage<Openable> {
  return (cursor, signal): Promise<PageOf<Openable>> =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborators/{collaborator}/dossiers', {
        params: { path: { office, collaborator }, query: { cursor } },
        signal,
      }),
    );
}
