import { useCallback, type ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { Mark } from '../../parts/mark.js';
import { Picker } from '../../parts/picker.js';
import { useOffice } from '../../session/session-context.js';
import styles from './client-groups.module.css';
import type { PersonItem, ListDraft } from './draft.js';
import { personName } from './person-name.js';
import { searchCollaborators } from './queries.js';
import { Until } from './until.js';
import type { GroupEditor } from './use-group-editor.js';
import { useList } from './use-list.js';

export function CollaboratorsField({ editor }: { editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  const { base, draft, change } = editor;
  const edit = useCallback(
    (next: (list: ListDraft<PersonItem>) => ListDraft<PersonItem>) =>
      change((now) => ({ ...now, collaborators: next(now.collaborators) })),
    [change],
  );
  const { items, list, isChosen, onAdd, onRemove } = useList(base.members.collaborators, draft.collaborators, edit);
  return (
    <div className={styles.block}>
      <Picker<PersonItem>
        label={t('collaborators')}
        description={t('collaborators_help')}
        queryKey={['office', office, 'collaborators']}
        search={(q) => searchCollaborators(office, q)}
        nameOf={personName}
        noteOf={({ email, status }) => (status === 'active' ? email : `${email} – ${t('mark.inactive')}`)}
        isChosen={isChosen}
        onAdd={onAdd}
        onRemove={onRemove}
      />
      <ChosenList
        label={t('collaborators_of_group')}
        items={items}
        nameOf={personName}
        marksOf={useCallback(
          (person: (typeof items)[number]): ReactNode => (
            <>
              {list.added.has(person.id) && <Mark kind="new">{t('mark.added')}</Mark>}
              {person.status !== 'active' && <Mark kind="warning">{t('mark.inactive')}</Mark>}
              <Until instant={person.expiresAt} />
            </>
          ),
          [list, t],
        )}
        onRemove={onRemove}
        empty={t('collaborators_none')}
      />
    </div>
  );
}
