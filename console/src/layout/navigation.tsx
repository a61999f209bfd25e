import { useOfficeAbility } from '../ability/use-office-ability.js';
import { useId, useState } from 'react';
import { NavLink, useLocation } from 'react-router';
import { useTexts } from '../i18n/texts.js';
import { Button } from '../parts/button.js';
import { pathIn } from '../paths.js';
import { screens, sections, type Screen } from '../screens.js';
import { useOffice } from '../session/session-context.js';
import styles from './navigation.module.css';

/** The screens that are of use to the person, by section; on a narrow page behind a button. */
export function Navigation() {
  const t = useTexts('shared');
  const ability = useOfficeAbility();
  const id = useId();
  const { pathname } = useLocation();
  // Open at this address: going to another one closes it.
  const [openAt, setOpenAt] = useState<string>();
  const isOpen = openAt === pathname;
  const shown = screens.filter(({ link }) => link?.isFor(ability));
  return (
    <nav aria-label={t('navigation')} className={styles.navigation}>
      <div className={styles.opener}>
        <Button aria-expanded={isOpen} aria-controls={id} onPress={() => setOpenAt(isOpen ? undefined : pathname)}>
          {t('menu')}
        </Button>
      </div>
      <div id={id} className={isOpen ? styles.open : styles.closed}>
        {sections.map((section) => (
          <NavigationSection key={section} section={section} screens={shown} />
        ))}
      </div>
    </nav>
  );
}

function NavigationSection({ section, screens: all }: { section: string; screens: readonly Screen[] }) {
  const t = useTexts('shared');
  const heading = useId();
  const own = all.filter(({ link }) => link?.section === section);
  if (own.length === 0) return null;
  return (
    <div className={styles.section}>
      <h2 id={heading} className={styles.heading}>
        {t(`section.${section}`)}
      </h2>
      <ul aria-labelledby={heading} className={styles.links}>
        {own.map(({ id, link }) => link && <ScreenLink key={id} id={id} path={link.path} />)}
      </ul>
    </div>
  );
}

function ScreenLink({ id, path }: { id: string; path: string }) {
  const words = useTexts(id);
  const { office } = useOffice();
  return (
    <li>
      <NavLink to={pathIn(office, path)} className={styles.link}>
        {words('title')}
      </NavLink>
    </li>
  );
}
