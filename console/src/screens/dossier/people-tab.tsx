import { useState } from 'react';
import { answerOf, api } from '../../api/client.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { TextField } from '../../parts/text-field.js';
import { useOffice } from '../../session/session-context.js';
import { PeopleChooser } from '../monitor/choosers.js';
import { useNames } from '../monitor/use-names.js';
import { BreakGlass } from './break-glass.js';
import { useDossier, type LoadedDossier } from './dossier.js';
import styles from './dossier.module.css';
import { SaveForm } from './save-form.js';
import { headersOf, queryOf, useDossierWrite } from './use-dossier-write.js';

/** Guests with their end, and those who are kept out whatever else would let them in. */
export function PeopleTab() {
  const t = useTexts('dossier');
  const dossier = useDossier();
  const { guests, excluded } = dossier;
  // The service shows them to whoever may change them.
  if (!guests || !excluded) return <p className="quiet">{t('people.hidden')}</p>;
  return (
    <>
      <PeopleForm dossier={dossier} list="guests" present={guests} />
      <PeopleForm dossier={dossier} list="exclusions" present={excluded} />
      {dossier.private && <BreakGlass id={dossier.id} />}
    </>
  );
}

interface Props {
  dossier: LoadedDossier;
  list: 'guests' | 'exclusions';
  present: NonNullable<LoadedDossier['guests']>;
}

interface Draft {
  added: readonly string[];
  removed: readonly string[];
  /** The last day, as a field of a date has it; empty: without an end. */
  until: string;
}

const untouched: Draft = { added: [], removed: [], until: '' };

function PeopleForm({ dossier, list, present }: Props) {
  const t = useTexts('dossier');
  const { office } = useOffice();
  const [draft, setDraft] = useState(untouched);
  const discard = () => setDraft(untouched);
  const expiresAt = draft.until ? new Date(`${draft.until}T23:59:59`).toISOString() : null;
  const form = useDossierWrite(
    dossier,
    ({ dryRun, idempotencyKey }) =>
      answerOf(
        api.PATCH(`/v1/offices/{office}/dossiers/{id}/${list}`, {
          params: {
            path: { office, id: dossier.id },
            query: queryOf(dryRun),
            header: headersOf('*', idempotencyKey),
          },
          body: { add: draft.added.map((collaborator) => ({ collaborator, expiresAt })), remove: [...draft.removed] },
        }),
      ),
    discard,
  );
  return (
    <section className={styles.part}>
      <h2>{t(`people.${list}`)}</h2>
      <p className="quiet">{t(`people_help.${list}`)}</p>
      <SaveForm
        {...form}
        label={t(`people.${list}`)}
        isDirty={draft.added.length + draft.removed.length > 0}
        onDiscard={discard}
      >
        <Present list={list} people={present.filter(({ collaborator }) => !draft.removed.includes(collaborator))}>
          {(id) => setDraft({ ...draft, removed: [...draft.removed, id] })}
        </Present>
        <PeopleChooser
          label={t(`people_add.${list}`)}
          chosen={draft.added}
          onChange={(added) => setDraft({ ...draft, added })}
        />
        {draft.added.length > 0 && (
          <TextField
            type="date"
            label={t('people.until')}
            description={t('people.until_help')}
            value={draft.until}
            onChange={(until) => setDraft({ ...draft, until })}
          />
        )}
      </SaveForm>
    </section>
  );
}

function Present({
  list,
  people,
  children: onRemove,
}: {
  list: Props['list'];
  people: Props['present'];
  children: (id: string) => void;
}) {
  const t = useTexts('dossier');
  const formats = useFormats();
  const names = useNames();
  if (people.length === 0) return <p className="quiet">{t(`people_none.${list}`)}</p>;
  return (
    <ul aria-label={t(`people.${list}`)} className={styles.people}>
      {people.map(({ collaborator, expiresAt }) => (
        <li key={collaborator}>
          <span className={styles.name}>{names.person(collaborator)}</span>
          <span className="quiet">
            {expiresAt ? t('people.ends', { date: formats.dateTime(expiresAt) }) : t('people.no_end')}
          </span>
          <Button
            small
            aria-label={t('remove', { name: names.person(collaborator) })}
            onPress={() => onRemove(collaborator)}
          >
            ×
          </Button>
        </li>
      ))}
    </ul>
  );
}
