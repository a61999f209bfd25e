import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from './client.js';
import { useOffice } from '../session/session-context.js';

/** The name of a dossier; nothing where it does not exist for the one who asks. */
export function useDossierName(id: string | null): string | undefined {
  const { office } = useOffice();
  return useQuery({
    queryKey: ['office', office, 'dossiers', 'name', id],
    queryFn: () =>
      bodyOf(api.GET('/v1/offices/{office}/dossiers/{id}', { params: { path: { office, id: id ?? '' } } })),
    enabled: id !== null,
  }).data?.name;
}
