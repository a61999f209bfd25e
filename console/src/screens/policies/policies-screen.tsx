import { useQuery } from '@tanstack/react-query';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { api, bodyOf } from '../../api/client.js';
import type { components } from '../../api/schema.js';
import { languages } from '../../i18n/language.js';
import { useLanguage } from '../../i18n/language-provider.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Mark } from '../../parts/mark.js';
import { Refused } from '../../parts/refused.js';
import { QueryStates } from '../../parts/states.js';
import styles from './policies.module.css';

type Policy = components['schemas']['Policy'];
type Rule = Policy['rules'][number];

/** The rules that the service decides by: in plain words, with their source and the hash that answers name. */
export function PoliciesScreen() {
  const t = useTexts('policies');
  const mayRead = useOfficeAbility().can('read_trail', 'office');
  const query = useQuery({
    queryKey: ['policies'],
    queryFn: ({ signal }) => bodyOf(api.GET('/v1/policies', { signal })),
    enabled: mayRead,
  });
  if (!mayRead) return <Refused title={t('title')} />;
  return (
    <Page title={t('title')}>
      <QueryStates query={query}>
        {({ hash, policies }) => (
          <div className={styles.page}>
            <p>
              {t('hash')} <code className={styles.hash}>{hash}</code>
            </p>
            {policies.map((policy) => (
              <OnePolicy key={policy.type} policy={policy} />
            ))}
          </div>
        )}
      </QueryStates>
    </Page>
  );
}

const types = ['office', 'collaborator', 'collaborator_group', 'client_group', 'dossier'];

function OnePolicy({ policy }: { policy: Policy }) {
  const t = useTexts('policies');
  const { type, actions, rules, file, source } = policy;
  const title = types.includes(type) ? t(`type.${type}`) : type;
  return (
    <section className={styles.policy} aria-label={title}>
      <h2>{title}</h2>
      <p>{t('actions', { actions: actions.join(', ') })}</p>
      <ul className={styles.rules}>
        {rules.map((rule) => (
          <OneRule key={rule.id} rule={rule} />
        ))}
      </ul>
      <details>
        <summary>{t('source', { file })}</summary>
        <pre className={styles.source} tabIndex={0} aria-label={file}>
          {source}
        </pre>
      </details>
    </section>
  );
}

/** What a rule says in the language of the page; the other languages are behind a click. */
function OneRule({ rule: { id, effect, actions, reason, line } }: { rule: Rule }) {
  const t = useTexts('policies');
  const { language } = useLanguage();
  const others = languages.filter((one) => one !== language);
  return (
    <li className={styles.rule}>
      <p className={styles.reason}>
        <Mark kind={effect === 'allow' ? 'new' : 'warning'}>{t(`effect.${effect}`)}</Mark> {reason[language]}
      </p>
      <p className={styles.id}>
        {t('rule', { id, line, actions: actions.includes('*') ? t('all_actions') : actions.join(', ') })}
      </p>
      <details>
        <summary aria-label={t('others_of', { id })}>{t('others')}</summary>
        <ul>
          {others.map((one) => (
            <li key={one} lang={one}>
              {reason[one]}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
