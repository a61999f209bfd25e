import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useOffice } from '../session/session-context.js';

/** After a write: a change of a group can change any list, count and ability of the office. */
export function useInvalidateOffice(): () => Promise<void> {
  const queries = useQueryClient();
  const { office } = useOffice();
  return useCallback(() => queries.invalidateQueries({ queryKey: ['office', office] }), [queries, office]);
}
