import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { answerOf, api } from '../../api/client.js';
import { usePreviewedWrite, type PreviewedWrite } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useOfferUndo } from '../../api/use-offer-undo.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Choice } from '../../parts/choice.js';
import { Dialog } from '../../parts/dialog.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Trouble } from '../../parts/states.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import styles from './client-groups.module.css';
import { groupNamesQuery, type LoadedGroup } from './queries.js';

/** Deleting a group asks first what becomes of its dossiers (rule 28), then shows what that does. */
export function DeleteGroup({ group }: { group: LoadedGroup }) {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  const [isOpen, setOpen] = useState(false);
  const [target, setTarget] = useState('');
  const write = useDeletion(group, target, () => setOpen(false));
  return (
    <>
      <Button kind="danger" onPress={() => setOpen(true)}>
        {t('delete')}
      </Button>
      {isOpen && write.step !== 'asking' && !(write.step === 'saving' && write.preview) && (
        <WhatOfTheDossiers
          group={group}
          office={office}
          write={write}
          onClose={() => setOpen(false)}
          {...{ target, setTarget }}
        />
      )}
      {isOpen && write.preview && (
        <ImpactDialog
          title={t('delete.impact', { name: group.name })}
          preview={write.preview}
          confirm={t('delete.confirm')}
          kind="danger"
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </>
  );
}

function useDeletion(group: LoadedGroup, target: string, onDone: () => void): PreviewedWrite {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  const navigate = useNavigate();
  const invalidate = useInvalidateOffice();
  const offerUndo = useOfferUndo();
  return usePreviewedWrite<{ deleted: true; revision: string }>(
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.DELETE('/v1/offices/{office}/client-groups/{id}', {
          params: {
            path: { office, id: group.id },
            query: { ...(dryRun && { dryRun }), ...(target && { moveDossiersTo: target }) },
            header: { 'Idempotency-Key': idempotencyKey, 'If-Match': group.etag ?? '*' },
          },
        }),
      ),
    async ({ body }) => {
      onDone();
      await navigate(pathIn(office, 'client-groups'));
      await invalidate();
      offerUndo(t('delete.done', { name: group.name }), body.revision);
    },
  );
}

interface WhatProps {
  group: LoadedGroup;
  office: string;
  write: PreviewedWrite;
  target: string;
  setTarget: (target: string) => void;
  onClose: () => void;
}

function WhatOfTheDossiers({ group, office, write, target, setTarget, onClose }: WhatProps) {
  const t = useTexts('client-groups');
  const { data: names } = useQuery(groupNamesQuery(office));
  const count = group.members.dossiers.length;
  const others = [...(names ?? [])].filter(([id]) => id !== group.id).map(([value, label]) => ({ value, label }));
  return (
    <Dialog
      title={t('delete.title', { name: group.name })}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('delete.keep')}</Button>
          <Button kind="danger" isPending={write.step === 'previewing'} onPress={() => void write.begin()}>
            {t('delete.next')}
          </Button>
        </>
      }
    >
      {write.error ? <Trouble error={write.error} /> : null}
      <p>{t('delete.text')}</p>
      {count > 0 && (
        <div className={styles.choices}>
          <Choice
            label={t('delete.what', { count })}
            value={target}
            options={[
              { value: '', label: t('delete.leave') },
              ...others.map(({ value, label }) => ({ value, label: t('delete.move', { name: label }) })),
            ]}
            onChange={setTarget}
          />
        </div>
      )}
    </Dialog>
  );
}
