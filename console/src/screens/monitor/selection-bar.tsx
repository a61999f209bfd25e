import { useState } from 'react';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { BulkDialog } from './bulk-dialog.js';
import { CommunicateDialog } from './communicate-dialog.js';
import { ExportButton } from './export-button.js';
import type { Filter } from './filter.js';
import styles from './monitor.module.css';
import { sizeOf, type Selection } from './selection.js';
import { VerifyDialog } from './verify-dialog.js';

interface Props {
  selection: Selection;
  chooseAll: (total: number) => void;
  clear: () => void;
  filter: Filter;
  total: number;
}

type Open = 'verify' | 'communicate' | 'bulk' | null;

/** How much is chosen, and what one can do with it. */
export function SelectionBar({ selection, chooseAll, clear, filter, total }: Props) {
  const t = useTexts('monitor');
  const formats = useFormats();
  const size = sizeOf(selection);
  const values = { count: size, shown: formats.number(size) };
  return (
    <section aria-label={t('selection')} className={`${styles.bar} ${styles.selection}`}>
      <div className={styles.actions}>
        <span role="status">{selection.kind === 'all' ? t('selection.all', values) : t('selection.some', values)}</span>
        {selection.kind === 'some' && (
          <Button small onPress={() => chooseAll(total)}>
            {t('selection.choose_all', { count: total, shown: formats.number(total) })}
          </Button>
        )}
        {size > 0 && (
          <Button small onPress={clear}>
            {t('selection.clear')}
          </Button>
        )}
      </div>
      <Actions selection={selection} filter={filter} />
    </section>
  );
}

/** The actions of the source text: verify, communicate, export, edit in bulk. */
function Actions({ selection, filter }: { selection: Selection; filter: Filter }) {
  const t = useTexts('monitor');
  const ability = useOfficeAbility();
  const [open, setOpen] = useState<Open>(null);
  const isDisabled = sizeOf(selection) === 0;
  const dialog = { selection, filter, onClose: () => setOpen(null) };
  const mayEdit = ['assign_client_group', 'assign_manager', 'configure'].some((action) =>
    ability.can(action, 'dossier'),
  );
  return (
    <div className={styles.actions}>
      <Button isDisabled={isDisabled} onPress={() => setOpen('verify')}>
        {t('verify')}
      </Button>
      {ability.can('communicate', 'dossier') && (
        <Button isDisabled={isDisabled} onPress={() => setOpen('communicate')}>
          {t('communicate')}
        </Button>
      )}
      {ability.can('export', 'dossier') && <ExportButton selection={selection} filter={filter} />}
      {mayEdit && (
        <Button isDisabled={isDisabled} onPress={() => setOpen('bulk')}>
          {t('bulk')}
        </Button>
      )}
      {open === 'verify' && <VerifyDialog {...dialog} />}
      {open === 'communicate' && <CommunicateDialog {...dialog} />}
      {open === 'bulk' && <BulkDialog {...dialog} />}
    </div>
  );
}
