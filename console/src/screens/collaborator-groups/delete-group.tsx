import { useState } from 'react';
import { useNavigate } from 'react-router';
import { answerOf, api } from '../../api/client.js';
import { usePreviewedWrite } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useOfferUndo } from '../../api/use-offer-undo.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Trouble } from '../../parts/states.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import type { LoadedGroup } from './queries.js';

/** Deleting a group takes it out of its client groups; people and dossiers stay (rule 28). */
export function DeleteGroup({ loaded }: { loaded: LoadedGroup }) {
  const t = useTexts('collaborator-groups');
  const { name } = loaded.group;
  const [isOpen, setOpen] = useState(false);
  const write = useDeletion(loaded, () => setOpen(false));
  return (
    <>
      <Button kind="danger" onPress={() => setOpen(true)}>
        {t('delete')}
      </Button>
      {isOpen && (
        <Dialog
          title={t('delete.title', { name })}
          onClose={() => setOpen(false)}
          actions={
            <>
              <Button onPress={() => setOpen(false)}>{t('delete.keep')}</Button>
              <Button kind="danger" isPending={write.step === 'previewing'} onPress={() => void write.begin()}>
                {t('delete.next')}
              </Button>
            </>
          }
        >
          {write.error && !write.preview ? <Trouble error={write.error} /> : null}
          <p>{t('delete.text', { count: loaded.group.clientGroups.length })}</p>
          {write.preview && write.step !== 'none' && (
            <ImpactDialog
              title={t('delete.impact', { name })}
              preview={write.preview}
              confirm={t('delete.confirm')}
              kind="danger"
              isBusy={write.step === 'saving'}
              error={write.error}
              onConfirm={() => void write.confirm()}
              onClose={write.cancel}
            />
          )}
        </Dialog>
      )}
    </>
  );
}

function useDeletion({ group, etag }: LoadedGroup, onDone: () => void) {
  const t = useTexts('collaborator-groups');
  const { office } = useOffice();
  const navigate = useNavigate();
  const invalidate = useInvalidateOffice();
  const offerUndo = useOfferUndo();
  return usePreviewedWrite<{ deleted: true; revision: string }>(
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.DELETE('/v1/offices/{office}/collaborator-groups/{id}', {
          params: {
            path: { office, id: group.id },
            query: dryRun ? { dryRun } : {},
            header: { 'Idempotency-Key': idempotencyKey, 'If-Match': etag ?? '*' },
          },
        }),
      ),
    async ({ body }) => {
      onDone();
      await navigate(pathIn(office, 'collaborator-groups'));
      await invalidate();
      offerUndo(t('delete.done', { name: group.name }), body.revision);
    },
  );
}
