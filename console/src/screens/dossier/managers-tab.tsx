import { useState } from 'react';
import { answerOf, api } from '../../api/client.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Mark } from '../../parts/mark.js';
import { useOffice } from '../../session/session-context.js';
import { PeopleChooser } from '../monitor/choosers.js';
import { useNames } from '../monitor/use-names.js';
import { useDossier, useMay, type LoadedDossier } from './dossier.js';
import styles from './dossier.module.css';
import { SaveForm } from './save-form.js';
import { headersOf, queryOf, useDossierWrite } from './use-dossier-write.js';

interface Draft {
  added: readonly string[];
  removed: readonly string[];
  primary: string | undefined;
}

const untouched: Draft = { added: [], removed: [], primary: undefined };

/** « Gestionnaire de dossier »: who answers for the dossier, and who of them first. */
export function ManagersTab() {
  const t = useTexts('dossier');
  const dossier = useDossier();
  const may = useMay(dossier);
  const [draft, setDraft] = useState(untouched);
  const names = useNames();
  if (!may('assign_manager')) return <ManagerList dossier={dossier} draft={untouched} />;
  const isDirty =
    draft !== untouched && (draft.added.length > 0 || draft.removed.length > 0 || draft.primary !== undefined);
  return (
    <ManagerForm dossier={dossier} draft={draft} isDirty={isDirty} onChange={setDraft}>
      <ManagerList dossier={dossier} draft={draft} onChange={setDraft} />
      <PeopleChooser
        label={t('managers.add')}
        description={t('managers.help')}
        chosen={draft.added}
        onChange={(added) =>
          setDraft({
            ...draft,
            added: added.filter((id) => !dossier.managers.some(({ collaborator }) => collaborator === id)),
          })
        }
      />
      {draft.primary && <p role="status">{t('managers.will_be_primary', { name: names.person(draft.primary) })}</p>}
    </ManagerForm>
  );
}

interface FormProps {
  dossier: LoadedDossier;
  draft: Draft;
  isDirty: boolean;
  onChange: (draft: Draft) => void;
  children: React.ReactNode;
}

function ManagerForm({ dossier, draft, isDirty, onChange, children }: FormProps) {
  const t = useTexts('dossier');
  const { office } = useOffice();
  const form = useDossierWrite(
    dossier,
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.PATCH('/v1/offices/{office}/dossiers/{id}/managers', {
          params: {
            path: { office, id: dossier.id },
            query: queryOf(dryRun),
            header: headersOf('*', idempotencyKey),
          },
          body: {
            add: [...draft.added],
            remove: [...draft.removed],
            ...(draft.primary && { primary: draft.primary }),
          },
        }),
      ),
    () => onChange(untouched),
  );
  return (
    <SaveForm {...form} label={t('tab.managers')} isDirty={isDirty} onDiscard={() => onChange(untouched)}>
      {children}
    </SaveForm>
  );
}

function ManagerList({
  dossier: { managers },
  draft,
  onChange,
}: {
  dossier: LoadedDossier;
  draft: Draft;
  onChange?: (draft: Draft) => void;
}) {
  const t = useTexts('dossier');
  const names = useNames();
  const staying = managers.filter(({ collaborator }) => !draft.removed.includes(collaborator));
  if (staying.length === 0) return <p className="quiet">{t('managers.none')}</p>;
  return (
    <ul aria-label={t('tab.managers')} className={styles.people}>
      {staying.map(({ collaborator, primary }) => (
        <li key={collaborator}>
          <span className={styles.name}>{names.person(collaborator)}</span>
          {primary && <Mark kind="new">{t('managers.primary')}</Mark>}
          {onChange && !primary && (
            <Button
              small
              aria-label={t('managers.make_primary_of', { name: names.person(collaborator) })}
              onPress={() => onChange({ ...draft, primary: collaborator })}
            >
              {t('managers.make_primary')}
            </Button>
          )}
          {onChange && (
            <Button
              small
              aria-label={t('remove', { name: names.person(collaborator) })}
              onPress={() =>
                onChange({
                  ...draft,
                  removed: [...draft.removed, collaborator],
                  primary: draft.primary === collaborator ? undefined : draft.primary,
                })
              }
            >
              ×
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
