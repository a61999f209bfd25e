import type { ReactNode } from 'react';
import styles from './mark.module.css';

/** A word or two about something, beside its name. */
export function Mark({ kind = 'plain', children }: { kind?: 'plain' | 'new' | 'warning'; children: ReactNode }) {
  return <span className={`${styles.mark} ${kind === 'plain' ? '' : styles[kind]}`}>{children}</span>;
}
