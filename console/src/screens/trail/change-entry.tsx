import { useDossierName } from '../../api/dossier-name.js';
import { useOfficeNames } from '../../api/office-names.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import type { Change } from './queries.js';
import styles from './trail.module.css';

const types = ['office', 'collaborator', 'collaborator_group', 'client_group', 'dossier', 'api_key'];
const actions = ['create', 'update', 'delete', 'relationships'];

/** One row of the trail: when, who, what, why, and what it was before and after. */
export function ChangeEntry({ change }: { change: Change }) {
  const t = useTexts('trail');
  const formats = useFormats();
  const names = useOfficeNames();
  const what = useThingName(change.key);
  const actor = change.actor.startsWith('collaborator:')
    ? names.collaborator(change.actor.slice('collaborator:'.length))
    : t('system');
  return (
    <li className={styles.entry}>
      <p>
        <time dateTime={change.at}>{formats.dateTime(change.at)}</time>
        {' – '}
        <strong>{actor}</strong>
        {' – '}
        {actions.includes(change.action) ? t(`action.${change.action}`) : change.action}
        {' – '}
        {what}
      </p>
      {change.reason && <p>{t('reason', { reason: change.reason })}</p>}
      <details>
        <summary>{t('details', { revision: change.revision })}</summary>
        <dl className={styles.states}>
          <dt>{t('before')}</dt>
          <dd>
            <pre>{textOf(change.before)}</pre>
          </dd>
          <dt>{t('after')}</dt>
          <dd>
            <pre>{textOf(change.after)}</pre>
          </dd>
        </dl>
      </details>
    </li>
  );
}

function textOf(state: unknown): string {
  return state === null || state === undefined ? '–' : JSON.stringify(state, null, 2);
}

/** `client_group:g1` as people call it. */
function useThingName(key: string): string {
  const t = useTexts('trail');
  const names = useOfficeNames();
  const at = key.indexOf(':');
  const type = at < 0 ? key : key.slice(0, at);
  const id = at < 0 ? '' : key.slice(at + 1);
  const dossier = useDossierName(type === 'dossier' ? id : null);
  const name =
    {
      collaborator: names.collaborator(id),
      collaborator_group: names.collaboratorGroup(id),
      client_group: names.clientGroup(id),
      dossier: dossier ?? id,
    }[type] ?? id;
  return `${types.includes(type) ? t(`type.${type}`) : type}${name ? ` « ${name} »` : ''}`;
}
