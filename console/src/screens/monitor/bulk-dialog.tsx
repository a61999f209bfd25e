import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { newIdempotencyKey } from '../../api/client.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { Impact } from '../../parts/impact.js';
import { Trouble } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { bulkBodyOf, isEmpty, sendBulk, unchanged, type BulkDraft, type BulkPreview } from './bulk.js';
import { BulkForm } from './bulk-form.js';
import type { Filter } from './filter.js';
import styles from './monitor.module.css';
import { RowResults } from './row-results.js';
import { selectOf, sizeOf, type Selection } from './selection.js';

interface Props {
  selection: Selection;
  filter: Filter;
  onClose: () => void;
}

/** Edits the selection in bulk: what is to be changed, then its effect on every row, then what became of every row. */
export function BulkDialog({ selection, filter, onClose }: Props) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  const invalidate = useInvalidateOffice();
  const [draft, setDraft] = useState<BulkDraft>(unchanged);
  const [preview, setPreview] = useState<BulkPreview>();
  // Of this preview: applying it twice, after a lost answer, applies it once.
  const [key, setKey] = useState(newIdempotencyKey);
  const body = bulkBodyOf(selectOf(selection, filter), draft);
  const look = useMutation({
    mutationFn: () => sendBulk(office, body),
    onSuccess: (seen) => {
      setPreview(seen);
      setKey(newIdempotencyKey());
    },
  });
  const apply = useMutation({ mutationFn: () => sendBulk(office, body, key), onSuccess: invalidate });
  const isBusy = look.isPending || apply.isPending;
  const names = selection.kind === 'some' ? selection.names : new Map<string, string>();
  const stages = apply.data ? (
    <RowResults outcome={apply.data} names={names} title={t('bulk.result')} />
  ) : preview ? (
    <>
      <RowResults outcome={preview} names={names} title={t('bulk.preview')} />
      <Impact preview={preview} />
    </>
  ) : (
    <BulkForm draft={draft} onChange={setDraft} />
  );
  return (
    <Dialog
      wide
      title={t('bulk.title', { count: sizeOf(selection) })}
      onClose={onClose}
      actions={
        apply.data ? (
          <Button kind="primary" autoFocus onPress={onClose}>
            {t('done')}
          </Button>
        ) : (
          <>
            <Button isDisabled={isBusy} onPress={preview ? () => setPreview(undefined) : onClose}>
              {preview ? t('back') : t('cancel')}
            </Button>
            {preview ? (
              <Button
                kind="primary"
                autoFocus
                isPending={isBusy}
                isDisabled={preview.counts.changed === 0}
                onPress={() => apply.mutate()}
              >
                {isBusy ? t('busy') : t('bulk.apply', { count: preview.counts.changed })}
              </Button>
            ) : (
              <Button kind="primary" isPending={isBusy} isDisabled={isEmpty(draft)} onPress={() => look.mutate()}>
                {isBusy ? t('busy') : t('bulk.look')}
              </Button>
            )}
          </>
        )
      }
    >
      <div className={styles.form}>
        {(apply.error ?? look.error) ? <Trouble error={apply.error ?? look.error} /> : null}
        {stages}
      </div>
    </Dialog>
  );
}
