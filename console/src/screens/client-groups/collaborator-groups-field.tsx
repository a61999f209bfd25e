import { useCallback, type ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { Mark } from '../../parts/mark.js';
import { Picker } from '../../parts/picker.js';
import { useOffice } from '../../session/session-context.js';
import styles from './client-groups.module.css';
import type { CollaboratorGroupItem, ListDraft } from './draft.js';
import { searchCollaboratorGroups, type CollaboratorGroupListItem } from './queries.js';
import { Until } from './until.js';
import type { GroupEditor } from './use-group-editor.js';
import { useList } from './use-list.js';

const groupName = ({ name }: { name: string }) => name;

export function CollaboratorGroupsField({ editor }: { editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  const { base, draft, change } = editor;
  const edit = useCallback(
    (next: (list: ListDraft<CollaboratorGroupItem>) => ListDraft<CollaboratorGroupItem>) =>
      change((now) => ({ ...now, collaboratorGroups: next(now.collaboratorGroups) })),
    [change],
  );
  const { items, list, isChosen, onAdd, onRemove } = useList(
    base.members.collaboratorGroups,
    draft.collaboratorGroups,
    edit,
  );
  return (
    <div className={styles.block}>
      <Picker<CollaboratorGroupListItem>
        label={t('collaborator_groups')}
        description={t('collaborator_groups_help')}
        queryKey={['office', office, 'collaborator-groups']}
        search={(q) => searchCollaboratorGroups(office, q)}
        nameOf={groupName}
        noteOf={({ counts }) => t('members', { count: counts.members })}
        isChosen={isChosen}
        onAdd={({ id, name, counts }) => onAdd({ id, name, members: counts.members })}
        onRemove={onRemove}
      />
      <ChosenList
        label={t('collaborator_groups_of_group')}
        items={items}
        nameOf={groupName}
        marksOf={useCallback(
          (group: (typeof items)[number]): ReactNode => (
            <>
              {list.added.has(group.id) && <Mark kind="new">{t('mark.added')}</Mark>}
              <Mark>{t('members', { count: group.members })}</Mark>
              <Until instant={group.expiresAt} />
            </>
          ),
          [list, t],
        )}
        onRemove={onRemove}
        empty={t('collaborator_groups_none')}
      />
    </div>
  );
}
