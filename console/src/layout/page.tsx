import type { ReactNode } from 'react';
import { useOffice } from '../session/session-context.js';
import { useFocusAtNavigation } from './focus-at-navigation.js';
import styles from './page.module.css';

interface PageProps {
  title: string;
  /** Buttons beside the title. */
  actions?: ReactNode;
  /** `false` where a heading further in is what one has gone to. */
  takesFocus?: boolean;
  children: ReactNode;
}

/** A screen with its title, which names the browser's tab as well and takes the focus at navigation. */
export function Page({ title, actions, takesFocus = true, children }: PageProps) {
  const { name } = useOffice();
  const heading = useFocusAtNavigation<HTMLHeadingElement>(takesFocus);
  return (
    <>
      {takesFocus && <title>{`${title} – ${name} – Cardea`}</title>}
      <div className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** The heading of what is open within a screen, such as one group of a list. */
export function PartHeading({ title, actions }: { title: string; actions?: ReactNode }) {
  const { name } = useOffice();
  const heading = useFocusAtNavigation<HTMLHeadingElement>(true);
  return (
    <div className={styles.head}>
      <title>{`${title} – ${name} – Cardea`}</title>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
