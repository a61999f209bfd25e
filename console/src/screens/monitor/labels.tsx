import { useState } from 'react';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { TextField } from '../../parts/text-field.js';
import { Chips } from './chips.js';
import styles from './monitor.module.css';

interface Props {
  label: string;
  chosen: readonly string[];
  onChange: (labels: readonly string[]) => void;
}

/** Labels, typed one by one: Enter takes one in. */
export function LabelChooser({ label, chosen, onChange }: Props) {
  const t = useTexts('monitor');
  const [text, setText] = useState('');
  const add = () => {
    const wanted = text.trim();
    if (wanted !== '' && !chosen.includes(wanted)) onChange([...chosen, wanted]);
    setText('');
  };
  return (
    <div>
      <div className={styles.beside}>
        <TextField
          label={label}
          value={text}
          onChange={setText}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add();
          }}
        />
        <Button isDisabled={text.trim() === ''} aria-label={t('labels.add_to', { label })} onPress={add}>
          {t('labels.add')}
        </Button>
      </div>
      <Chips
        label={label}
        items={chosen.map((id) => ({ id, name: id }))}
        onRemove={(id) => onChange(chosen.filter((one) => one !== id))}
      />
    </div>
  );
}
