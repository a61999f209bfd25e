import { useState } from 'react';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';
import { Button } from './button.js';
import styles from './pager.module.css';

/** The way through a list whose service knows only what comes next: the cursors of the pages gone through are kept. */
export function useCursors() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    /** Of the present page; the first one has none. */
    cursor: cursors.at(-1),
    /** From 0 on. */
    page: cursors.length,
    next: (cursor: string) => setCursors([...cursors, cursor]),
    previous: () => setCursors(cursors.slice(0, -1)),
    /** For another filter or order: cursors belong to their question. */
    reset: () => setCursors([]),
  };
}

interface Props {
  cursors: ReturnType<typeof useCursors>;
  pageSize: number;
  total: number;
  /** How many rows the present page has. */
  count: number;
  nextCursor: string | null;
}

export function Pager({ cursors, pageSize, total, count, nextCursor }: Props) {
  const t = useTexts('shared');
  const formats = useFormats();
  const first = cursors.page * pageSize;
  return (
    <nav aria-label={t('pager.label')} className={styles.pager}>
      <span role="status">
        {t('pager.shown', {
          from: formats.number(count === 0 ? 0 : first + 1),
          to: formats.number(first + count),
          total: formats.number(total),
        })}
      </span>
      <Button isDisabled={cursors.page === 0} onPress={cursors.previous}>
        {t('pager.previous')}
      </Button>
      <Button isDisabled={nextCursor === null} onPress={() => nextCursor !== null && cursors.next(nextCursor)}>
        {t('pager.next')}
      </Button>
    </nav>
  );
}
