import { useEffect, useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/texts.js';
import { Button } from './button.js';
import styles from './toasts.module.css';

export interface Toast {
  message: string;
  kind?: 'success' | 'danger';
  /** Such as undo. A toast that offers something stays, also on other screens, until it is used or closed. */
  action?: { label: string; run: () => void };
}

type Shown = Toast & { id: number };

const vanishAfterMs = 8_000;
let toasts: readonly Shown[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function keep(next: readonly Shown[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says something at the edge of the page. What offered an action before no longer does: its moment is over. */
export function showToast(toast: Toast): void {
  keep([...toasts.filter((shown) => !shown.action), { ...toast, id: nextId++ }]);
}

const close = (id: number) => keep(toasts.filter((toast) => toast.id !== id));

export function Toasts() {
  const t = useTexts('shared');
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section aria-label={t('notifications')} className={styles.region}>
      {/* Always there: what is added to it is read out. */}
      <div role="status" className={styles.list}>
        {shown.map((toast) => (
          <OneToast key={toast.id} toast={toast} closeLabel={t('close')} />
        ))}
      </div>
    </section>
  );
}

function OneToast({ toast, closeLabel }: { toast: Shown; closeLabel: string }) {
  const { id, message, kind = 'success', action } = toast;
  useEffect(() => {
    if (action) return undefined;
    const timer = setTimeout(() => close(id), vanishAfterMs);
    return () => clearTimeout(timer);
  }, [id, action]);
  return (
    <div className={`${styles.toast} ${styles[kind]}`}>
      <span>{message}</span>
      {action && (
        <Button
          small
          onPress={() => {
            close(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <Button small kind="quiet" aria-label={closeLabel} onPress={() => close(id)}>
        ×
      </Button>
    </div>
  );
}
