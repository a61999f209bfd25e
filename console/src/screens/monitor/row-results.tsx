import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import type { Outcome } from './bulk.js';
import styles from './monitor.module.css';

interface Props {
  title: string;
  outcome: Outcome & { names?: { dossiers: Record<string, string> } };
  /** Of the rows that were chosen one by one. */
  names: ReadonlyMap<string, string>;
}

/** Most rows that are shown one by one; refused ones come first, for they are what one has to look at. */
const shown = 500;
const order = { refused: 0, changed: 1, unchanged: 2 } as const;

/** A result for every row: nothing is skipped silently (rule 25). */
export function RowResults({ title, outcome: { results, counts, names: told }, names }: Props) {
  const t = useTexts('monitor');
  const formats = useFormats();
  const inOrder = [...results].sort((one, two) => order[one.status] - order[two.status]);
  const nameOf = (id: string) => names.get(id) ?? told?.dossiers[id] ?? id;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <p role="status">{t('results.counts', { ...counts })}</p>
      <ul className={styles.results}>
        {inOrder.slice(0, shown).map(({ dossier, status, message }) => (
          <li key={dossier}>
            <strong>{nameOf(dossier)}</strong> – {t(`result.${status}`)}
            {message && <> – {message}</>}
          </li>
        ))}
      </ul>
      {results.length > shown && <p>{t('results.more', { shown: formats.number(results.length - shown) })}</p>}
    </section>
  );
}
