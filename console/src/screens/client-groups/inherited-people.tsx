import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { Mark } from '../../parts/mark.js';
import styles from './client-groups.module.css';
import { personName } from './person-name.js';
import type { GroupEditor } from './use-group-editor.js';

/** People who are in the group through a collaborator group: they cannot be taken out here, only with that group. */
export function InheritedPeople({ editor: { base } }: { editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const formats = useFormats();
  const { inherited, collaboratorGroups } = base.members;
  if (inherited.length === 0) return null;
  const names = new Map(collaboratorGroups.map(({ id, name }) => [id, name]));
  return (
    <section className={styles.inherited}>
      <h3>{t('inherited')}</h3>
      <p className="quiet">{t('inherited_help')}</p>
      <ChosenList
        label={t('inherited')}
        items={inherited}
        nameOf={personName}
        marksOf={({ via, status }) => (
          <>
            <Mark>{t('mark.via', { groups: formats.list(via.map((id) => names.get(id) ?? id)) })}</Mark>
            {status !== 'active' && <Mark kind="warning">{t('mark.inactive')}</Mark>}
          </>
        )}
        empty=""
      />
    </section>
  );
}
