import i18next from 'i18next';
import ICU from 'i18next-icu';
import { initReactI18next, useTranslation } from 'react-i18next';
import { browserLanguage, chosenLanguage, locales, type Language } from './language.js';

/** One file for each language, so that a person loads the words of their own. */
const bundles: Record<Language, () => Promise<{ texts: Record<string, object> }>> = {
  fr: () => import('../texts/fr.js'),
  nl: () => import('../texts/nl.js'),
  en: () => import('../texts/en.js'),
  de: () => import('../texts/de.js'),
};

const loaded = new Set<Language>();

/** Sets the page's language, once its words are there. */
export async function showTextsIn(language: Language): Promise<void> {
  if (!loaded.has(language)) {
    const { texts } = await bundles[language]();
    for (const [screen, words] of Object.entries(texts)) i18next.addResourceBundle(language, screen, words);
    loaded.add(language);
  }
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export async function startTexts(): Promise<void> {
  const language = chosenLanguage() ?? browserLanguage();
  const { texts } = await bundles[language]();
  loaded.add(language);
  document.documentElement.lang = language;
  await i18next
    .use(new ICU({ parseLngForICU: (tag) => locales[tag as Language] ?? tag }))
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      resources: { [language]: texts },
      defaultNS: 'shared',
      keySeparator: false,
      // React escapes what it shows.
      interpolation: { escapeValue: false },
      returnEmptyString: false,
    });
}

/** Words of one screen: `t('save')`, `t('dossiers', { count: 3 })` where the text is an ICU message. */
export type TextsOf<_Screen extends string> = (key: string, values?: Record<string, unknown>) => string;

/**
 * The words of `texts/<language>/<screen>.json`. A test reads the sources for `t('key')`: a key is written where it is
 * used, or begins there: `t(\`status.${status}\`)`.
 */
export function useTexts<Screen extends string>(screen: Screen): TextsOf<Screen> {
  const { t } = useTranslation(screen);
  return t as unknown as TextsOf<Screen>;
}
