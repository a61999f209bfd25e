import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useOffice } from '../../session/session-context.js';
import { collaboratorGroupNamesQuery, groupNamesQuery, peopleQuery, type Collaborator } from './queries.js';

export interface Names {
  group: (id: string) => string;
  collaboratorGroup: (id: string) => string;
  person: (id: string) => string;
}

/** How somebody is called: by name, and by their address where they have none. */
export function personName({ firstName, lastName, email }: Pick<Collaborator, 'firstName' | 'lastName' | 'email'>) {
  return `${firstName} ${lastName}`.trim() || email;
}

/** What groups and people are called; an id where the person may not know the name. */
export function useNames(): Names {
  const { office } = useOffice();
  const groups = useQuery(groupNamesQuery(office)).data;
  const enabled = useOfficeAbility().can('read', 'collaborator_group');
  const collaboratorGroups = useQuery({ ...collaboratorGroupNamesQuery(office), enabled }).data;
  const people = useQuery(peopleQuery(office)).data;
  return useMemo(
    () => ({
      group: (id) => groups?.get(id) ?? id,
      collaboratorGroup: (id) => collaboratorGroups?.get(id) ?? id,
      person: (id) => {
        const person = people?.get(id);
        return person ? personName(person) : id;
      },
    }),
    [groups, collaboratorGroups, people],
  );
}
