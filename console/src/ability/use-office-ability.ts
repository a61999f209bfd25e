import type { MongoAbility } from '@casl/ability';
import { useAbility } from '@casl/react';

/** What the person may do in the office: `can('update', subject('client_group', { id }))`. */
export function useOfficeAbility(): MongoAbility {
  return useAbility<MongoAbility>();
}
