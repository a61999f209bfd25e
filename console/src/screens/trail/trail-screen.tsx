import { useSearchParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { usePages } from '../../api/pages.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Button } from '../../parts/button.js';
import { Refused } from '../../parts/refused.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { ChangeEntry } from './change-entry.js';
import { Filter } from './filter.js';
import { readTrail } from './queries.js';
import styles from './trail.module.css';

/** Who changed what and when. What it is filtered by stands in the address. */
export function TrailScreen() {
  const t = useTexts('trail');
  const [params] = useSearchParams();
  if (!useOfficeAbility().can('read_trail', 'office')) return <Refused title={t('title')} />;
  return (
    <Page title={t('title')}>
      <p className={styles.lead}>{t('lead')}</p>
      <Filter />
      <Entries filter={params.get('key') ?? undefined} />
    </Page>
  );
}

function Entries({ filter }: { filter: string | undefined }) {
  const t = useTexts('trail');
  const formats = useFormats();
  const { office } = useOffice();
  const changes = usePages(['office', office, 'trail', filter], readTrail(office, filter));
  return (
    <>
      <QueryStates
        query={{ data: changes.items, error: changes.error, refetch: changes.refetch }}
        empty={{ when: (items) => items.length === 0, show: <Empty title={t('none')} /> }}
      >
        {(items) => (
          <>
            <p role="status" className={styles.total}>
              {t('total', { count: changes.total, shown: formats.number(changes.total ?? 0) })}
            </p>
            <ol className={styles.entries}>
              {items.map((change) => (
                <ChangeEntry key={change.id} change={change} />
              ))}
            </ol>
          </>
        )}
      </QueryStates>
      {changes.hasNextPage && (
        <Button isPending={changes.isFetchingNextPage} onPress={() => void changes.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}
