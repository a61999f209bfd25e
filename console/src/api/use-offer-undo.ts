import { useCallback } from 'react';
import { useTexts } from '../i18n/texts.js';
import { showToast } from '../parts/toasts.js';
import { useOffice } from '../session/session-context.js';
import { ApiError } from './api-error.js';
import { api, bodyOf, newIdempotencyKey } from './client.js';
import { useInvalidateOffice } from './use-invalidate-office.js';

/**
 * Says that something has been saved, and offers to undo it. The service undoes a revision only while nothing that it
 * changed has changed again since; else it says what stands in the way.
 */
export function useOfferUndo(): (message: string, revision: string, onUndone?: () => void) => void {
  const t = useTexts('shared');
  const { office } = useOffice();
  const invalidate = useInvalidateOffice();
  return useCallback(
    (message, revision, onUndone) => {
      const undo = async () => {
        try {
          await bodyOf(
            api.POST('/v1/offices/{office}/changes/{revision}/undo', {
              params: {
                path: { office, revision },
                header: { 'Idempotency-Key': newIdempotencyKey() },
              },
              body: {},
            }),
          );
          onUndone?.();
          showToast({ message: t('undo.done') });
        } catch (error) {
          const detail = error instanceof ApiError ? error.problem.detail : '';
          showToast({ kind: 'danger', message: t('undo.failed', { detail }) });
        }
        await invalidate();
      };
      showToast({ message, action: { label: t('undo.label'), run: () => void undo() } });
    },
    [t, office, invalidate],
  );
}
