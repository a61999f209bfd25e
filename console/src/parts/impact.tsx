import type { components } from '../api/schema.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';
import styles from './impact.module.css';
import { Notice } from './notice.js';

/** What a dry run answers. */
export type Preview = components['schemas']['Preview'];
type AccessChange = Preview['impact']['gains'];

/** Who gains, who loses and whose e-mail changes, from the service's own preview of a write. */
export function Impact({ preview }: { preview: Preview }) {
  const t = useTexts('shared');
  const { gains, losses, contacts } = preview.impact;
  const isNothing = gains.total + losses.total + contacts.total === 0;
  return (
    <div className={styles.impact}>
      {preview.warnings.map(({ code, message }) => (
        <Notice key={code + message} kind="warning">
          <p>{message}</p>
        </Notice>
      ))}
      {isNothing && <p>{t('impact.nothing')}</p>}
      <Access kind="gains" change={gains} names={preview.names} />
      <Access kind="losses" change={losses} names={preview.names} />
      <Contacts preview={preview} />
    </div>
  );
}

interface AccessProps {
  kind: 'gains' | 'losses';
  change: AccessChange;
  names: Preview['names'];
}

function Access({ kind, change, names }: AccessProps) {
  const t = useTexts('shared');
  const formats = useFormats();
  if (change.total === 0) return null;
  const byPerson = Map.groupBy(change.rows, ({ collaborator }) => collaborator);
  const { collaborators, dossiers, total, rows } = change;
  return (
    <section className={`${styles.part} ${styles[kind]}`}>
      <h3>{t(`impact.${kind}`, { collaborators, dossiers })}</h3>
      <ul className={styles.people}>
        {[...byPerson].map(([person, own]) => (
          <li key={person}>
            <strong>{names.collaborators[person] ?? person}</strong>
            {' – '}
            {formats.list(own.map(({ dossier }) => names.dossiers[dossier] ?? dossier))}
          </li>
        ))}
      </ul>
      {total > rows.length && <p>{t('impact.more', { count: total - rows.length })}</p>}
    </section>
  );
}

function Contacts({ preview: { impact, names } }: { preview: Preview }) {
  const t = useTexts('shared');
  const { total, rows } = impact.contacts;
  if (total === 0) return null;
  return (
    <section className={styles.part}>
      <h3>{t('impact.contacts', { count: total })}</h3>
      <ul className={styles.people}>
        {rows.map(({ dossier, before, after }) => (
          <li key={dossier}>
            <strong>{names.dossiers[dossier] ?? dossier}</strong>
            {' – '}
            {t('impact.contact', { before: before ?? '–', after: after ?? '–' })}
          </li>
        ))}
      </ul>
      {total > rows.length && <p>{t('impact.more', { count: total - rows.length })}</p>}
    </section>
  );
}
