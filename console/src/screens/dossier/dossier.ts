import { subject } from '@casl/ability';
import { queryOptions } from '@tanstack/react-query';
import { useOutletContext } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { answerOf, api, bodyOf } from '../../api/client.js';
import type { components } from '../../api/schema.js';
import { useOffice } from '../../session/session-context.js';

export type DossierView = components['schemas']['Dossier'];

/** A dossier at one version. */
export interface LoadedDossier extends DossierView {
  etag: string;
}

export function dossierQuery(office: string, id: string) {
  return queryOptions({
    queryKey: ['office', office, 'dossiers', 'one', id],
    queryFn: async ({ signal }): Promise<LoadedDossier> => {
      const { body, etag } = await answerOf(
        api.GET('/v1/offices/{office}/dossiers/{id}', { params: { path: { office, id } }, signal }),
      );
      return { ...body, etag: etag ?? '*' };
    },
  });
}

/** Where all communication to and from the dossier goes (rule 19). */
export function contactQuery(office: string, id: string) {
  return queryOptions({
    queryKey: ['office', office, 'dossiers', 'contact', id],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/v1/offices/{office}/dossiers/{id}/contact', { params: { path: { office, id } }, signal })),
  });
}

/** The dossier that the tabs are about. */
export function useDossier(): LoadedDossier {
  return useOutletContext<LoadedDossier>();
}

const ids = (people: readonly { collaborator: string }[] = []) => people.map(({ collaborator }) => collaborator);

/** Asks the ability that the service exports what the person may do with the dossier. */
export function useMay(dossier: DossierView): (action: string) => boolean {
  const ability = useOfficeAbility();
  const { collaborator } = useOffice();
  const { id, status, private: isPrivate, clientGroup = null } = dossier;
  const facts = (guests: string[]) =>
    subject('dossier', {
      id,
      status,
      private: isPrivate,
      clientGroup,
      managers: ids(dossier.managers),
      guests,
      excluded: ids(dossier.excluded),
    });
  // Guests are shown to those who may change them. Whoever sees the dossier by no other path is one of them.
  const guests = dossier.guests ? ids(dossier.guests) : ability.can('open', facts([])) ? [] : [collaborator.id];
  return (action) => ability.can(action, facts(guests));
}
