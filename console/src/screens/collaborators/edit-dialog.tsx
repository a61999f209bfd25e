import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Form } from 'react-aria-components';
import { ApiError } from '../../api/api-error.js';
import { personName, useOfficeNames } from '../../api/office-names.js';
import { languages, type Language } from '../../i18n/language.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Choice } from '../../parts/choice.js';
import { Dialog } from '../../parts/dialog.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Notice } from '../../parts/notice.js';
import { RecordedChanges } from '../../parts/recorded-changes.js';
import { QueryStates, Trouble } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { useOffice } from '../../session/session-context.js';
import styles from './collaborators.module.css';
import { GroupsFields } from './groups-fields.js';
import { collaboratorQuery, type LoadedCollaborator, type Profile } from './queries.js';
import { useCollaboratorEditor, type CollaboratorEditor } from './use-collaborator-editor.js';

/** The popup « Modifier un collaborateur ». */
export function EditCollaborator({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTexts('collaborators');
  const { office } = useOffice();
  const query = useQuery(collaboratorQuery(office, id));
  if (query.data) return <CollaboratorDialog loaded={query.data} isNew={false} onClose={onClose} />;
  return (
    <Dialog wide title={t('edit')} onClose={onClose} actions={<Button onPress={onClose}>{t('cancel')}</Button>}>
      <QueryStates query={query}>{() => null}</QueryStates>
    </Dialog>
  );
}

export function NewCollaborator({ onClose }: { onClose: () => void }) {
  const { language } = useOffice();
  const [loaded] = useState<LoadedCollaborator>(() => ({
    etag: null,
    person: {
      id: crypto.randomUUID(),
      firstName: '',
      lastName: '',
      email: '',
      profile: 'collaborator',
      language,
      status: 'active',
    },
  }));
  return <CollaboratorDialog loaded={loaded} isNew onClose={onClose} />;
}

interface Props {
  loaded: LoadedCollaborator;
  isNew: boolean;
  onClose: () => void;
}

function CollaboratorDialog({ loaded, isNew, onClose }: Props) {
  const t = useTexts('collaborators');
  const form = useId();
  const editor = useCollaboratorEditor(loaded, isNew, onClose);
  const { write, dirty, person } = editor;
  const isBusy = write.step === 'previewing' || write.step === 'saving';
  const isAsking = write.preview !== undefined && write.step !== 'none';
  return (
    <Dialog
      wide
      // A click beside it must not lose what has been typed.
      role={dirty ? 'alertdialog' : 'dialog'}
      title={isNew ? t('new') : t('edit_title', { name: personName(person) })}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose} isDisabled={isBusy}>
            {t('cancel')}
          </Button>
          <Button kind="primary" type="submit" form={form} isPending={isBusy} isDisabled={!dirty}>
            {t('save')}
          </Button>
        </>
      }
    >
      <Form
        id={form}
        className={styles.form}
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          void write.begin();
        }}
      >
        <Fields editor={editor} />
      </Form>
      {isAsking && write.preview && (
        <ImpactDialog
          title={t('impact', { name: personName(person) })}
          preview={write.preview}
          confirm={t('confirm')}
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </Dialog>
  );
}

function Fields({ editor }: { editor: CollaboratorEditor }) {
  const { draft, change, write, isNew } = editor;
  const t = useTexts('collaborators');
  const errors = write.preview ? {} : errorsOf(write.error);
  return (
    <>
      <Conflict editor={editor} />
      {errors.other ? <Trouble error={errors.other} /> : null}
      <div className={styles.pair}>
        <TextField
          label={t('first_name')}
          autoFocus
          value={draft.firstName}
          error={errors.at?.('firstName')}
          onChange={(firstName) => change((now) => ({ ...now, firstName }))}
        />
        <TextField
          label={t('last_name')}
          value={draft.lastName}
          error={errors.at?.('lastName')}
          onChange={(lastName) => change((now) => ({ ...now, lastName }))}
        />
      </div>
      <TextField
        label={t('email')}
        type="email"
        isRequired
        value={draft.email}
        error={errors.at?.('email')}
        onChange={(email) => change((now) => ({ ...now, email }))}
      />
      <ProfileAndLanguage editor={editor} />
      {isNew ? <p className="quiet">{t('groups_after')}</p> : <GroupsFields editor={editor} />}
    </>
  );
}

function ProfileAndLanguage({ editor: { draft, change } }: { editor: CollaboratorEditor }) {
  const t = useTexts('collaborators');
  return (
    <div className={styles.pair}>
      <Choice<Profile>
        label={t('profile')}
        value={draft.profile}
        options={(['admin', 'collaborator', 'support'] as const).map((value) => ({
          value,
          label: t(`profile.${value}`),
        }))}
        onChange={(profile) => change((now) => ({ ...now, profile }))}
        description={t(`profile_help.${draft.profile}`)}
      />
      <Choice<Language>
        label={t('language')}
        value={draft.language}
        options={languages.map((value) => ({ value, label: t(`language.${value}`) }))}
        onChange={(language) => change((now) => ({ ...now, language }))}
      />
    </div>
  );
}

/** Somebody else saved them meanwhile: what they changed. Saving again applies the own changes on top of it. */
function Conflict({ editor: { conflict } }: { editor: CollaboratorEditor }) {
  const t = useTexts('collaborators');
  const names = useOfficeNames();
  if (!conflict) return null;
  const nameOf = (reference: string) => {
    const id = reference.slice(reference.indexOf(':') + 1);
    if (reference.startsWith('client_group:')) return names.clientGroup(id);
    return reference.startsWith('collaborator_group:') ? names.collaboratorGroup(id) : names.collaborator(id);
  };
  return (
    <Notice kind="warning" announce="alert" title={t('conflict.title')}>
      <RecordedChanges changes={conflict} nameOf={nameOf} />
      <p>{t('conflict.help')}</p>
    </Notice>
  );
}

/** Codes that are about the address, where the service names no field. */
const emailCodes = ['email_taken'];

function errorsOf(error: unknown): { at?: (path: string) => string | undefined; other?: unknown } {
  if (!(error instanceof ApiError)) return { other: error };
  const { errors = [], detail, code } = error.problem;
  const at = (path: string) =>
    errors.find((one) => one.path === path)?.message ??
    (path === 'email' && emailCodes.includes(code) ? detail : undefined);
  const isTold = ['firstName', 'lastName', 'email'].some((path) => at(path) !== undefined);
  return isTold ? { at } : { other: error };
}
