import { useTexts } from '../i18n/texts.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { Impact, type Preview } from './impact.js';
import { Trouble } from './states.js';

interface Props {
  title: string;
  preview: Preview;
  /** What the button that applies it says. */
  confirm: string;
  kind?: 'primary' | 'danger';
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** The effect of a write before it takes place, and the question whether it shall. */
export function ImpactDialog({ title, preview, confirm, kind = 'primary', isBusy, error, onConfirm, onClose }: Props) {
  const t = useTexts('shared');
  return (
    <Dialog
      wide
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose} isDisabled={isBusy}>
            {t('cancel')}
          </Button>
          <Button kind={kind} autoFocus isPending={isBusy} onPress={onConfirm}>
            {isBusy ? t('working') : confirm}
          </Button>
        </>
      }
    >
      {error ? <Trouble error={error} /> : null}
      <Impact preview={preview} />
    </Dialog>
  );
}
