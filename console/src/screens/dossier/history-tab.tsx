import { api, bodyOf } from '../../api/client.js';
import { usePages } from '../../api/pages.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { RecordedChanges, type RecordedChange } from '../../parts/recorded-changes.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { useNames } from '../monitor/use-names.js';
import { useDossier } from './dossier.js';
import { nameOfReference } from './save-form.js';

const pageSize = 100;

/** What has happened to the dossier: who changed what, when, and why. */
export function HistoryTab() {
  const t = useTexts('dossier');
  const { id } = useDossier();
  const { office } = useOffice();
  const names = useNames();
  const changes = usePages(['office', office, 'dossiers', 'history', id], (after, signal) =>
    bodyOf(
      api.GET('/v1/offices/{office}/changes', {
        params: { path: { office }, query: { key: `dossier:${id}`, limit: pageSize, ...(after && { after }) } },
        signal,
      }),
    ),
  );
  return (
    <section aria-labelledby="history">
      <h2 id="history">{t('history')}</h2>
      <QueryStates
        query={{ data: changes.items, error: changes.error, refetch: changes.refetch }}
        empty={{ when: (items) => items.length === 0, show: <Empty title={t('history.none')} /> }}
      >
        {(items) => (
          <RecordedChanges
            changes={items as unknown as RecordedChange[]}
            nameOf={(reference) => nameOfReference(reference, names)}
          />
        )}
      </QueryStates>
      {changes.hasNextPage && (
        <Button isPending={changes.isFetchingNextPage} onPress={() => void changes.fetchNextPage()}>
          {t('history.more')}
        </Button>
      )}
    </section>
  );
}
