import { useMemo } from 'react';
import { useLanguage } from './language-provider.js';
import { locales } from './language.js';

/** Numbers, dates and lists as they are written in Belgium in the language of the page. */
export function useFormats() {
  const { language } = useLanguage();
  return useMemo(() => {
    const locale = locales[language];
    const number = new Intl.NumberFormat(locale);
    const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
    const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
    const list = new Intl.ListFormat(locale);
    return {
      number: (value: number) => number.format(value),
      /** Takes an instant as the service writes it. */
      date: (instant: string) => date.format(new Date(instant)),
      dateTime: (instant: string) => dateTime.format(new Date(instant)),
      list: (items: Iterable<string>) => list.format(items),
    };
  }, [language]);
}
