import { memo, useDeferredValue, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import {
  Button as AriaButton,
  Collection,
  GridList,
  GridListItem,
  GridListLoadMoreItem,
  ListLayout,
  Virtualizer,
} from 'react-aria-components';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';
import styles from './chosen-list.module.css';
import field from './field.module.css';
import { fold } from './fold.js';

export interface ChosenListProps<Item extends { id: string }> {
  label: string;
  items: readonly Item[];
  nameOf: (item: Item) => string;
  /** Marks beside the name, such as "inactive" or "added". */
  marksOf?: (item: Item) => ReactNode;
  /** Absent: they cannot be taken out here. */
  onRemove?: (id: string) => void;
  empty: string;
}

/** From here on, looking for one among them is worth a field. */
const filterFrom = 10;
/** From here on, only the rows that can be seen are made, in a list of a fixed height. */
const virtualFrom = 50;
/** React Aria keeps a record of every row of a list, seen or not: a long one grows by this many as one scrolls. */
const rowsAtOnce = 200;
const estimatedRowHeightPx = 44;

/** What has been chosen, however much. Delete takes out the focused one. With the same props it is not made anew. */
export const ChosenList = memo(ChosenRows) as typeof ChosenRows;

function ChosenRows<Item extends { id: string }>(props: ChosenListProps<Item>) {
  const { label, items, nameOf, marksOf, onRemove, empty } = props;
  const t = useTexts('shared');
  const formats = useFormats();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(fold(text.trim()));
  const folded = useMemo(() => items.map((item) => fold(nameOf(item))), [items, nameOf]);
  const shown = useMemo(
    () => (wanted === '' ? items : items.filter((_, index) => folded[index]?.includes(wanted))),
    [items, folded, wanted],
  );
  const [scrolled, setScrolled] = useState({ wanted, rows: rowsAtOnce });
  const rows = scrolled.wanted === wanted ? scrolled.rows : rowsAtOnce;
  const list = (className: string | undefined) => (
    <GridList
      aria-label={label}
      className={className}
      renderEmptyState={() => <p className={styles.empty}>{t('chosen.none')}</p>}
    >
      <Collection items={shown.slice(0, rows)} dependencies={[marksOf, onRemove]}>
        {(item) => <ChosenRow item={item} name={nameOf(item)} marks={marksOf?.(item)} onRemove={onRemove} />}
      </Collection>
      {rows < shown.length && (
        <GridListLoadMoreItem onLoadMore={() => setScrolled({ wanted, rows: rows + rowsAtOnce })} />
      )}
    </GridList>
  );
  if (items.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <div className={styles.chosen} onKeyDown={(event) => removeFocused(event, onRemove)}>
      {items.length >= filterFrom && (
        <input
          type="search"
          aria-label={t('chosen.filter', { label })}
          placeholder={t('chosen.filter', { label })}
          className={field.input}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <p role="status" className={styles.count}>
        {wanted === ''
          ? t('chosen.count', { shown: formats.number(items.length) })
          : t('chosen.filtered', { shown: formats.number(shown.length), all: formats.number(items.length) })}
      </p>
      {items.length > virtualFrom ? (
        <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowHeight: estimatedRowHeightPx }}>
          {list(styles.long)}
        </Virtualizer>
      ) : (
        list(styles.short)
      )}
    </div>
  );
}

function removeFocused(event: KeyboardEvent, onRemove: ((id: string) => void) | undefined): void {
  if (event.key !== 'Delete' || !(event.target instanceof HTMLElement)) return;
  const id = event.target.closest<HTMLElement>('[role=row]')?.dataset.key;
  if (id !== undefined) onRemove?.(id);
}

interface RowProps {
  item: { id: string };
  name: string;
  marks: ReactNode;
  onRemove: ((id: string) => void) | undefined;
}

function ChosenRow({ item: { id }, name, marks, onRemove }: RowProps) {
  const t = useTexts('shared');
  return (
    <GridListItem id={id} textValue={name} className={styles.row}>
      <span className={styles.name}>{name}</span>
      {marks}
      {onRemove && (
        <AriaButton aria-label={t('chosen.remove', { name })} className={styles.remove} onPress={() => onRemove(id)}>
          ×
        </AriaButton>
      )}
    </GridListItem>
  );
}
