import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { languages, type Language } from '../i18n/language.js';
import { useLanguage } from '../i18n/language-provider.js';
import { useTexts } from '../i18n/texts.js';
import { Button } from '../parts/button.js';
import { pathIn } from '../paths.js';
import type { SessionOffice } from '../session/session.js';
import { useSession } from '../session/session-context.js';
import { signOut } from '../session/sign-in.js';
import styles from './header.module.css';
import { Pick } from './pick.js';
import { chooseTheme, chosenTheme, themes } from './theme.js';

const languageNames: Record<Language, string> = { fr: 'Français', nl: 'Nederlands', en: 'English', de: 'Deutsch' };

interface Props {
  office: SessionOffice | undefined;
  offices: readonly SessionOffice[];
}

export function Header({ office, offices }: Props) {
  const t = useTexts('shared');
  return (
    <header className={styles.header}>
      <Link to={office ? pathIn(office.office) : '/'} className={styles.brand}>
        Cardea
      </Link>
      <OfficeSwitch office={office} offices={offices} />
      <div className={styles.tools}>
        <LanguageSwitch />
        <ThemeSwitch />
        <Person office={office} />
        <Button onPress={() => void signOut()}>{t('sign_out')}</Button>
      </div>
    </header>
  );
}

function OfficeSwitch({ office, offices }: Props) {
  const t = useTexts('shared');
  const navigate = useNavigate();
  if (offices.length < 2) return <span className={styles.office}>{office?.name}</span>;
  return (
    <Pick
      label={t('office')}
      value={office?.office ?? ''}
      options={offices.map(({ office: value, name }) => ({ value, label: name }))}
      onChange={(id) => void navigate(pathIn(id))}
    />
  );
}

function LanguageSwitch() {
  const t = useTexts('shared');
  const { language, choose } = useLanguage();
  const options = languages.map((value) => ({ value, label: languageNames[value] }));
  return <Pick label={t('language')} value={language} options={options} onChange={choose} />;
}

function ThemeSwitch() {
  const t = useTexts('shared');
  const [theme, setTheme] = useState(chosenTheme);
  const options = themes.map((value) => ({ value, label: t(`theme.${value}`) }));
  return (
    <Pick
      label={t('theme')}
      value={theme}
      options={options}
      onChange={(wanted) => {
        chooseTheme(wanted);
        setTheme(wanted);
      }}
    />
  );
}

function Person({ office }: { office: SessionOffice | undefined }) {
  const { person } = useSession();
  const { firstName = '', lastName = '' } = office?.collaborator ?? {};
  return <span className={styles.person}>{`${firstName} ${lastName}`.trim() || person.email}</span>;
}
