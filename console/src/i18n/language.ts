export const languages = ['fr', 'nl', 'en', 'de'] as const;
export type Language = (typeof languages)[number];

/** Dates and numbers are written as they are in Belgium, in each language. */
export const locales: Readonly<Record<Language, string>> = { fr: 'fr-BE', nl: 'nl-BE', en: 'en-BE', de: 'de-BE' };

const storageKey = 'cardea.language';

export function isLanguage(value: unknown): value is Language {
  return languages.includes(value as Language);
}

/** What the person chose in this browser, if anything. */
export function chosenLanguage(): Language | undefined {
  const kept = localStorage.getItem(storageKey);
  return isLanguage(kept) ? kept : undefined;
}

export function keepChosenLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
}

/** The first language of the browser that there are texts in. */
export function browserLanguage(): Language {
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'fr';
}

/** The language that the page is in now. */
export function currentLanguage(): Language {
  const { lang } = document.documentElement;
  return isLanguage(lang) ? lang : browserLanguage();
}
