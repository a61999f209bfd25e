import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './dialog.module.css';

interface Props {
  title: string;
  /** Escape, and a click beside it where that loses nothing. */
  onClose: () => void;
  /** `alertdialog` for a question that must be answered. */
  role?: 'dialog' | 'alertdialog';
  wide?: boolean;
  actions: ReactNode;
  children: ReactNode;
}

/** A question in front of the page. The focus goes into it, stays in it, and comes back to where it was. */
export function Dialog({ title, onClose, role = 'dialog', wide = false, actions, children }: Props) {
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      isDismissable={role === 'dialog'}
      className={styles.overlay}
    >
      <Modal className={`${styles.modal} ${wide ? styles.wide : ''}`}>
        <AriaDialog role={role} className={styles.dialog}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {/* Reached by Tab, so that the arrow keys scroll it. */}
          <div className={styles.body} tabIndex={0}>
            {children}
          </div>
          <div className={styles.actions}>{actions}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
