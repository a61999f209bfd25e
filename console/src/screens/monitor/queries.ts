import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.js';
import { allPages, maxPageSize, type ReadPage } from '../../api/pages.js';
import type { components, operations } from '../../api/schema.js';
import type { DossierQuery } from './filter.js';

type ItemsOf<Operation extends keyof operations> = operations[Operation] extends {
  responses: { 200: { content: { 'application/json': { items: (infer Item)[] } } } };
}
  ? Item
  : never;

export type DossierRow = ItemsOf<'Dossiers_list'>;
export type GroupRow = ItemsOf<'ClientGroups_list'>;
export type Collaborator = components['schemas']['Collaborator'];

/** Rows of one page of the monitor. */
export const pageSize = 50;

export function dossiersQuery(office: string, query: DossierQuery) {
  return queryOptions({
    queryKey: ['office', office, 'dossiers', 'list', query],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/v1/offices/{office}/dossiers', { params: { path: { office }, query }, signal })),
  });
}

/** Client groups that the person sees by name. */
export function searchGroups(office: string, q: string, limit?: number): ReadPage<GroupRow> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/client-groups', {
        params: { path: { office }, query: { ...(q && { q }), ...(limit && { limit }), cursor } },
        signal,
      }),
    );
}

export function searchPeople(office: string, q: string, limit?: number): ReadPage<Collaborator> {
  return (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborators', {
        params: { path: { office }, query: { ...(q && { q }), ...(limit && { limit }), cursor } },
        signal,
      }),
    );
}

/** How the client groups are called, by id, as far as the person sees them. */
export function groupNamesQuery(office: string) {
  return queryOptions({
    queryKey: ['office', office, 'client-groups', 'names', 'shown'],
    queryFn: async ({ signal }) =>
      new Map((await allPages(searchGroups(office, '', maxPageSize), signal)).map(({ id, name }) => [id, name])),
    staleTime: 30_000,
  });
}

/** The people of the office, by id: to whoever is no administrator, only themselves. */
export function peopleQuery(office: string) {
  return queryOptions({
    queryKey: ['office', office, 'collaborators', 'by-id'],
    queryFn: async ({ signal }) =>
      new Map((await allPages(searchPeople(office, '', maxPageSize), signal)).map((person) => [person.id, person])),
    staleTime: 30_000,
  });
}

/** How the collaborator groups are called, by id; for administrators. */
export function collaboratorGroupNamesQuery(office: string) {
  const read: ReadPage<ItemsOf<'CollaboratorGroups_list'>> = (cursor, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/collaborator-groups', {
        params: { path: { office }, query: { limit: maxPageSize, cursor } },
        signal,
      }),
    );
  return queryOptions({
    queryKey: ['office', office, 'collaborator-groups', 'names', 'shown'],
    queryFn: async ({ signal }) => new Map((await allPages(read, signal)).map(({ id, name }) => [id, name])),
    staleTime: 30_000,
  });
}
