import { useContext } from 'react';
import { Button as AriaButton, ComboBoxStateContext, Group, Input } from 'react-aria-components';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';
import field from './field.module.css';
import styles from './picker.module.css';

/**
 * The field of a picker, in a `ComboBox` with `menuTrigger="manual"`. Its list opens at a click into the field, at the
 * button, at the arrow keys and at what is typed; not at focus, for whoever tabs by wants no list. With another trigger
 * React Aria takes any new text of a field that has the focus for typing: the list would open again, in front of a page
 * that is hidden from screen readers meanwhile, as soon as the name of what has just been chosen is there.
 */
export function PickerInput() {
  const t = useTexts('shared');
  const state = useContext(ComboBoxStateContext);
  return (
    <Group className={styles.box}>
      <Input
        className={field.input}
        placeholder={t('picker.placeholder')}
        // In the next frame: a scroll of the page that has just ended would close it again.
        onClick={() => state && !state.isOpen && requestAnimationFrame(() => state.open(null, 'manual'))}
        onInput={() => state && !state.isOpen && state.open(null, 'input')}
      />
      <AriaButton className={styles.opener}>
        <span aria-hidden="true">▾</span>
      </AriaButton>
    </Group>
  );
}

interface FoundProps {
  /** How many there are, where that is known. */
  total: number | undefined;
  error: unknown;
  isLoading: boolean;
}

/** How much a search has found, above its list. */
export function Found({ total, error, isLoading }: FoundProps) {
  const t = useTexts('shared');
  const formats = useFormats();
  const words = error
    ? t('picker.trouble')
    : total === undefined || isLoading
      ? t('loading')
      : t('picker.found', { count: total, shown: formats.number(total) });
  return (
    <p role="status" className={styles.found}>
      {words}
    </p>
  );
}
