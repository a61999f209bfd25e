import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, bodyOf, type Answer } from '../../api/client.js';
import { allPages, maxPageSize, type ReadPage } from '../../api/pages.js';
import type { components, operations } from '../../api/schema.js';

type Group = components['schemas']['ClientGroup'];
export type Members = components['schemas']['GroupMembers'];
type ListOf<Operation extends keyof operations> = operations[Operation] extends {
  responses: { 200: { content: { 'application/json': { items: (infer Item)[] } } } };
}
  ? Item
  : never;

export type GroupListItem = ListOf<'ClientGroups_list'>;
export type DossierListItem = ListOf<'Dossiers_list'>;
export type CollaboratorGroupListItem = ListOf<'CollaboratorGroups_list'>;

/** A group as the form edits it, at one version. */
export interface LoadedGroup {
  id: string;
  name: string;
  email: string;
  members: Members;
  etag: string | null;
}

/** One group with who and what is in it. */
export function groupQuery(office: string, id: string) {
  return queryOptions({
    queryKey: ['office', office, 'client-groups', 'one', id],
    queryFn: async (): Promise<LoadedGroup> =>
      loaded(
        await answerOf(
          api.GET('/v1/offices/{office}/client-groups/{id}', {
            params: { path: { office, id }, query: { include: 'members' } },
          }),
        ),
      ),
  });
}

const nobody: Members = { dossiers: [], collaborators: [], collaboratorGroups: [], inherited: [] };

function loaded({ body, etag }: Answer<Group>): LoadedGroup {
  return { id: body.id, name: body.name, email: body.email ?? '', members: body.members ?? nobody, etag };
}

/** What the form of a new group begins with. */
export const emptyGroup: LoadedGroup = { id: '', name: '', email: '', members: nobody, etag: null };

/** Groups whose name holds the text, ignoring case and accents. */
export function searchGroups(office: string, q: string): ReadPage<GroupListItem> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/client-groups', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}

/** The names of all groups by id, for dossiers that are in another one. */
export function groupNamesQuery(office: string) {
  const read: ReadPage<GroupListItem> = (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/client-groups', {
        params: { path: { office }, query: { limit: maxPageSize, cursor } },
        signal,
      }),
    );
  return queryOptions({
    queryKey: ['office', office, 'client-groups', 'names'],
    queryFn: async ({ signal }) => new Map((await allPages(read, signal)).map(({ id, name }) => [id, name])),
  });
}

/** Active dossiers, for only those are accepted in a group (rule 14). */
export function searchDossiers(office: string, q: string): ReadPage<DossierListItem> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/dossiers', {
        params: { path: { office }, query: { status: ['active'], ...(q && { q }), cursor } },
        signal,
      }),
    );
}

export function searchCollaborators(office: string, q: string): ReadPage<components['schemas']['Collaborator']> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborators', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}

export function searchCollaboratorGroups(office: string, q: string): ReadPage<CollaboratorGroupListItem> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborator-groups', {
        params: { path: { office }, query: { ...(q && { q }), cursor } },
        signal,
      }),
    );
}
