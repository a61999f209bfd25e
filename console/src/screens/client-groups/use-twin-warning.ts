import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.js';
import { useSettled } from '../../parts/use-settled.js';
import { useOffice } from '../../session/session-context.js';
import type { LoadedGroup } from './queries.js';

/** What the service says of a name before it is saved: that another group has it too (rule 17). */
export function useTwinWarning(base: LoadedGroup, name: string): string | undefined {
  const { office } = useOffice();
  const wanted = useSettled(name.trim(), 400);
  const { data } = useQuery({
    queryKey: ['office', office, 'client-groups', 'twin', base.id, wanted],
    queryFn: () => (base.id === '' ? previewNew(office, wanted) : previewName(office, base.id, wanted)),
    enabled: wanted !== '' && wanted !== base.name,
    retry: false,
  });
  if (!data || wanted === base.name || wanted !== name.trim()) return undefined;
  return data.warnings.find(({ code }) => code === 'group_name_twin')?.message;
}

function previewNew(office: string, name: string) {
  return bodyOf(
    api.POST('/v1/offices/{office}/client-groups', {
      params: { path: { office }, query: { dryRun: true } },
      body: { name },
    }),
  );
}

function previewName(office: string, id: string, name: string) {
  return bodyOf(
    api.PATCH('/v1/offices/{office}/client-groups/{id}', {
      params: { path: { office, id }, query: { dryRun: true }, header: { 'If-Match': '*' } },
      body: { name },
    }),
  );
}
