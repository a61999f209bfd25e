import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/texts.js';
import { Mark } from '../../parts/mark.js';

/** The end of a membership that has one. */
export function Until({ instant }: { instant: string | null | undefined }) {
  const t = useTexts('client-groups');
  const formats = useFormats();
  return instant ? <Mark>{t('mark.until', { date: formats.date(instant) })}</Mark> : null;
}
