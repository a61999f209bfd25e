import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.js';
import { useNames } from '../monitor/use-names.js';
import { Button } from '../../parts/button.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Notice } from '../../parts/notice.js';
import { RecordedChanges } from '../../parts/recorded-changes.js';
import { Trouble } from '../../parts/states.js';
import { UnsavedChanges } from '../../parts/unsaved-changes.js';
import styles from './dossier.module.css';
import type { DossierWrite } from './use-dossier-write.js';

interface Props extends DossierWrite {
  label: string;
  /** `true` where there is something to save. */
  isDirty: boolean;
  onDiscard: () => void;
  save?: string;
  children: ReactNode;
}

/** A form of the dossier: its fields, what went wrong, the way to save, and the effect of saving before it takes place. */
export function SaveForm({ label, isDirty, onDiscard, write, conflict, save, children }: Props) {
  const t = useTexts('dossier');
  const isAsking = write.preview !== undefined && write.step !== 'none';
  const isBusy = write.step === 'previewing' || write.step === 'saving';
  return (
    <form
      aria-label={label}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isDirty) void write.begin();
      }}
    >
      <UnsavedChanges isDirty={() => isDirty} />
      {conflict && <Conflict changes={conflict} />}
      {write.error && !isAsking ? <Trouble error={write.error} /> : null}
      {children}
      <div className={styles.save}>
        <Button kind="primary" type="submit" isPending={isBusy} isDisabled={!isDirty}>
          {save ?? t('save')}
        </Button>
        {isDirty && (
          <Button onPress={onDiscard} isDisabled={isBusy}>
            {t('discard')}
          </Button>
        )}
        <span role="status" className="quiet">
          {isBusy ? t('busy') : isDirty ? t('unsaved') : ''}
        </span>
      </div>
      {isAsking && write.preview && (
        <ImpactDialog
          title={t('impact')}
          preview={write.preview}
          confirm={t('confirm')}
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </form>
  );
}

function Conflict({ changes }: { changes: DossierWrite['conflict'] & object }) {
  const t = useTexts('dossier');
  const names = useNames();
  return (
    <Notice kind="warning" announce="alert" title={t('conflict.title')}>
      <RecordedChanges changes={changes} nameOf={(reference) => nameOfReference(reference, names)} />
      <p>{t('conflict.text')}</p>
    </Notice>
  );
}

/** The name of something that the trail names by type and id. */
export function nameOfReference(reference: string, names: ReturnType<typeof useNames>): string {
  const at = reference.indexOf(':');
  const id = reference.slice(at + 1);
  if (reference.startsWith('collaborator:')) return names.person(id);
  if (reference.startsWith('client_group:')) return names.group(id);
  return id;
}
