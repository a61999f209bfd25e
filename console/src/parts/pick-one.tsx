import { useState, type ReactNode } from 'react';
import { ComboBox, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { usePages, type ReadPage } from '../api/pages.js';
import field from './field.module.css';
import styles from './picker.module.css';
import { Found, PickerInput } from './picker-input.js';
import { useSettled } from './use-settled.js';

interface Props<Item extends { id: string }> {
  label: string;
  description?: string;
  /** Names what is searched, for the cache. */
  queryKey: readonly unknown[];
  /** Searches on the service; an empty text finds all. */
  search: (text: string) => ReadPage<Item>;
  nameOf: (item: Item) => string;
  /** A second line, such as an address. */
  noteOf?: (item: Item) => ReactNode;
  /** The chosen one, by id and name. */
  value: { id: string; name: string } | null;
  onChange: (item: Item | null) => void;
}

/** Chooses one of very many: what is typed is searched on the service, ignoring case and accents. */
export function PickOne<Item extends { id: string }>(props: Props<Item>) {
  const { label, description, value, nameOf, noteOf, onChange } = props;
  const [typed, setTyped] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const settled = useSettled((typed ?? '').trim());
  const found = usePages([...props.queryKey, 'search', settled], props.search(settled), { enabled: isOpen });
  const items = found.items ?? [];
  return (
    <ComboBox
      className={field.field}
      value={value?.id ?? null}
      onChange={(id) => {
        const item = items.find((one) => one.id === id);
        if (item && item.id !== value?.id) onChange(item);
        setTyped(undefined);
      }}
      inputValue={typed ?? value?.name ?? ''}
      onInputChange={(text) => {
        if (!isOpen && text === (value?.name ?? '')) return;
        setTyped(text);
        if (text === '' && value) onChange(null);
      }}
      items={items}
      allowsEmptyCollection
      menuTrigger="manual"
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) setTyped(undefined);
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
        <Found total={found.total} error={found.error} isLoading={found.isFetching} />
        <ListBox className={styles.list}>
          {items.map((item) => (
            <ListBoxItem key={item.id} id={item.id} textValue={nameOf(item)} className={styles.option}>
              <Text slot="label">{nameOf(item)}</Text>
              {noteOf && (
                <Text slot="description" className={styles.note}>
                  {noteOf(item)}
                </Text>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
