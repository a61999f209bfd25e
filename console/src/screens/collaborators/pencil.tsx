import styles from './collaborators.module.css';

/** The icon of « Modifier un collaborateur »; its button names it. */
export function Pencil() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" className={styles.pencil}>
      <path d="M2 14l1-4 8-8 3 3-8 8zM9.5 3.5l3 3" fill="none" stroke="currentColor" strokeWidth="1.4" />
    </svg>
  );
}
