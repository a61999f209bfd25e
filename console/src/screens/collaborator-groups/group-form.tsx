import { Form } from 'react-aria-components';
import { ApiError } from '../../api/api-error.js';
import { personName, useOfficeNames } from '../../api/office-names.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { ImpactDialog } from '../../parts/impact-dialog.js';
import { Mark } from '../../parts/mark.js';
import { Notice } from '../../parts/notice.js';
import { Picker } from '../../parts/picker.js';
import { RecordedChanges } from '../../parts/recorded-changes.js';
import { Trouble } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { UnsavedChanges } from '../../parts/unsaved-changes.js';
import { useOffice } from '../../session/session-context.js';
import { add, remove } from '../collaborators/draft.js';
import { searchCollaborators, type Collaborator } from '../collaborators/queries.js';
import styles from './groups.module.css';
import type { LoadedGroup } from './queries.js';
import { UsedBy } from './used-by.js';
import { useGroupEditor, type GroupEditor } from './use-group-editor.js';

/** Codes that are about the name, where the service names no field. */
const nameCodes = ['group_name_blank', 'group_name_taken'];

function nameErrorOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { errors, detail, code } = error.problem;
  return errors?.find(({ path }) => path === 'name')?.message ?? (nameCodes.includes(code) ? detail : undefined);
}

export function GroupForm({ loaded }: { loaded: LoadedGroup }) {
  const t = useTexts('collaborator-groups');
  const editor = useGroupEditor(loaded);
  const { write, draft, change } = editor;
  const isAsking = write.preview !== undefined && write.step !== 'none';
  const nameError = isAsking ? undefined : nameErrorOf(write.error);
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
      <Conflict editor={editor} />
      {write.error && !isAsking && !nameError ? <Trouble error={write.error} /> : null}
      <TextField
        label={t('name')}
        isRequired
        value={draft.name}
        error={nameError}
        onChange={(name) => change((now) => ({ ...now, name }))}
      />
      <Members editor={editor} />
      <UsedBy clientGroups={editor.group.clientGroups} />
      <SaveBar editor={editor} />
      {isAsking && write.preview && (
        <ImpactDialog
          title={t('impact', { name: draft.name })}
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

function Members({ editor: { group, draft, change } }: { editor: GroupEditor }) {
  const t = useTexts('collaborator-groups');
  const { office } = useOffice();
  const names = useOfficeNames();
  const { added, removed } = draft.members;
  const staying = group.members.filter((id) => !removed.has(id)).map((id) => ({ id, name: names.collaborator(id) }));
  const onRemove = (id: string) => change((now) => ({ ...now, members: remove(now.members, group.members, id) }));
  return (
    <div className={styles.block}>
      <Picker<Collaborator>
        label={t('members')}
        description={t('members_help')}
        queryKey={['office', office, 'collaborators']}
        search={(q) => searchCollaborators(office, q)}
        nameOf={personName}
        noteOf={({ email, status }) => (status === 'active' ? email : `${email} – ${t('inactive')}`)}
        isChosen={(id) => added.has(id) || (group.members.includes(id) && !removed.has(id))}
        onAdd={(person) => {
          const item = { id: person.id, name: personName(person) };
          change((now) => ({ ...now, members: add(now.members, group.members, item) }));
        }}
        onRemove={onRemove}
      />
      <ChosenList
        label={t('members_of_group')}
        items={[...added.values(), ...staying]}
        nameOf={({ name }) => name}
        marksOf={({ id }) => added.has(id) && <Mark kind="new">{t('mark.added')}</Mark>}
        onRemove={onRemove}
        empty={t('members_none')}
      />
    </div>
  );
}

/** Somebody else saved the group meanwhile: saving again applies the own changes on top of theirs. */
function Conflict({ editor: { conflict } }: { editor: GroupEditor }) {
  const t = useTexts('collaborator-groups');
  const names = useOfficeNames();
  if (!conflict) return null;
  return (
    <Notice kind="warning" announce="alert" title={t('conflict.title')}>
      <RecordedChanges
        changes={conflict}
        nameOf={(reference) => {
          const id = reference.slice(reference.indexOf(':') + 1);
          return reference.startsWith('client_group:') ? names.clientGroup(id) : names.collaborator(id);
        }}
      />
      <p>{t('conflict.help')}</p>
    </Notice>
  );
}

function SaveBar({ editor: { write, dirty, isNew, discard } }: { editor: GroupEditor }) {
  const t = useTexts('collaborator-groups');
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
    </div>
  );
}
