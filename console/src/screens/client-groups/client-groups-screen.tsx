import { Outlet, useMatch, useParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Notice } from '../../parts/notice.js';
import styles from './client-groups.module.css';
import { GroupList } from './group-list.js';

/** The groups on the left, the one that is open beside them. */
export function ClientGroupsScreen() {
  const t = useTexts('client-groups');
  const ability = useOfficeAbility();
  const { id } = useParams();
  const isNew = useMatch('/:office/client-groups/~new') !== null;
  const isOpen = id !== undefined || isNew;
  if (!ability.can('read', 'client_group')) {
    return (
      <Page title={t('title')}>
        <Notice kind="warning" title={t('refused.title')}>
          <p>{t('refused.text')}</p>
        </Notice>
      </Page>
    );
  }
  return (
    <Page title={t('title')} takesFocus={!isOpen}>
      <div className={styles.columns} data-open={isOpen || undefined}>
        <GroupList />
        <div className={styles.detail}>
          <Outlet />
        </div>
      </div>
    </Page>
  );
}
