import { useQuery } from '@tanstack/react-query';
import { useCallback, type ReactNode } from 'react';
import { useTexts } from '../../i18n/texts.js';
import { ChosenList } from '../../parts/chosen-list.js';
import { Mark } from '../../parts/mark.js';
import { Picker } from '../../parts/picker.js';
import { useOffice } from '../../session/session-context.js';
import styles from './client-groups.module.css';
import type { DossierItem, ListDraft } from './draft.js';
import { groupNamesQuery, searchDossiers, type DossierListItem } from './queries.js';
import { Until } from './until.js';
import type { GroupEditor } from './use-group-editor.js';
import { useList } from './use-list.js';

const dossierName = ({ name, code }: { name: string; code: string | null }) => (code ? `${name} (${code})` : name);

export function DossiersField({ editor }: { editor: GroupEditor }) {
  const t = useTexts('client-groups');
  const { office } = useOffice();
  const { data: names } = useQuery(groupNamesQuery(office));
  const { base, draft, change } = editor;
  const edit = useCallback(
    (next: (list: ListDraft<DossierItem>) => ListDraft<DossierItem>) =>
      change((now) => ({ ...now, dossiers: next(now.dossiers) })),
    [change],
  );
  const { items, list, isChosen, onAdd, onRemove } = useList(base.members.dossiers, draft.dossiers, edit);
  const present = ({ clientGroup }: DossierListItem) =>
    clientGroup && clientGroup !== editor.base.id ? (names?.get(clientGroup) ?? clientGroup) : null;
  return (
    <div className={styles.block}>
      <Picker<DossierListItem>
        label={t('dossiers')}
        description={t('dossiers_help')}
        queryKey={['office', office, 'dossiers']}
        search={(q) => searchDossiers(office, q)}
        nameOf={dossierName}
        noteOf={(dossier) => {
          const group = present(dossier);
          if (group) return t('dossier.in', { group });
          return dossier.clientGroup ? t('dossier.here') : t('dossier.without');
        }}
        isChosen={isChosen}
        onAdd={(dossier) => onAdd({ ...dossier, leaves: present(dossier) })}
        onRemove={onRemove}
      />
      <ChosenList
        label={t('dossiers_of_group')}
        items={items}
        nameOf={dossierName}
        marksOf={useCallback(
          (dossier: (typeof items)[number]): ReactNode => (
            <>
              {list.added.has(dossier.id) && <Mark kind="new">{t('mark.added')}</Mark>}
              {dossier.leaves && <Mark kind="warning">{t('mark.leaves', { group: dossier.leaves })}</Mark>}
              {dossier.status !== 'active' && <Mark kind="warning">{t('mark.dormant')}</Mark>}
              <Until instant={dossier.expiresAt} />
            </>
          ),
          [list, t],
        )}
        onRemove={onRemove}
        empty={t('dossiers_none')}
      />
    </div>
  );
}
