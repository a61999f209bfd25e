import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { chosenLanguage, currentLanguage, isLanguage, keepChosenLanguage, locales, type Language } from './language.js';
import { showTextsIn } from './texts.js';

interface LanguageChoice {
  language: Language;
  choose: (language: Language) => void;
  /** The language that the person has at the office, where they have not chosen another one here. */
  follow: (language: Language) => void;
}

const LanguageContext = createContext<LanguageChoice | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(currentLanguage);
  const choice = useMemo(() => {
    const show = (wanted: Language) => void showTextsIn(wanted).then(() => setLanguage(wanted));
    return {
      language,
      choose(wanted: Language) {
        keepChosenLanguage(wanted);
        show(wanted);
      },
      follow(wanted: Language) {
        if (chosenLanguage() === undefined && wanted !== language) show(wanted);
      },
    };
  }, [language]);
  return (
    <LanguageContext value={choice}>
      <I18nProvider locale={locales[language]}>{children}</I18nProvider>
    </LanguageContext>
  );
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (!choice) throw new Error('useLanguage is for what stands below the language provider');
  return choice;
}

export function useFollowPersonLanguage(language: string | undefined): void {
  const { follow } = useLanguage();
  useEffect(() => {
    if (isLanguage(language)) follow(language);
  }, [language, follow]);
}
