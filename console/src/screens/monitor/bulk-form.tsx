import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useTexts } from '../../i18n/texts.js';
import { Choice } from '../../parts/choice.js';
import type { BulkDraft } from './bulk.js';
import { GroupChooser, PeopleChooser } from './choosers.js';
import { LabelChooser } from './labels.js';
import styles from './monitor.module.css';

interface Props {
  draft: BulkDraft;
  onChange: (draft: BulkDraft) => void;
}

/** What is to be changed; what is left alone stays as it is. */
export function BulkForm({ draft, onChange }: Props) {
  const t = useTexts('monitor');
  const ability = useOfficeAbility();
  const set = (change: Partial<BulkDraft>) => onChange({ ...draft, ...change });
  return (
    <div className={styles.form}>
      <p>{t('bulk.help')}</p>
      {ability.can('assign_client_group', 'dossier') && <GroupFields draft={draft} set={set} />}
      {ability.can('assign_manager', 'dossier') && (
        <>
          <PeopleChooser
            label={t('bulk.add_managers')}
            chosen={draft.addManagers}
            onChange={(addManagers) => set({ addManagers })}
          />
          <PeopleChooser
            label={t('bulk.remove_managers')}
            chosen={draft.removeManagers}
            onChange={(removeManagers) => set({ removeManagers })}
          />
        </>
      )}
      <LabelChooser
        label={t('bulk.add_labels')}
        chosen={draft.addLabels}
        onChange={(addLabels) => set({ addLabels })}
      />
      <LabelChooser
        label={t('bulk.remove_labels')}
        chosen={draft.removeLabels}
        onChange={(removeLabels) => set({ removeLabels })}
      />
    </div>
  );
}

function GroupFields({ draft, set }: { draft: BulkDraft; set: (change: Partial<BulkDraft>) => void }) {
  const t = useTexts('monitor');
  return (
    <>
      <Choice
        label={t('bulk.group')}
        value={draft.group}
        options={(['keep', 'move', 'none'] as const).map((value) => ({ value, label: t(`bulk.group.${value}`) }))}
        onChange={(group) => set({ group })}
      />
      {draft.group === 'move' && (
        <GroupChooser single label={t('bulk.move_to')} chosen={draft.moveTo} onChange={(moveTo) => set({ moveTo })} />
      )}
    </>
  );
}
