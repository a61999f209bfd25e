import { useFormats } from '../../i18n/formats.js';
import { useTexts, type TextsOf } from '../../i18n/texts.js';
import type { Audience } from './audiences.js';
import styles from './monitor.module.css';
import { useNames, type Names } from './use-names.js';

type Path = Audience[number]['paths'][number];

/** The paths that the texts have words for; a policy of the office's own may know others. */
const worded = ['admin', 'manager', 'guest', 'client_group'];

/** People with the paths that let them in. */
export function AudienceList({ audience }: { audience: Audience }) {
  const t = useTexts('monitor');
  const formats = useFormats();
  const names = useNames();
  if (audience.length === 0) return <p>{t('audience.nobody')}</p>;
  return (
    <ul className={styles.results}>
      {audience.map(({ collaborator, name, paths }) => (
        <li key={collaborator}>
          <strong>{name}</strong>
          {' – '}
          {formats.list(paths.map((path) => wordsOf(path, t, names)))}
          {paths.flatMap(({ expiresAt }) =>
            expiresAt
              ? [<span key={expiresAt}> ({t('audience.until', { date: formats.dateTime(expiresAt) })})</span>]
              : [],
          )}
        </li>
      ))}
    </ul>
  );
}

function wordsOf({ kind, clientGroup = '', collaboratorGroup }: Path, t: TextsOf<'monitor'>, names: Names): string {
  if (!worded.includes(kind)) return t('path_other', { kind });
  const group = names.group(clientGroup);
  if (collaboratorGroup) return t('path_via', { group, via: names.collaboratorGroup(collaboratorGroup) });
  return t(`path.${kind}`, { group });
}
