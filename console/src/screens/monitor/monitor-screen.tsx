import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { NavigationType, useNavigationType, useSearchParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Button } from '../../parts/button.js';
import { DataTable } from '../../parts/data-table.js';
import { Notice } from '../../parts/notice.js';
import { Pager, useCursors } from '../../parts/pager.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useSettled } from '../../parts/use-settled.js';
import { useOffice } from '../../session/session-context.js';
import { useColumns } from './columns.js';
import { filterOf, isFiltered, queryOf, sortOf, withFilter, type Filter } from './filter.js';
import { ColumnChoice, Filters } from './filters.js';
import styles from './monitor.module.css';
import { dossiersQuery, pageSize } from './queries.js';
import { useSelection } from './selection.js';
import { SelectionBar } from './selection-bar.js';
import { useNames } from './use-names.js';

export function MonitorScreen() {
  const t = useTexts('monitor');
  const ability = useOfficeAbility();
  const { filter, change, clear } = useFilter();
  const settled = useSettled(JSON.stringify(filter));
  if (!ability.can('open', 'dossier')) {
    return (
      <Page title={t('title')}>
        <Notice kind="warning" title={t('refused.title')}>
          <p>{t('refused.text')}</p>
        </Notice>
      </Page>
    );
  }
  const shown = JSON.parse(settled) as Filter;
  return (
    <Page title={t('title')}>
      <Filters filter={filter} onChange={change} onClear={clear} />
      {/* Another filter begins at its first page, with nothing chosen. */}
      <Found key={JSON.stringify(queryOf(shown))} filter={shown} onClear={clear} />
    </Page>
  );
}

/** The filter as it is edited: at once in the fields, and soon after in the address. Going elsewhere takes it from there. */
function useFilter() {
  const [params, setParams] = useSearchParams();
  const kind = useNavigationType();
  const address = params.toString();
  const [edited, setEdited] = useState({ address, filter: filterOf(params) });
  if (edited.address !== address) {
    setEdited({ address, filter: kind === NavigationType.Replace ? edited.filter : filterOf(params) });
  }
  return {
    filter: edited.filter,
    change: (part: Partial<Filter>) => {
      const filter = { ...edited.filter, ...part };
      setEdited({ address, filter });
      setParams((now) => withFilter(now, filter), { replace: true });
    },
    clear: () => setParams(new URLSearchParams(keptOf(params))),
  };
}

const keptOf = (params: URLSearchParams) => [...params].filter(([name]) => name === 'sort' || name === 'hide');

function Found({ filter, onClear }: { filter: Filter; onClear: () => void }) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  const [params, setParams] = useSearchParams();
  const cursors = useCursors();
  const [hidden, setHidden] = useState(() => (params.get('hide') ?? '').split(',').filter(Boolean));
  const sort = sortOf(params);
  const query = useQuery({
    ...dossiersQuery(office, {
      ...queryOf(filter),
      sort,
      limit: pageSize,
      ...(cursors.cursor && { cursor: cursors.cursor }),
    }),
    placeholderData: keepPreviousData,
  });
  const set = (name: string, value: string) => setParams((now) => withParameter(now, name, value), { replace: true });
  const onSort = (next: string) => {
    cursors.reset();
    set('sort', next);
  };
  const nothing = (
    <Empty title={isFiltered(filter) ? t('none_found') : t('none')}>
      {isFiltered(filter) ? <Button onPress={onClear}>{t('clear')}</Button> : <p>{t('none_help')}</p>}
    </Empty>
  );
  return (
    <QueryStates query={query} empty={{ when: ({ total }) => total === 0, show: nothing }}>
      {(page) => (
        <Rows
          page={page}
          filter={filter}
          sort={sort}
          onSort={onSort}
          hidden={hidden}
          onHide={(columns) => {
            setHidden([...columns]);
            set('hide', columns.join(','));
          }}
          pager={
            <Pager
              {...{ cursors, pageSize }}
              total={page.total}
              count={page.items.length}
              nextCursor={page.nextCursor}
            />
          }
        />
      )}
    </QueryStates>
  );
}

function withParameter(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

interface RowsProps {
  page: { items: Parameters<ReturnType<typeof useColumns>[number]['cell']>[0][]; total: number };
  filter: Filter;
  sort: string;
  onSort: (sort: string) => void;
  hidden: readonly string[];
  onHide: (hidden: readonly string[]) => void;
  pager: React.ReactNode;
}

function Rows({ page, filter, sort, onSort, hidden, onHide, pager }: RowsProps) {
  const t = useTexts('monitor');
  const columns = useColumns(useNames());
  const chosen = useSelection();
  const { selection } = chosen;
  const ids = selection.kind === 'all' ? page.items.map(({ id }) => id) : selection.names.keys();
  return (
    <>
      <SelectionBar {...chosen} filter={filter} total={page.total} />
      <div className={styles.bar}>
        <ColumnChoice columns={columns.filter(({ id }) => id !== 'name')} hidden={hidden} onChange={onHide} />
        {pager}
      </div>
      <DataTable
        label={t('title')}
        columns={columns}
        rows={page.items}
        sort={sort}
        onSort={onSort}
        hidden={hidden}
        chosen={new Set(ids)}
        onChoose={(now) => chosen.choose(now, page.items)}
        nameOf={({ name }) => name}
      />
    </>
  );
}
