import { NavLink, useSearchParams } from 'react-router';
import { usePages } from '../../api/pages.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import field from '../../parts/field.module.css';
import { Empty, QueryStates } from '../../parts/states.js';
import { useSettled } from '../../parts/use-settled.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import styles from './client-groups.module.css';
import { searchGroups, type GroupListItem } from './queries.js';

/** All groups of the office with what is in them; what is searched for stands in the address. */
export function GroupList() {
  const t = useTexts('client-groups');
  const formats = useFormats();
  const { office } = useOffice();
  const [params, setParams] = useSearchParams();
  const text = params.get('q') ?? '';
  const q = useSettled(text.trim());
  const groups = usePages(['office', office, 'client-groups', 'list', q], searchGroups(office, q));
  return (
    <div className={styles.list}>
      <NavLink
        to={{ pathname: pathIn(office, 'client-groups', '~new'), search: params.toString() }}
        className={styles.new}
      >
        {t('new')}
      </NavLink>
      <input
        type="search"
        aria-label={t('search')}
        placeholder={t('search')}
        className={field.input}
        value={text}
        onChange={(event) => setParams(event.target.value ? { q: event.target.value } : {}, { replace: true })}
      />
      <QueryStates
        query={{ data: groups.items, error: groups.error, refetch: groups.refetch }}
        empty={{
          when: (items) => items.length === 0,
          show: <Empty title={q ? t('none_found') : t('none')}>{q ? null : <p>{t('none_help')}</p>}</Empty>,
        }}
      >
        {(items) => (
          <>
            <p role="status" className={styles.total}>
              {t('total', { count: groups.total, shown: formats.number(groups.total ?? 0) })}
            </p>
            <ul className={styles.groups} aria-label={t('title')}>
              {items.map((group) => (
                <GroupLink key={group.id} group={group} search={params.toString()} />
              ))}
            </ul>
          </>
        )}
      </QueryStates>
      {groups.hasNextPage && (
        <Button isPending={groups.isFetchingNextPage} onPress={() => void groups.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </div>
  );
}

function GroupLink({ group: { id, name, counts }, search }: { group: GroupListItem; search: string }) {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  return (
    <li>
      <NavLink to={{ pathname: pathIn(office, 'client-groups', id), search }} className={styles.group}>
        <span className={styles.groupName}>{name}</span>
        {counts && (
          <span className={styles.counts}>
            {t('counts', {
              dossiers: counts.dossiers,
              collaborators: counts.collaborators,
              groups: counts.collaboratorGroups,
            })}
          </span>
        )}
      </NavLink>
    </li>
  );
}
