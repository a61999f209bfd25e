import { subject } from '@casl/ability';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { useDossierName } from '../../api/dossier-name.js';
import { explainQuery } from '../../api/explain.js';
import { personName } from '../../api/office-names.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Choice } from '../../parts/choice.js';
import { PickOne } from '../../parts/pick-one.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { useOffice } from '../../session/session-context.js';
import { collaboratorQuery, searchCollaborators, type Collaborator } from '../collaborators/queries.js';
import { dossierActions, type DossierAction } from './actions.js';
import { Answer } from './answer.js';
import { searchDossiers, type DossierItem } from './queries.js';
import styles from './why.module.css';

/** Takes a person, an action and a dossier, and shows the answer with its paths. The question stands in the address. */
export function WhyScreen() {
  const t = useTexts('why');
  const { collaborator, dossier, action } = useQuestion();
  return (
    <Page title={t('title')}>
      <p className={styles.lead}>{t('lead')}</p>
      <Question />
      {collaborator && dossier ? (
        <AnswerTo collaborator={collaborator} dossier={dossier} action={action} />
      ) : (
        <Empty title={t('ask')} />
      )}
    </Page>
  );
}

function useQuestion() {
  const [params, setParams] = useSearchParams();
  const own = useOffice().collaborator.id;
  const seesAll = useOfficeAbility().can('check_access', subject('collaborator', { id: '-' }));
  return {
    seesAll,
    collaborator: seesAll ? params.get('collaborator') : own,
    dossier: params.get('dossier'),
    action: dossierActions.find((one) => one === params.get('action')) ?? 'open',
    ask: (name: 'collaborator' | 'action' | 'dossier', value: string | undefined) =>
      setParams((now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      }),
  };
}

function usePersonName(id: string | null): string | undefined {
  const { office, collaborator } = useOffice();
  const isSelf = id === collaborator.id;
  const { data } = useQuery({ ...collaboratorQuery(office, id ?? ''), enabled: id !== null && !isSelf });
  if (isSelf) return personName(collaborator);
  return data && personName(data.person);
}

function Question() {
  const t = useTexts('why');
  const { office } = useOffice();
  const { seesAll, collaborator, dossier, action, ask } = useQuestion();
  const person = usePersonName(collaborator);
  const dossierName = useDossierName(dossier);
  return (
    <div role="search" className={styles.question}>
      {seesAll ? (
        <PickOne<Collaborator>
          label={t('person')}
          queryKey={['office', office, 'collaborators']}
          search={(q) => searchCollaborators(office, q)}
          nameOf={personName}
          noteOf={({ email }) => email}
          value={collaborator ? { id: collaborator, name: person ?? collaborator } : null}
          onChange={(item) => ask('collaborator', item?.id)}
        />
      ) : (
        <p className={styles.self}>{t('yourself', { name: person })}</p>
      )}
      <Choice<DossierAction>
        label={t('action')}
        value={action}
        options={dossierActions.map((value) => ({ value, label: t(`action.${value}`) }))}
        onChange={(value) => ask('action', value)}
      />
      <PickOne<DossierItem>
        label={t('dossier')}
        queryKey={['office', office, 'dossiers']}
        search={(q) => searchDossiers(office, q)}
        nameOf={({ name }) => name}
        noteOf={({ code, status }) => [code, t(`status.${status}`)].filter(Boolean).join(' – ')}
        value={dossier ? { id: dossier, name: dossierName ?? dossier } : null}
        onChange={(item) => ask('dossier', item?.id)}
      />
    </div>
  );
}

function AnswerTo({ collaborator, dossier, action }: { collaborator: string; dossier: string; action: DossierAction }) {
  const { office } = useOffice();
  const person = usePersonName(collaborator) ?? collaborator;
  const dossierName = useDossierName(dossier) ?? dossier;
  const query = useQuery(explainQuery(office, { collaborator, dossier, action }));
  return (
    <QueryStates query={query}>
      {(explanation) => <Answer explanation={explanation} person={person} dossier={dossierName} action={action} />}
    </QueryStates>
  );
}
