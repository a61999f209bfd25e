import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useOfficeAbility } from '../../ability/use-office-ability.js';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Choice } from '../../parts/choice.js';
import { Trouble } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { showToast } from '../../parts/toasts.js';
import { useOffice } from '../../session/session-context.js';
import styles from './dossier.module.css';

const hours = ['1', '4', '24', '72'] as const;

/**
 * Opens a private dossier for a limited time with a written reason (rule 15). It is offered at every address that shows
 * no dossier, so that the offer says nothing about what there is.
 */
export function BreakGlass({ id }: { id: string }) {
  const t = useTexts('dossier');
  const ability = useOfficeAbility();
  const { office } = useOffice();
  const invalidate = useInvalidateOffice();
  const [reason, setReason] = useState('');
  const [duration, setDuration] = useState<(typeof hours)[number]>('1');
  const [key] = useState(newIdempotencyKey);
  const open = useMutation({
    mutationFn: () => {
      const expiresAt = new Date(Date.now() + Number(duration) * 3_600_000).toISOString();
      return bodyOf(
        api.POST('/v1/offices/{office}/dossiers/{id}/break-glass', {
          params: { path: { office, id }, header: { 'Idempotency-Key': `${key}-${duration}` } },
          body: { reason, expiresAt },
        }),
      );
    },
    onSuccess: async () => {
      await invalidate();
      showToast({ message: t('break_glass.done') });
    },
  });
  if (!ability.can('break_glass', 'office')) return null;
  return (
    <form
      aria-label={t('break_glass')}
      className={`${styles.form} ${styles.part}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') open.mutate();
      }}
    >
      <h2>{t('break_glass')}</h2>
      <p>{t('break_glass.help')}</p>
      {open.error && <Trouble error={open.error} />}
      <TextField label={t('break_glass.reason')} isRequired maxLength={1000} value={reason} onChange={setReason} />
      <Choice
        label={t('break_glass.duration')}
        value={duration}
        options={hours.map((value) => ({ value, label: t('break_glass.hours', { count: Number(value) }) }))}
        onChange={setDuration}
      />
      <div className={styles.save}>
        <Button kind="danger" type="submit" isPending={open.isPending} isDisabled={reason.trim() === ''}>
          {open.isPending ? t('busy') : t('break_glass.open')}
        </Button>
      </div>
    </form>
  );
}
