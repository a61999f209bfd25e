import { useCallback, type ReactNode } from 'react';
import { useOfficeNames } from '../../api/office-names.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { Mark } from '../../parts/mark.js';
import { Picker } from '../../parts/picker.js';
import { useOffice } from '../../session/session-context.js';
import styles from './collaborators.module.css';
import { add, remove, savedIds, type ListName } from './draft.js';
import { searchClientGroups, searchCollaboratorGroups, type NamedGroup } from './queries.js';
import type { CollaboratorEditor } from './use-collaborator-editor.js';

const groupName = ({ name }: NamedGroup) => name;

/** The field « Groupes de clients » of the popup, and the groups of collaborators that give more of them. */
export function GroupsFields({ editor }: { editor: CollaboratorEditor }) {
  const { office } = useOffice();
  const t = useTexts('collaborators');
  const names = useOfficeNames();
  return (
    <>
      <GroupsField
        editor={editor}
        name="clientGroups"
        label={t('client_groups')}
        help={t('client_groups_help')}
        listLabel={t('client_groups_own')}
        empty={t('client_groups_none')}
        queryKey={['office', office, 'client-groups']}
        search={(q) => searchClientGroups(office, q)}
        nameOf={names.clientGroup}
      />
      <Inherited editor={editor} names={names} />
      <GroupsField
        editor={editor}
        name="collaboratorGroups"
        label={t('collaborator_groups')}
        help={t('collaborator_groups_help')}
        listLabel={t('collaborator_groups_own')}
        empty={t('collaborator_groups_none')}
        queryKey={['office', office, 'collaborator-groups']}
        search={(q) => searchCollaboratorGroups(office, q)}
        nameOf={names.collaboratorGroup}
      />
    </>
  );
}

interface GroupsFieldProps {
  editor: CollaboratorEditor;
  name: ListName;
  label: string;
  help: string;
  listLabel: string;
  empty: string;
  queryKey: readonly unknown[];
  search: Parameters<typeof Picker<NamedGroup>>[0]['search'];
  nameOf: (id: string) => string;
}

function GroupsField(props: GroupsFieldProps) {
  const { editor, name, label, help, listLabel, empty, nameOf } = props;
  const t = useTexts('collaborators');
  const formats = useFormats();
  const { person, draft, change } = editor;
  const { added, removed } = draft[name];
  const saved = savedIds(person, name);
  const staying = saved.filter((id) => !removed.has(id)).map((id) => ({ id, name: nameOf(id) }));
  const ends = new Map((person[name] ?? []).map(({ id, expiresAt }) => [id, expiresAt]));
  const onAdd = (group: NamedGroup) => change((now) => ({ ...now, [name]: add(now[name], saved, group) }));
  const onRemove = (id: string) => change((now) => ({ ...now, [name]: remove(now[name], saved, id) }));
  return (
    <div className={styles.block}>
      <Picker
        label={label}
        description={help}
        queryKey={props.queryKey}
        search={props.search}
        nameOf={groupName}
        isChosen={(id) => added.has(id) || (saved.includes(id) && !removed.has(id))}
        onAdd={({ id, name: shown }) => onAdd({ id, name: shown })}
        onRemove={onRemove}
      />
      <ChosenList
        label={listLabel}
        items={[...added.values(), ...staying]}
        nameOf={groupName}
        marksOf={({ id }): ReactNode => {
          const end = ends.get(id);
          return (
            <>
              {added.has(id) && <Mark kind="new">{t('mark.added')}</Mark>}
              {end && <Mark>{t('mark.until', { date: formats.date(end) })}</Mark>}
            </>
          );
        }}
        onRemove={onRemove}
        empty={empty}
      />
    </div>
  );
}

/** Client groups that come with a collaborator group: locked here, for they go only with that group. */
function Inherited({
  editor: { person },
  names,
}: {
  editor: CollaboratorEditor;
  names: ReturnType<typeof useOfficeNames>;
}) {
  const t = useTexts('collaborators');
  const formats = useFormats();
  const inherited = [...Map.groupBy(person.inheritedClientGroups ?? [], ({ id }) => id)].map(([id, ways]) => ({
    id,
    name: names.clientGroup(id),
    via: formats.list(ways.map(({ via }) => names.collaboratorGroup(via))),
  }));
  const marksOf = useCallback(
    ({ via }: (typeof inherited)[number]) => (
      <Mark>
        <span aria-hidden="true">🔒 </span>
        {t('mark.via', { groups: via })}
      </Mark>
    ),
    [t],
  );
  if (inherited.length === 0) return null;
  return (
    <div className={styles.block}>
      <h3>{t('inherited')}</h3>
      <p className="quiet">{t('inherited_help')}</p>
      <ChosenList label={t('inherited')} items={inherited} nameOf={groupName} marksOf={marksOf} empty="" />
    </div>
  );
}
