import { Label, ProgressBar } from 'react-aria-components';
import styles from './progress.module.css';

interface Props {
  label: string;
  /** From 0 to 1; absent while nobody knows. */
  done?: number;
}

/** How far a long piece of work has come. */
export function Progress({ label, done }: Props) {
  return (
    <ProgressBar value={(done ?? 0) * 100} isIndeterminate={done === undefined} className={styles.progress}>
      {({ valueText }) => (
        <>
          <Label>{label}</Label>
          <span>{valueText}</span>
          <progress className={styles.bar} value={done} aria-hidden="true" />
        </>
      )}
    </ProgressBar>
  );
}
