import { createMongoAbility, type MongoAbility, type RawRuleOf } from '@casl/ability';
import { unpackRules, type PackRule } from '@casl/ability/extra';
import { AbilityProvider } from '@casl/react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { api, bodyOf } from '../api/client.js';
import { Loading, Trouble } from '../parts/states.js';
import { useOffice } from '../session/session-context.js';

/**
 * What the person may do in the office, as the service exports it: `useAbility()` of `@casl/react` gives it. It says
 * what to show; the service refuses what may not be done, whatever is shown.
 */
export function OfficeAbility({ children }: { children: ReactNode }) {
  const { office, collaborator } = useOffice();
  const { data, error, refetch } = useQuery({
    queryKey: ['office', office, 'ability', collaborator.id],
    queryFn: () =>
      bodyOf(
        api.GET('/v1/offices/{office}/collaborators/{collaborator}/ability', {
          params: { path: { office, collaborator: collaborator.id } },
        }),
      ),
  });
  const ability = useMemo(
    () => data && createMongoAbility(unpackRules(data.rules as unknown as PackRule<RawRuleOf<MongoAbility>>[])),
    [data],
  );
  if (error && !ability) return <Trouble error={error} retry={refetch} />;
  return ability ? <AbilityProvider value={ability}>{children}</AbilityProvider> : <Loading />;
}
