import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import styles from './monitor.module.css';

interface Props {
  label: string;
  items: readonly { id: string; name: string }[];
  onRemove: (id: string) => void;
}

/** What has been chosen, each with a button that takes it out again. */
export function Chips({ label, items, onRemove }: Props) {
  const t = useTexts('monitor');
  if (items.length === 0) return null;
  return (
    <ul aria-label={t('chosen', { label })} className={styles.chips}>
      {items.map(({ id, name }) => (
        <li key={id}>
          <Button small aria-label={t('remove', { name })} onPress={() => onRemove(id)}>
            {name} <span aria-hidden="true">×</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
