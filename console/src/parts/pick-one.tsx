import { useContext, useState, type ReactNode } from 'react';
import {
  Button as AriaButton,
  ComboBox,
  ComboBoxStateContext,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';
import { usePages, type ReadPage } from '../api/pages.js';
import { useTexts } from '../i18n/texts.js';
import field from './field.module.css';
import styles from './picker.module.css';
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
        if (item) onChange(item);
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
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) setTyped(undefined);
      }}
    >
      <Label className={field.label}>{label}</Label>
      <OneInput />
      {description && (
        <Text slot="description" className={field.description}>
          {description}
        </Text>
      )}
      <Popover className={styles.popover}>
        <Found count={found.total} isTrouble={found.error !== null} />
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

function OneInput() {
  const t = useTexts('shared');
  const state = useContext(ComboBoxStateContext);
  return (
    <Group className={styles.box}>
      <Input
        className={field.input}
        placeholder={t('picker.placeholder')}
        onClick={() => state && !state.isOpen && state.open(null, 'manual')}
      />
      <AriaButton className={styles.opener}>
        <span aria-hidden="true">▾</span>
      </AriaButton>
    </Group>
  );
}

function Found({ count, isTrouble }: { count: number | undefined; isTrouble: boolean }) {
  const t = useTexts('shared');
  const words = isTrouble
    ? t('picker.trouble')
    : count === undefined
      ? t('loading')
      : t('picker.found', { count, shown: String(count) });
  return (
    <p role="status" className={styles.found}>
      {words}
    </p>
  );
}
