import { useQuery } from '@tanstack/react-query';
import { useOfficeAbility } from '../ability/use-office-ability.js';
import { useOffice } from '../session/session-context.js';
import { api, bodyOf } from './client.js';
import { allPages, maxPageSize } from './pages.js';

/** Gives the name of an id; the id itself where its name is not known, or not for the person. */
export type NameOf = (id: string) => string;

/** How groups and people of the office are called: the lists are short enough to be read whole, once. */
export function useOfficeNames(): { clientGroup: NameOf; collaboratorGroup: NameOf; collaborator: NameOf } {
  const clientGroups = useClientGroupNames();
  const collaboratorGroups = useCollaboratorGroupNames();
  const collaborators = useCollaboratorNames();
  return {
    clientGroup: (id) => clientGroups?.get(id) ?? id,
    collaboratorGroup: (id) => collaboratorGroups?.get(id) ?? id,
    collaborator: (id) => collaborators?.get(id) ?? id,
  };
}

function useClientGroupNames() {
  const { office } = useOffice();
  const ability = useOfficeAbility();
  return useQuery({
    queryKey: ['office', office, 'names', 'client-groups'],
    queryFn: async ({ signal: ours }) =>
      namesById(
        await allPages(
          (cursor, signal) =>
            bodyOf(
              api.GET('/v1/offices/{office}/client-groups', {
                params: { path: { office }, query: { limit: maxPageSize, cursor } },
                signal,
              }),
            ),
          ours,
        ),
      ),
    enabled: ability.can('read', 'client_group') || ability.can('read_name', 'client_group'),
  }).data;
}

function useCollaboratorGroupNames() {
  const { office } = useOffice();
  const ability = useOfficeAbility();
  return useQuery({
    queryKey: ['office', office, 'names', 'collaborator-groups'],
    queryFn: async ({ signal: ours }) =>
      namesById(
        await allPages(
          (cursor, signal) =>
            bodyOf(
              api.GET('/v1/offices/{office}/collaborator-groups', {
                params: { path: { office }, query: { limit: maxPageSize, cursor } },
                signal,
              }),
            ),
          ours,
        ),
      ),
    enabled: ability.can('read', 'collaborator_group'),
  }).data;
}

function useCollaboratorNames() {
  const { office } = useOffice();
  return useQuery({
    queryKey: ['office', office, 'names', 'collaborators'],
    queryFn: async ({ signal: ours }) => {
      const people = await allPages(
        (cursor, signal) =>
          bodyOf(
            api.GET('/v1/offices/{office}/collaborators', {
              params: { path: { office }, query: { limit: maxPageSize, cursor } },
              signal,
            }),
          ),
        ours,
      );
      return new Map(people.map((person) => [person.id, personName(person)]));
    },
  }).data;
}

function namesById(items: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(items.map(({ id, name }) => [id, name]));
}

/** As people call each other; the address of someone without a name. */
export function personName({ firstName, lastName, email }: { firstName: string; lastName: string; email: string }) {
  return `${firstName} ${lastName}`.trim() || email;
}
