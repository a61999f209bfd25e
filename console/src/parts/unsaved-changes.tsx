import { useEffect } from 'react';
import { useBlocker } from 'react-router';
import { useTexts } from '../i18n/texts.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';

/**
 * Asks before unsaved changes are left behind, for another screen, another site or a closed tab. `isDirty` is a
 * function so that a form that has just been saved can be left in the same moment.
 */
export function UnsavedChanges({ isDirty }: { isDirty: () => boolean }) {
  const t = useTexts('shared');
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty() && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isDirty()) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
  if (blocker.state !== 'blocked') return null;
  return (
    <Dialog
      role="alertdialog"
      title={t('unsaved.title')}
      onClose={() => blocker.reset()}
      actions={
        <>
          <Button kind="danger" onPress={() => blocker.proceed()}>
            {t('unsaved.leave')}
          </Button>
          <Button kind="primary" autoFocus onPress={() => blocker.reset()}>
            {t('unsaved.stay')}
          </Button>
        </>
      }
    >
      <p>{t('unsaved.text')}</p>
    </Dialog>
  );
}
