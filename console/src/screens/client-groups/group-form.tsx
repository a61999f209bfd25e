import { Form } from 'react-aria-components';
import { ApiError } from '../../api/api-error.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Trouble } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { UnsavedChanges } from '../../parts/unsaved-changes.js';
import styles from './client-groups.module.css';
import { ConflictNotice } from './conflict-notice.js';
import { CollaboratorGroupsField } from './collaborator-groups-field.js';
import { CollaboratorsField } from './collaborators-field.js';
import { DossiersField } from './dossiers-field.js';
import { InheritedPeople } from './inherited-people.js';
import type { LoadedGroup } from './queries.js';
import { useGroupEditor, type GroupEditor } from './use-group-editor.js';
import { useTwinWarning } from './use-twin-warning.js';

/** Codes that are about one field, where the service names none. */
const nameCodes = ['group_name_blank', 'group_name_taken'];

function errorsOf(error: unknown): { name?: string; email?: string; other?: unknown } {
  if (!(error instanceof ApiError)) return { other: error };
  const at = (path: string) => error.problem.errors?.find((one) => one.path === path)?.message;
  const name = at('name') ?? (nameCodes.includes(error.code) ? error.problem.detail : undefined);
  const email = at('email');
  return { name, email, other: name === undefined && email === undefined ? error : undefined };
}

export function GroupForm({ loaded }: { loaded: LoadedGroup }) {
  const t = useTexts('client-groups');
  const editor = useGroupEditor(loaded);
  const { write, conflict } = editor;
  const isAsking = write.preview !== undefined && write.step !== 'none';
  const errors = isAsking ? {} : errorsOf(write.error);
  return (
    <Form
      className={styles.form}
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void write.begin();
      }}
    >
      <UnsavedChanges isDirty={editor.mayNotLeave} />
      {conflict && <ConflictNotice conflict={conflict} editor={editor} />}
      {errors.other ? <Trouble error={errors.other} /> : null}
      <NameAndEmail editor={editor} errors={errors} />
      <DossiersField editor={editor} />
      <CollaboratorsField editor={editor} />
      <CollaboratorGroupsField editor={editor} />
      <InheritedPeople editor={editor} />
      <SaveBar editor={editor} />
      {isAsking && write.preview && (
        <ImpactDialog
          title={t('impact', { name: editor.draft.name })}
          preview={write.preview}
          confirm={t('confirm')}
          isBusy={write.step === 'saving'}
          error={write.error}
          onConfirm={() => void write.confirm()}
          onClose={write.cancel}
        />
      )}
    </Form>
  );
}

function NameAndEmail({ editor, errors }: { editor: GroupEditor; errors: { name?: string; email?: string } }) {
  const t = useTexts('client-groups');
  const { draft, base, change } = editor;
  const twin = useTwinWarning(base, draft.name);
  return (
    <>
      <TextField
        label={t('name')}
        isRequired
        value={draft.name}
        onChange={(name) => change((now) => ({ ...now, name }))}
        error={errors.name}
        description={twin}
      />
      <TextField
        label={t('email')}
        type="email"
        value={draft.email}
        onChange={(email) => change((now) => ({ ...now, email }))}
        error={errors.email}
        description={t('email_help')}
      />
    </>
  );
}

function SaveBar({ editor: { write, dirty, isNew, discard } }: { editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const isBusy = write.step === 'previewing' || write.step === 'saving';
  return (
    <div className={styles.save}>
      <Button kind="primary" type="submit" isPending={isBusy} isDisabled={!dirty && !isNew}>
        {t('save')}
      </Button>
      {dirty && (
        <Button onPress={discard} isDisabled={isBusy}>
          {t('discard')}
        </Button>
      )}
      <span role="status" className="quiet">
        {isBusy ? t('busy') : dirty ? t('unsaved') : ''}
      </span>
    </div>
  );
}
