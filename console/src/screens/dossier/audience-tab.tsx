import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../../i18n/texts.js';
import { QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { AudienceList } from '../monitor/audience-list.js';
import { audienceOf } from '../monitor/audiences.js';
import { useDossier } from './dossier.js';

/** Who can open the dossier, and by which paths. */
export function AudienceTab() {
  const t = useTexts('dossier');
  const { id } = useDossier();
  const { office } = useOffice();
  const query = useQuery({
    queryKey: ['office', office, 'dossiers', 'audience', id],
    queryFn: async ({ signal }) => ({ audience: await audienceOf(office, id, signal) }),
  });
  return (
    <section aria-labelledby="audience">
      <h2 id="audience">{t('audience')}</h2>
      <QueryStates query={query}>
        {({ audience }) => (audience ? <AudienceList audience={audience} /> : <p>{t('audience.hidden')}</p>)}
      </QueryStates>
    </section>
  );
}
