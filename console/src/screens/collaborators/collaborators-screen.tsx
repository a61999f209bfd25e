import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { personName } from '../../api/office-names.js';
import { usePages } from '../../api/pages.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Button } from '../../parts/button.js';
import { Choice } from '../../parts/choice.js';
import { DataTable, type TableColumn } from '../../parts/data-table.js';
import { Mark } from '../../parts/mark.js';
import { Refused } from '../../parts/refused.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { useSettled } from '../../parts/use-settled.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import styles from './collaborators.module.css';
import { EditCollaborator, NewCollaborator } from './edit-dialog.js';
import { Pencil } from './pencil.js';
import { searchCollaborators, type Collaborator, type Profile } from './queries.js';

const profiles = ['admin', 'collaborator', 'support'] as const;
const statuses = ['active', 'inactive'] as const;

/** Bureau/Paramètres, the tab « Collaborateurs ». */
export function CollaboratorsScreen() {
  const t = useTexts('collaborators');
  const [isNew, setNew] = useState(false);
  if (!useOfficeAbility().can('create', 'collaborator')) return <Refused title={t('title')} />;
  return (
    <Page
      title={t('title')}
      actions={
        <Button kind="primary" onPress={() => setNew(true)}>
          {t('new')}
        </Button>
      }
    >
      <People />
      {isNew && <NewCollaborator onClose={() => setNew(false)} />}
    </Page>
  );
}

/** What the list is filtered by stands in the address, so that a link and the way back show the same. */
function useFilters() {
  const [params, setParams] = useSearchParams();
  const set = (name: string, value: string) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const text = params.get('q') ?? '';
  return {
    text,
    profile: profiles.find((one) => one === params.get('profile')),
    status: statuses.find((one) => one === params.get('status')),
    set,
  };
}

function People() {
  const t = useTexts('collaborators');
  const formats = useFormats();
  const { office } = useOffice();
  const filters = useFilters();
  const { text, profile, status } = filters;
  const q = useSettled(text.trim());
  const people = usePages(
    ['office', office, 'collaborators', 'list', q, profile, status],
    searchCollaborators(office, q, { ...(profile && { profile }), ...(status && { status }) }),
  );
  return (
    <>
      <Filters {...filters} />
      <QueryStates
        query={{ data: people.items, error: people.error, refetch: people.refetch }}
        empty={{ when: (items) => items.length === 0, show: <Empty title={t('none_found')} /> }}
      >
        {(items) => (
          <>
            <p role="status" className={styles.total}>
              {t('total', { count: people.total, shown: formats.number(people.total ?? 0) })}
            </p>
            <PeopleTable people={items} />
          </>
        )}
      </QueryStates>
      {people.hasNextPage && (
        <div className={styles.more}>
          <Button isPending={people.isFetchingNextPage} onPress={() => void people.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </>
  );
}

function Filters({ text, profile, status, set }: ReturnType<typeof useFilters>) {
  const t = useTexts('collaborators');
  const all = { value: '' as const, label: t('all') };
  return (
    <div role="search" className={styles.filters}>
      <TextField label={t('search')} type="search" value={text} onChange={(value) => set('q', value)} />
      <Choice<Profile | ''>
        label={t('profile')}
        value={profile ?? ''}
        options={[all, ...profiles.map((value) => ({ value, label: t(`profile.${value}`) }))]}
        onChange={(value) => set('profile', value)}
      />
      <Choice<(typeof statuses)[number] | ''>
        label={t('status')}
        value={status ?? ''}
        options={[all, ...statuses.map((value) => ({ value, label: t(`status.${value}`) }))]}
        onChange={(value) => set('status', value)}
      />
    </div>
  );
}

function PeopleTable({ people }: { people: readonly Collaborator[] }) {
  const t = useTexts('collaborators');
  const [edited, setEdited] = useState<string>();
  const columns = useColumns(setEdited);
  return (
    <>
      <DataTable label={t('title')} rows={people} columns={columns} />
      {edited !== undefined && <EditCollaborator id={edited} onClose={() => setEdited(undefined)} />}
    </>
  );
}

function useColumns(onEdit: (id: string) => void): TableColumn<Collaborator>[] {
  const t = useTexts('collaborators');
  const { office } = useOffice();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('name'),
        cell: (person) => <Link to={pathIn(office, 'collaborators', person.id)}>{personName(person)}</Link>,
      },
      { id: 'email', header: t('email'), cell: ({ email }) => email },
      { id: 'profile', header: t('profile'), cell: ({ profile }) => t(`profile.${profile}`) },
      {
        id: 'status',
        header: t('status'),
        cell: ({ status }) =>
          status === 'active' ? t('status.active') : <Mark kind="warning">{t('status.inactive')}</Mark>,
      },
      {
        id: 'actions',
        header: t('actions'),
        cell: (person) => (
          <Button small aria-label={t('edit_person', { name: personName(person) })} onPress={() => onEdit(person.id)}>
            <Pencil />
          </Button>
        ),
      },
    ],
    [t, office, onEdit],
  );
}
