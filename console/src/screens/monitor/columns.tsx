import { useMemo } from 'react';
import { Link } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useTexts, type TextsOf } from '../../i18n/texts.js';
import type { TableColumn } from '../../parts/data-table.js';
import { Mark } from '../../parts/mark.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import styles from './monitor.module.css';
import type { DossierRow } from './queries.js';
import type { Names } from './use-names.js';

/** The columns of the monitor; the name is always there. */
export function useColumns(names: Names): TableColumn<DossierRow>[] {
  const t = useTexts('monitor');
  const seesGroups = useOfficeAbility().can('read_name', 'client_group');
  return useMemo(() => columnsOf(t, names, seesGroups), [t, names, seesGroups]);
}

function columnsOf(t: TextsOf<'monitor'>, names: Names, seesGroups: boolean): TableColumn<DossierRow>[] {
  const group: TableColumn<DossierRow> = {
    id: 'group',
    header: t('column.group'),
    cell: ({ clientGroup }) =>
      clientGroup ? names.group(clientGroup) : <span className="quiet">{t('no_group')}</span>,
  };
  return [
    { id: 'name', header: t('column.name'), sorts: true, cell: (row) => <DossierName row={row} /> },
    { id: 'code', header: t('column.code'), sorts: true, cell: ({ code }) => code },
    { id: 'number', header: t('column.number'), cell: ({ enterpriseNumber }) => enterpriseNumber },
    ...(seesGroups ? [group] : []),
    { id: 'managers', header: t('column.managers'), cell: (row) => <Managers row={row} names={names} /> },
    { id: 'status', header: t('column.status'), cell: ({ status }) => t(`status_one.${status}`) },
    {
      id: 'labels',
      header: t('column.labels'),
      cell: ({ labels }) => (
        <span className={styles.marks}>
          {labels.map((label) => (
            <Mark key={label}>{label}</Mark>
          ))}
        </span>
      ),
    },
  ];
}

function DossierName({ row: { id, name, private: isPrivate } }: { row: DossierRow }) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  return (
    <span className={styles.marks}>
      <Link to={pathIn(office, 'dossiers', id)}>{name}</Link>
      {isPrivate && <Mark kind="warning">{t('private')}</Mark>}
    </span>
  );
}

/** The primary one first, for it is the one who answers for the dossier. */
function Managers({ row: { managers }, names }: { row: DossierRow; names: Names }) {
  const t = useTexts('monitor');
  if (managers.length === 0) return <span className="quiet">{t('no_manager')}</span>;
  const inOrder = [...managers].sort((one, two) => Number(two.primary) - Number(one.primary));
  return <>{inOrder.map(({ collaborator }) => names.person(collaborator)).join(', ')}</>;
}
