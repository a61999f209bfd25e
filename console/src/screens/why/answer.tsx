import type { Explanation } from '../../api/explain.js';
import { useOfficeNames } from '../../api/office-names.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Notice } from '../../parts/notice.js';
import { PathSentences } from '../../parts/path-sentences.js';
import type { DossierAction } from './actions.js';
import { PathGraph } from './path-graph.js';
import styles from './why.module.css';

interface Props {
  explanation: Explanation;
  person: string;
  dossier: string;
  action: DossierAction;
}

/** Yes with its paths, or no with what stands in the way, what would change it and who may. */
export function Answer({ explanation, person, dossier, action }: Props) {
  const t = useTexts('why');
  const { allowed, reason, paths } = explanation;
  const values = { person, dossier, action: t(`action.${action}`) };
  return (
    <div className={styles.answer}>
      <Notice
        kind={allowed ? 'success' : 'warning'}
        announce="status"
        title={allowed ? t('yes', values) : t('no', values)}
      >
        <p>{reason === 'not_found' ? t('not_found') : reason}</p>
      </Notice>
      {paths.length > 0 && (
        <section className={styles.part}>
          <h2>{t('paths', { count: paths.length })}</h2>
          <PathSentences paths={paths} />
          <PathGraph paths={paths} person={person} dossier={dossier} />
        </section>
      )}
      {!allowed && <Refusal explanation={explanation} />}
      <p className={styles.stamp}>{t('stamp', { revision: explanation.revision, rule: explanation.rule ?? '–' })}</p>
    </div>
  );
}

function Refusal({ explanation: { denials, wouldGrant, ask, reason } }: { explanation: Explanation }) {
  const t = useTexts('why');
  const others = denials.filter((denial) => denial.reason !== reason);
  return (
    <>
      {others.length > 0 && (
        <section className={styles.part}>
          <h2>{t('denials')}</h2>
          <ul>
            {others.map((denial) => (
              <li key={denial.rule}>{denial.reason}</li>
            ))}
          </ul>
        </section>
      )}
      <section className={styles.part}>
        <h2>{t('would_grant')}</h2>
        {wouldGrant.length === 0 ? <p>{t('would_grant_none')}</p> : <Remedies remedies={wouldGrant} />}
      </section>
      {ask.length > 0 && (
        <section className={styles.part}>
          <h2>{t('who_may')}</h2>
          <ul>
            {ask.map(({ collaborator, name, as }) => (
              <li key={collaborator}>{t(`ask.${as}`, { name })}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Changes that are told in the words of the screen; the service may know others. */
const known = [
  'activate_collaborator',
  'activate_dossier',
  'remove_exclusion',
  'add_manager',
  'add_guest',
  'add_to_client_group',
  'move_to_own_client_group',
  'make_admin',
];

function Remedies({ remedies }: { remedies: Explanation['wouldGrant'] }) {
  const t = useTexts('why');
  const formats = useFormats();
  const names = useOfficeNames();
  const wordsOf = ({ change, clientGroup }: Explanation['wouldGrant'][number][number]) =>
    t(`remedy.${known.includes(change) ? change : 'other'}`, {
      change,
      clientGroup: clientGroup ? names.clientGroup(clientGroup) : '',
    });
  return (
    <ul>
      {remedies.map((together) => (
        <li key={JSON.stringify(together)}>{formats.list(together.map(wordsOf))}</li>
      ))}
    </ul>
  );
}
