import { useState } from 'react';
import { hasCode } from '../../api/api-error.js';
import { usePreviewedWrite, type PreviewedWrite, type Send } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useTexts } from '../../i18n/texts.js';
import type { RecordedChange } from '../../parts/recorded-changes.js';
import { showToast } from '../../parts/toasts.js';
import type { DossierView } from './dossier.js';

export interface DossierWrite {
  write: PreviewedWrite;
  /** What others changed meanwhile: the next try is made on top of that. */
  conflict: readonly RecordedChange[] | undefined;
}

/** A change of the dossier that shows its effect first, and says what has changed meanwhile where that is so. */
export function useDossierWrite(
  dossier: Pick<DossierView, 'name'>,
  send: Send<DossierView>,
  onSaved: () => void,
): DossierWrite {
  const t = useTexts('dossier');
  const invalidate = useInvalidateOffice();
  const [conflict, setConflict] = useState<readonly RecordedChange[]>();
  const write = usePreviewedWrite<DossierView>(
    send,
    async ({ body }) => {
      setConflict(undefined);
      await invalidate();
      onSaved();
      showToast({ message: t('saved', { name: body.name || dossier.name }) });
    },
    async (error) => {
      if (!hasCode(error, 'stale_version')) return false;
      setConflict(error.problem.changes as RecordedChange[]);
      await invalidate();
      return true;
    },
  );
  return { write, conflict };
}

/** How a write of the dossier is sent, for its preview or for good. */
export function headersOf(ifMatch: string, idempotencyKey: string | undefined) {
  return { 'If-Match': ifMatch, ...(idempotencyKey && { 'Idempotency-Key': idempotencyKey }) };
}

export const queryOf = (dryRun: boolean) => (dryRun ? { dryRun } : {});
