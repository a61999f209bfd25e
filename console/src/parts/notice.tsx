import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface Props {
  kind?: 'info' | 'warning' | 'danger' | 'success';
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read out at once where it comes up by itself; `status` waits for a pause. */
  announce?: 'alert' | 'status';
}

/** A few lines about what has just happened or is about to. */
export function Notice({ kind = 'info', title, children, actions, announce }: Props) {
  return (
    <div role={announce} className={`${styles.notice} ${kind === 'info' ? '' : styles[kind]}`}>
      {title && <p className={styles.title}>{title}</p>}
      {children}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
