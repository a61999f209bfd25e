import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { personName, useOfficeNames } from '../../api/office-names.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Button } from '../../parts/button.js';
import { Mark } from '../../parts/mark.js';
import { Refused } from '../../parts/refused.js';
import { Empty, QueryStates } from '../../parts/states.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import { Activation } from './activation.js';
import styles from './collaborators.module.css';
import { EditCollaborator } from './edit-dialog.js';
import { WhatTheyOpen } from './openable.js';
import { Pencil } from './pencil.js';
import { collaboratorQuery, type Collaborator, type LoadedCollaborator } from './queries.js';

/** One collaborator: who they are, the groups they are in, and what they can open and why. */
export function CollaboratorPage() {
  const t = useTexts('collaborators');
  const { id = '' } = useParams();
  const { office } = useOffice();
  const mayAdminister = useOfficeAbility().can('create', 'collaborator');
  const query = useQuery({ ...collaboratorQuery(office, id), enabled: mayAdminister });
  if (!mayAdminister) return <Refused title={t('title')} />;
  return (
    <>
      <Link to={pathIn(office, 'collaborators')} className={styles.back}>
        {t('back')}
      </Link>
      <QueryStates query={query}>{(loaded) => <OneCollaborator key={id} loaded={loaded} />}</QueryStates>
    </>
  );
}

function OneCollaborator({ loaded }: { loaded: LoadedCollaborator }) {
  const t = useTexts('collaborators');
  const [isEdited, setEdited] = useState(false);
  const { person } = loaded;
  return (
    <Page
      title={personName(person)}
      actions={
        <>
          <Button onPress={() => setEdited(true)}>
            <Pencil /> {t('edit')}
          </Button>
          <Activation loaded={loaded} />
        </>
      }
    >
      <div className={styles.page}>
        <Facts person={person} />
        <Groups person={person} />
        <WhatTheyOpen person={person} />
      </div>
      {isEdited && <EditCollaborator id={person.id} onClose={() => setEdited(false)} />}
    </Page>
  );
}

function Facts({ person }: { person: Collaborator }) {
  const t = useTexts('collaborators');
  return (
    <section className={styles.part} aria-label={t('facts')}>
      <dl className={styles.facts}>
        <dt>{t('email')}</dt>
        <dd>{person.email}</dd>
        <dt>{t('profile')}</dt>
        <dd>
          {t(`profile.${person.profile}`)} <span className="quiet">{t(`profile_help.${person.profile}`)}</span>
        </dd>
        <dt>{t('language')}</dt>
        <dd>{t(`language.${person.language}`)}</dd>
        <dt>{t('status')}</dt>
        <dd>{person.status === 'active' ? t('status.active') : <Mark kind="warning">{t('status.inactive')}</Mark>}</dd>
      </dl>
    </section>
  );
}

function Groups({ person }: { person: Collaborator }) {
  const t = useTexts('collaborators');
  const formats = useFormats();
  const { office } = useOffice();
  const names = useOfficeNames();
  const own = (person.clientGroups ?? []).map(({ id, expiresAt }) => ({ id, expiresAt, via: undefined }));
  const inherited = (person.inheritedClientGroups ?? []).map(({ id, via }) => ({ id, expiresAt: null, via }));
  const groups = [...own, ...inherited];
  return (
    <section className={styles.part}>
      <h2>{t('client_groups')}</h2>
      {groups.length === 0 && <Empty title={t('client_groups_none')} />}
      <ul className={styles.plain}>
        {groups.map(({ id, via, expiresAt }) => (
          <li key={`${id} ${via}`} className={styles.line}>
            <Link to={pathIn(office, 'client-groups', id)} className={styles.grow}>
              {names.clientGroup(id)}
            </Link>
            {via !== undefined && <Mark>{t('mark.via', { groups: names.collaboratorGroup(via) })}</Mark>}
            {expiresAt && <Mark>{t('mark.until', { date: formats.date(expiresAt) })}</Mark>}
          </li>
        ))}
      </ul>
      {(person.collaboratorGroups ?? []).length > 0 && (
        <>
          <h3>{t('collaborator_groups')}</h3>
          <ul className={styles.plain}>
            {person.collaboratorGroups?.map(({ id, expiresAt }) => (
              <li key={id} className={styles.line}>
                <Link to={pathIn(office, 'collaborator-groups', id)}>{names.collaboratorGroup(id)}</Link>
                {expiresAt && <Mark>{t('mark.until', { date: formats.date(expiresAt) })}</Mark>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
