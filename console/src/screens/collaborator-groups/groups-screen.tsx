import { Link, NavLink, Outlet, useLocation, useParams, useSearchParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { usePages } from '../../api/pages.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Button } from '../../parts/button.js';
import { Refused } from '../../parts/refused.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { useSettled } from '../../parts/use-settled.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import styles from './groups.module.css';
import { searchGroups, type GroupListItem } from './queries.js';

/** Bureau/Paramètres, the tab « Groupes de collaborateurs »: the groups, and beside them the one that is open. */
export function CollaboratorGroupsScreen() {
  const t = useTexts('collaborator-groups');
  const { id } = useParams();
  const isNew = useLocation().pathname.endsWith('/~new');
  const isOpen = id !== undefined || isNew;
  if (!useOfficeAbility().can('read', 'collaborator_group')) return <Refused title={t('title')} />;
  return (
    <Page title={t('title')} takesFocus={!isOpen}>
      <div className={styles.columns} data-open={isOpen || undefined}>
        <GroupList />
        <section className={styles.detail} aria-label={t('detail')}>
          <Outlet />
        </section>
      </div>
    </Page>
  );
}

function GroupList() {
  const t = useTexts('collaborator-groups');
  const formats = useFormats();
  const { office } = useOffice();
  const [params, setParams] = useSearchParams();
  const text = params.get('q') ?? '';
  const q = useSettled(text.trim());
  const groups = usePages(['office', office, 'collaborator-groups', 'list', q], searchGroups(office, q));
  return (
    <div className={styles.list}>
      <Link to={pathIn(office, 'collaborator-groups', '~new')} className={styles.new}>
        {t('new')}
      </Link>
      <TextField
        label={t('search')}
        type="search"
        value={text}
        onChange={(value) => setParams(value ? { q: value } : {}, { replace: true })}
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
  const t = useTexts('collaborator-groups');
  const { office } = useOffice();
  return (
    <li>
      <NavLink to={{ pathname: pathIn(office, 'collaborator-groups', id), search }} className={styles.group}>
        <span className={styles.groupName}>{name}</span>
        <span className={styles.counts}>
          {t('counts', { members: counts.members, clientGroups: counts.clientGroups })}
        </span>
      </NavLink>
    </li>
  );
}
