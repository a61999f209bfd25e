import { useState } from 'react';
import { ApiError } from '../../api/api-error.js';
import { answerOf, api } from '../../api/client.js';
import { languages } from '../../i18n/language.js';
import { useTexts } from '../../i18n/texts.js';
import { Choice } from '../../parts/choice.js';
import { Notice } from '../../parts/notice.js';
import { TextField } from '../../parts/text-field.js';
import { useOffice } from '../../session/session-context.js';
import { Check } from '../monitor/filters.js';
import { LabelChooser } from '../monitor/labels.js';
import { useDossier, type LoadedDossier } from './dossier.js';
import { GroupTab } from './group-tab.js';
import { SaveForm } from './save-form.js';
import { headersOf, queryOf, useDossierWrite } from './use-dossier-write.js';

type Edited = Pick<LoadedDossier, 'name' | 'code' | 'enterpriseNumber' | 'email' | 'language' | 'labels' | 'private'>;
type Draft = Partial<Edited>;

/** « Dossier et données client »: what is known of the client, whether the dossier is private, and its group. */
export function SettingsTab() {
  const t = useTexts('dossier');
  const { clientGroup } = useDossier();
  return (
    <>
      <h2>{t('settings')}</h2>
      <SettingsForm />
      {clientGroup !== undefined && (
        <section aria-labelledby="settings-group">
          <h2 id="settings-group">{t('tab.client-group')}</h2>
          <GroupTab />
        </section>
      )}
    </>
  );
}

function SettingsForm() {
  const t = useTexts('dossier');
  const dossier = useDossier();
  const { office } = useOffice();
  const [draft, setDraft] = useState<Draft>({});
  const changes = changesOf(dossier, draft);
  const form = useDossierWrite(
    dossier,
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.PATCH('/v1/offices/{office}/dossiers/{id}', {
          params: {
            path: { office, id: dossier.id },
            query: queryOf(dryRun),
            header: headersOf(dossier.etag, idempotencyKey),
          },
          body: changes,
        }),
      ),
    () => setDraft({}),
  );
  return (
    <SaveForm {...form} label={t('settings')} isDirty={Object.keys(changes).length > 0} onDiscard={() => setDraft({})}>
      <Fields
        shown={{ ...dossier, ...draft }}
        was={dossier}
        error={form.write.error}
        set={(change) => setDraft({ ...draft, ...change })}
      />
    </SaveForm>
  );
}

interface FieldsProps {
  shown: Edited;
  was: LoadedDossier;
  error: unknown;
  set: (change: Draft) => void;
}

function Fields({ shown, was, error, set }: FieldsProps) {
  const t = useTexts('dossier');
  const errorAt = (path: string) =>
    error instanceof ApiError ? error.problem.errors?.find((one) => one.path === path)?.message : undefined;
  const text = (field: 'code' | 'enterpriseNumber' | 'email') => (
    <TextField
      label={t(`field.${field}`)}
      type={field === 'email' ? 'email' : 'text'}
      value={shown[field] ?? ''}
      error={errorAt(field)}
      onChange={(value) => set({ [field]: value.trim() === '' ? null : value })}
    />
  );
  return (
    <>
      <TextField
        label={t('field.name')}
        isRequired
        value={shown.name}
        error={errorAt('name')}
        onChange={(name) => set({ name })}
      />
      {text('code')}
      {text('enterpriseNumber')}
      {text('email')}
      <Choice
        label={t('field.language')}
        value={shown.language ?? ''}
        options={['' as const, ...languages].map((value) => ({ value, label: t(`language.${value || 'none'}`) }))}
        onChange={(language) => set({ language: language === '' ? null : language })}
      />
      <LabelChooser
        label={t('field.labels')}
        chosen={shown.labels}
        onChange={(labels) => set({ labels: [...labels] })}
      />
      <Check label={t('field.private')} isOn={shown.private} onChange={(isPrivate) => set({ private: isPrivate })} />
      {shown.private !== was.private && (
        <Notice kind="warning" announce="status">
          <p>{shown.private ? t('private.on') : t('private.off')}</p>
        </Notice>
      )}
    </>
  );
}

/** Only what differs from the version that is edited. */
function changesOf(dossier: LoadedDossier, draft: Draft): Draft {
  const same = (field: keyof Edited) => JSON.stringify(dossier[field]) === JSON.stringify(draft[field]);
  return Object.fromEntries(Object.entries(draft).filter(([field]) => !same(field as keyof Edited)));
}
