import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Notice } from '../../parts/notice.js';
import { RecordedChanges } from '../../parts/recorded-changes.js';
import { personName } from './person-name.js';
import type { LoadedGroup } from './queries.js';
import type { Conflict, GroupEditor } from './use-group-editor.js';

/** Somebody else saved the group meanwhile: what they changed, and the own changes to apply on top of it. */
export function ConflictNotice({ conflict, editor }: { conflict: Conflict; editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const names = namesIn(conflict.before, editor.base);
  return (
    <Notice
      kind="warning"
      announce="alert"
      title={t('conflict.title')}
      actions={
        <>
          <Button
            kind="primary"
            isDisabled={!editor.dirty}
            onPress={() => {
              editor.settleConflict();
              void editor.write.begin();
            }}
          >
            {t('conflict.again')}
          </Button>
          <Button onPress={editor.discard}>{t('conflict.discard')}</Button>
        </>
      }
    >
      <RecordedChanges changes={conflict.changes} nameOf={(reference) => names.get(reference) ?? reference} />
      <p>{editor.dirty ? t('conflict.help') : t('conflict.nothing_left')}</p>
    </Notice>
  );
}

/** What was there before and what is there now has names; other things are told by their ids. */
function namesIn(...groups: LoadedGroup[]): Map<string, string> {
  return new Map(
    groups.flatMap(({ members }) => [
      ...members.dossiers.map(({ id, name }) => [`dossier:${id}`, name] as const),
      ...members.collaborators.map((person) => [`collaborator:${person.id}`, personName(person)] as const),
      ...members.collaboratorGroups.map(({ id, name }) => [`collaborator_group:${id}`, name] as const),
    ]),
  );
}
