import { useState, type ReactNode } from 'react';
import {
  ComboBox,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxLoadMoreItem,
  ListLayout,
  Popover,
  Text,
  Virtualizer,
} from 'react-aria-components';
import { usePages, type ReadPage } from '../api/pages.js';
import field from './field.module.css';
import styles from './picker.module.css';
import { Found, PickerInput } from './picker-input.js';
import { useSettled } from './use-settled.js';

export interface PickerProps<Item extends { id: string }> {
  label: string;
  description?: string;
  /** Names what is searched, for the cache. */
  queryKey: readonly unknown[];
  /** Searches on the service; an empty text finds all. */
  search: (text: string) => ReadPage<Item>;
  nameOf: (item: Item) => string;
  /** A second line, such as the present group of a dossier. */
  noteOf?: (item: Item) => ReactNode;
  isChosen: (id: string) => boolean;
  onAdd: (item: Item) => void;
  onRemove: (id: string) => void;
}

const estimatedRowHeightPx = 56;

/**
 * Chooses several of very many: what is typed is searched on the service, ignoring case and accents; the list shows
 * what is chosen already, and only the rows that can be seen are made.
 */
export function Picker<Item extends { id: string }>(props: PickerProps<Item>) {
  const { label, description, nameOf, noteOf, isChosen } = props;
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const settled = useSettled(text.trim());
  const found = usePages([...props.queryKey, 'search', settled], props.search(settled), { enabled: isOpen });
  const items = found.items ?? [];
  const chosen = items.filter(({ id }) => isChosen(id)).map(({ id }) => id);
  const change = (keys: readonly unknown[]) => {
    for (const item of items) if (keys.includes(item.id) && !isChosen(item.id)) props.onAdd(item);
    for (const id of chosen) if (!keys.includes(id)) props.onRemove(id);
  };
  return (
    <ComboBox
      className={field.field}
      selectionMode="multiple"
      value={chosen}
      onChange={change}
      inputValue={text}
      onInputChange={setText}
      items={items}
      allowsEmptyCollection
      menuTrigger="manual"
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) setText('');
      }}
    >
      <Label className={field.label}>{label}</Label>
      <PickerInput />
      {description && (
        <Text slot="description" className={field.description}>
          {description}
        </Text>
      )}
      <Popover className={styles.popover}>
        <Found total={found.total} error={found.error} isLoading={found.isFetching && !found.isFetchingNextPage} />
        <Virtualizer layout={ListLayout} layoutOptions={{ estimatedRowHeight: estimatedRowHeightPx }}>
          <ListBox
            className={styles.list}
            style={{ height: `min(${Math.max(items.length, 1) * estimatedRowHeightPx}px, 22rem, 45vh)` }}
            dependencies={[chosen]}
          >
            {items.map((item) => (
              <ListBoxItem
                key={item.id}
                id={item.id}
                textValue={nameOf(item)}
                className={`${styles.option} ${styles.ticked}`}
              >
                <span className={styles.tick} aria-hidden="true" />
                {/* Both lines are its name: what one reads is what a screen reader says. */}
                <Text slot="label" className={styles.label}>
                  <span>{nameOf(item)}</span> {noteOf && <span className={styles.note}>{noteOf(item)}</span>}
                </Text>
              </ListBoxItem>
            ))}
            <ListBoxLoadMoreItem
              isLoading={found.isFetchingNextPage}
              onLoadMore={() => found.hasNextPage && !found.isFetchingNextPage && void found.fetchNextPage()}
            />
          </ListBox>
        </Virtualizer>
      </Popover>
    </ComboBox>
  );
}
