import { useQuery } from '@tanstack/react-query';
import { NavLink, Outlet, useLocation, useParams } from 'react-router';
import { hasCode } from '../../api/api-error.js';
import { useTexts } from '../../i18n/texts.js';
import { Page } from '../../layout/page.js';
import { Mark } from '../../parts/mark.js';
import { QueryStates, Trouble } from '../../parts/states.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import { useNames } from '../monitor/use-names.js';
import { Activation } from './activation.js';
import { BreakGlass } from './break-glass.js';
import { contactQuery, dossierQuery, useMay, type LoadedDossier } from './dossier.js';
import styles from './dossier.module.css';

export function DossierScreen() {
  const t = useTexts('dossier');
  const { id = '' } = useParams();
  const { office } = useOffice();
  const query = useQuery(dossierQuery(office, id));
  if (!query.data && hasCode(query.error, 'not_found', 'forbidden')) {
    return (
      <Page title={t('not_found')}>
        <Trouble error={query.error} />
        <BreakGlass id={id} />
      </Page>
    );
  }
  if (!query.data) {
    return (
      <Page title={t('title')}>
        <QueryStates query={query}>{() => null}</QueryStates>
      </Page>
    );
  }
  return <OneDossier key={id} dossier={query.data} />;
}

function OneDossier({ dossier }: { dossier: LoadedDossier }) {
  const t = useTexts('dossier');
  const facts = [dossier.code, dossier.enterpriseNumber].filter(Boolean).join(' · ');
  return (
    <Page title={dossier.name} actions={<Activation dossier={dossier} />}>
      <div className={styles.head}>
        <Mark>{t(`status.${dossier.status}`)}</Mark>
        {dossier.private && <Mark kind="warning">{t('private')}</Mark>}
        {facts && <span>{facts}</span>}
      </div>
      <Contact id={dossier.id} />
      <Tabs dossier={dossier} />
      <Outlet context={dossier} />
    </Page>
  );
}

/** The address of the dossier's communication, and which of the four it is (rule 19). */
function Contact({ id }: { id: string }) {
  const t = useTexts('dossier');
  const { office } = useOffice();
  const names = useNames();
  const { data, error } = useQuery(contactQuery(office, id));
  if (error) return <Trouble error={error} />;
  if (!data) return null;
  const source = t(`contact.${data.source}`, { name: data.collaborator ? names.person(data.collaborator) : '' });
  return (
    <p className={styles.contact}>
      {t('contact')} <strong>{data.email}</strong> – {source}
    </p>
  );
}

function Tabs({ dossier }: { dossier: LoadedDossier }) {
  const t = useTexts('dossier');
  const { office } = useOffice();
  const may = useMay(dossier);
  const { pathname } = useLocation();
  const base = pathIn(office, 'dossiers', dossier.id);
  const tabs = [
    'managers',
    ...(dossier.clientGroup === undefined ? [] : ['client-group']),
    ...(may('configure') ? ['settings'] : []),
    ...(dossier.guests ? ['people', 'audience', 'history'] : []),
  ];
  return (
    <nav aria-label={t('tabs')} className={styles.tabs}>
      {tabs.map((tab) => {
        // The first tab is what the address of the dossier itself shows.
        const isHere = tab === 'managers' && pathname === base;
        return (
          <NavLink
            key={tab}
            to={`${base}/${tab}`}
            className={({ isActive }) => `${styles.tab} ${isActive || isHere ? styles.here : ''}`}
            {...(isHere && { 'aria-current': 'page' as const })}
          >
            {t(`tab.${tab}`)}
          </NavLink>
        );
      })}
    </nav>
  );
}
