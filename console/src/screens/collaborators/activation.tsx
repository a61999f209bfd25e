import { useState } from 'react';
import { answerOf, api } from '../../api/client.js';
import { personName } from '../../api/office-names.js';
import { usePreviewedWrite, type PreviewedWrite } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { PickOne } from '../../parts/pick-one.js';
import { Trouble } from '../../parts/states.js';
import { showToast } from '../../parts/toasts.js';
import { useOffice } from '../../session/session-context.js';
import { searchCollaborators, type Collaborator, type LoadedCollaborator } from './queries.js';
import type { SavedCollaborator } from './use-collaborator-editor.js';

interface Props {
  loaded: LoadedCollaborator;
}

/** Ends all access at once, or gives it back: memberships stay dormant in between (rule 20). */
export function Activation({ loaded }: Props) {
  return loaded.person.status === 'active' ? <Deactivate loaded={loaded} /> : <Reactivate loaded={loaded} />;
}

type Heir = { id: string; name: string } | null;

function Deactivate({ loaded }: Props) {
  const t = useTexts('collaborators');
  const [isOpen, setOpen] = useState(false);
  const [heir, setHeir] = useState<Heir>(null);
  const write = useDeactivation(loaded, heir, () => setOpen(false));
  const name = personName(loaded.person);
  const close = () => {
    write.cancel();
    setOpen(false);
  };
  return (
    <>
      <Button kind="danger" onPress={() => setOpen(true)}>
        {t('deactivate')}
      </Button>
      {isOpen && (
        <HandOver loaded={loaded} heir={heir} onHeir={setHeir} write={write} onClose={close}>
          {write.preview && write.step !== 'none' && (
            <ImpactDialog
              title={t('deactivate.impact', { name })}
              preview={write.preview}
              confirm={t('deactivate.confirm')}
              kind="danger"
              isBusy={write.step === 'saving'}
              error={write.error}
              onConfirm={() => void write.confirm()}
              onClose={write.cancel}
            />
          )}
        </HandOver>
      )}
    </>
  );
}

function useDeactivation({ person, etag }: LoadedCollaborator, heir: Heir, onDone: () => void) {
  const t = useTexts('collaborators');
  const { office } = useOffice();
  const invalidate = useInvalidateOffice();
  return usePreviewedWrite<SavedCollaborator>(
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.POST('/v1/offices/{office}/collaborators/{id}/deactivate', {
          params: {
            path: { office, id: person.id },
            query: dryRun ? { dryRun } : {},
            header: { 'Idempotency-Key': idempotencyKey, 'If-Match': etag ?? '*' },
          },
          body: heir ? { handOverTo: heir.id } : {},
        }),
      ),
    async () => {
      onDone();
      await invalidate();
      showToast({ message: t('deactivate.done', { name: personName(person) }) });
    },
  );
}

interface HandOverProps {
  loaded: LoadedCollaborator;
  heir: Heir;
  onHeir: (heir: Heir) => void;
  write: PreviewedWrite;
  onClose: () => void;
  children: React.ReactNode;
}

/** Who answers for the dossiers from now on; nobody has to. */
function HandOver({ loaded: { person }, heir, onHeir, write, onClose, children }: HandOverProps) {
  const t = useTexts('collaborators');
  const { office } = useOffice();
  return (
    <Dialog
      title={t('deactivate.title', { name: personName(person) })}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="danger" isPending={write.step === 'previewing'} onPress={() => void write.begin()}>
            {t('deactivate.next')}
          </Button>
        </>
      }
    >
      {write.error && !write.preview ? <Trouble error={write.error} /> : null}
      <p>{t('deactivate.text')}</p>
      <PickOne<Collaborator>
        label={t('deactivate.heir')}
        description={t('deactivate.heir_help')}
        queryKey={['office', office, 'collaborators', 'active']}
        search={(q) => searchCollaborators(office, q, { status: 'active' })}
        nameOf={personName}
        noteOf={({ email }) => email}
        value={heir}
        onChange={(item) => onHeir(item && { id: item.id, name: personName(item) })}
      />
      {children}
    </Dialog>
  );
}

function Reactivate({ loaded: { person, etag } }: Props) {
  const t = useTexts('collaborators');
  const { office } = useOffice();
  const invalidate = useInvalidateOffice();
  const name = personName(person);
  const write = usePreviewedWrite<SavedCollaborator>(
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.PATCH('/v1/offices/{office}/collaborators/{id}', {
          params: {
            path: { office, id: person.id },
            query: dryRun ? { dryRun } : {},
            header: { 'Idempotency-Key': idempotencyKey, 'If-Match': etag ?? '*' },
          },
          body: { status: 'active' },
        }),
      ),
    async () => {
      await invalidate();
      showToast({ message: t('reactivate.done', { name }) });
    },
  );
  return (
    <>
      <Button kind="primary" isPending={write.step === 'previewing'} onPress={() => void write.begin()}>
        {t('reactivate')}
      </Button>
      {write.error && !write.preview ? <Trouble error={write.error} /> : null}
      {write.preview && write.step !== 'none' && (
        <ImpactDialog
          title={t('reactivate.impact', { name })}
          preview={write.preview}
          confirm={t('reactivate')}
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </>
  );
}
