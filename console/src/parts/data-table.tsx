import {
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ColumnVisibilityState,
  type RowSelectionState,
} from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { useTexts } from '../i18n/texts.js';
import styles from './data-table.module.css';

const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, rowSelectionFeature });

export interface DataTableProps<Row extends { id: string }> {
  /** What the table is about, for screen readers. */
  label: string;
  /** Keep them by `useMemo`: new ones make every cell anew. */
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  /** As the service takes it: `name`, or `-name` for from last to first. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** Ids of hidden columns. */
  hidden?: readonly string[];
  /** Ids of chosen rows, on whatever page; absent: rows cannot be chosen. */
  chosen?: ReadonlySet<string>;
  onChoose?: (ids: ReadonlySet<string>) => void;
  /** Names a row, for the box that chooses it. */
  nameOf?: (row: Row) => string;
}

export interface TableColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The service can sort by it. */
  sorts?: boolean;
}

/** Rows in columns: sorted by the service, columns that can be hidden, rows that can be chosen across pages. */
export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { label, rows, chosen, onChoose, nameOf, hidden = [] } = props;
  const t = useTexts('shared');
  // The same columns give the same cells: what has the focus in one stays when the table is drawn again.
  const columns = useMemo(
    () =>
      props.columns.map((column): ColumnDef<typeof features, Row> => ({
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      })),
    [props.columns],
  );
  // The service sorts: the table, which has no values of its own, would say that it cannot.
  const sorted = new Set(props.columns.filter(({ sorts }) => sorts).map(({ id }) => id));
  const columnVisibility: ColumnVisibilityState = Object.fromEntries(hidden.map((id) => [id, false]));
  const rowSelection: RowSelectionState = Object.fromEntries([...(chosen ?? [])].map((id) => [id, true]));
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (row) => row.id,
    manualSorting: true,
    state: { columnVisibility, rowSelection, sorting: [] },
    onRowSelectionChange: (update) => {
      const next = typeof update === 'function' ? update(rowSelection) : update;
      onChoose?.(new Set(Object.keys(next).filter((id) => next[id])));
    },
  });
  return (
    <div className={styles.scroller} role="region" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <caption className="hidden">{label}</caption>
        <thead>
          <tr>
            {chosen && (
              <th scope="col" className={styles.choice}>
                <Box
                  label={t('table.choose_page')}
                  isChosen={table.getIsAllRowsSelected()}
                  isPartly={table.getIsSomeRowsSelected()}
                  onChange={(wanted) => table.toggleAllRowsSelected(wanted)}
                />
              </th>
            )}
            {table.getFlatHeaders().map(({ column }) => (
              <HeaderCell key={column.id} id={column.id} sorts={sorted.has(column.id)} {...props}>
                {column.columnDef.header as string}
              </HeaderCell>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} data-chosen={row.getIsSelected() || undefined}>
              {chosen && (
                <td className={styles.choice}>
                  <Box
                    label={t('table.choose', { name: nameOf?.(row.original) ?? row.id })}
                    isChosen={row.getIsSelected()}
                    onChange={(wanted) => row.toggleSelected(wanted)}
                  />
                </td>
              )}
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeaderCellProps {
  id: string;
  sorts: boolean;
  sort?: string;
  onSort?: (sort: string) => void;
  children: string;
}

function HeaderCell({ id, sorts, sort, onSort, children }: HeaderCellProps) {
  const direction = sort === id ? 'ascending' : sort === `-${id}` ? 'descending' : 'none';
  if (!sorts) return <th scope="col">{children}</th>;
  return (
    <th scope="col" aria-sort={direction}>
      <button
        type="button"
        className={styles.sorter}
        onClick={() => onSort?.(direction === 'ascending' ? `-${id}` : id)}
      >
        {children}
        <span aria-hidden="true">{direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : ''}</span>
      </button>
    </th>
  );
}

interface BoxProps {
  label: string;
  isChosen: boolean;
  isPartly?: boolean;
  onChange: (wanted: boolean) => void;
}

function Box({ label, isChosen, isPartly = false, onChange }: BoxProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={isChosen}
      ref={(box) => {
        if (box) box.indeterminate = isPartly && !isChosen;
      }}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}
