import { useEffect } from 'react';
import { Outlet, useParams } from 'react-router';
import { OfficeAbility } from '../ability/office-ability.js';
import { useTexts } from '../i18n/texts.js';
import { OfficeContext, useSession } from '../session/session-context.js';
import { Header } from './header.js';
import { rememberOffice } from './last-office.js';
import styles from './layout.module.css';
import { Navigation } from './navigation.js';
import { OfficeNotFound } from './not-found.js';

/** What stands around every screen of an office. */
export function Layout() {
  const t = useTexts('shared');
  const { office: id = '' } = useParams();
  const { offices } = useSession();
  const office = offices.find((one) => one.office === id);
  useEffect(() => {
    if (office) rememberOffice(office.office);
  }, [office]);
  return (
    <OfficeContext value={office ?? null}>
      <a href="#content" className={styles.skip}>
        {t('skip')}
      </a>
      <Header office={office} offices={offices} />
      {office ? (
        <OfficeAbility key={office.office}>
          <div className={styles.body}>
            <Navigation />
            <main id="content" tabIndex={-1} className={styles.content}>
              <Outlet />
            </main>
          </div>
        </OfficeAbility>
      ) : (
        <main id="content" tabIndex={-1} className={styles.content}>
          <OfficeNotFound />
        </main>
      )}
    </OfficeContext>
  );
}
