import { usePages } from '../../api/pages.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { AudienceList } from './audience-list.js';
import { readAudiences } from './audiences.js';
import { selectOf, sizeOf, type Selection } from './selection.js';
import type { Filter } from './filter.js';
import styles from './monitor.module.css';

interface Props {
  selection: Selection;
  filter: Filter;
  onClose: () => void;
}

/** Who can open each dossier of the selection, and why (rule 25). */
export function VerifyDialog({ selection, filter, onClose }: Props) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  const found = usePages(
    ['office', office, 'audiences', selectOf(selection, filter)],
    readAudiences(office, selection, filter),
  );
  return (
    <Dialog
      wide
      title={t('verify.title', { count: sizeOf(selection) })}
      onClose={onClose}
      actions={
        <>
          {found.hasNextPage && (
            <Button isPending={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
              {t('more')}
            </Button>
          )}
          <Button kind="primary" autoFocus onPress={onClose}>
            {t('done')}
          </Button>
        </>
      }
    >
      <QueryStates
        query={{ data: found.items, error: found.error, refetch: found.refetch }}
        empty={{ when: (items) => items.length === 0, show: <Empty title={t('none_found')} /> }}
      >
        {(items) => (
          <>
            <p role="status">{t('verify.shown', { count: items.length, total: sizeOf(selection) })}</p>
            {items.map(({ id, name, audience }) => (
              <section key={id} aria-label={name} className={styles.form}>
                <h3>{name}</h3>
                {audience ? <AudienceList audience={audience} /> : <p>{t('verify.hidden')}</p>}
              </section>
            ))}
          </>
        )}
      </QueryStates>
    </Dialog>
  );
}
