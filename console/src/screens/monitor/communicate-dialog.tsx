import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.js';
import type { components } from '../../api/schema.js';
import { useTexts } from '../../i18n/texts.js';
import { Button } from '../../parts/button.js';
import { Dialog } from '../../parts/dialog.js';
import field from '../../parts/field.module.css';
import { Trouble } from '../../parts/states.js';
import { TextField } from '../../parts/text-field.js';
import { showToast } from '../../parts/toasts.js';
import { useOffice } from '../../session/session-context.js';
import type { Filter } from './filter.js';
import styles from './monitor.module.css';
import { selectOf, sizeOf, type Selection } from './selection.js';

type Preview = components['schemas']['CommunicationPreview'];

interface Props {
  selection: Selection;
  filter: Filter;
  onClose: () => void;
}

/** A general communication: one message to each dossier of the selection, first shown and then sent. */
export function CommunicateDialog({ selection, filter, onClose }: Props) {
  const t = useTexts('monitor');
  const { office } = useOffice();
  const [message, setMessage] = useState({ subject: '', body: '' });
  const [preview, setPreview] = useState<Preview>();
  // Of this preview: sending it twice, after a lost answer, sends it once.
  const [key, setKey] = useState(newIdempotencyKey);
  const body = { select: selectOf(selection, filter), ...message };
  const look = useMutation({
    mutationFn: () => send(office, body),
    onSuccess: (seen) => {
      setPreview(seen);
      setKey(newIdempotencyKey());
    },
  });
  const queue = useMutation({
    mutationFn: () => send(office, body, key),
    onSuccess: ({ counts }) => {
      showToast({ message: t('communicate.done', { count: counts.queued }) });
      onClose();
    },
  });
  const isBusy = look.isPending || queue.isPending;
  const isReady = message.subject.trim() !== '' && message.body.trim() !== '';
  return (
    <Dialog
      wide
      title={t('communicate.title', { count: sizeOf(selection) })}
      onClose={onClose}
      actions={
        <>
          <Button isDisabled={isBusy} onPress={preview ? () => setPreview(undefined) : onClose}>
            {preview ? t('back') : t('cancel')}
          </Button>
          <Button
            kind="primary"
            isPending={isBusy}
            isDisabled={!isReady || preview?.counts.queued === 0}
            onPress={() => (preview ? queue.mutate() : look.mutate())}
          >
            {isBusy
              ? t('busy')
              : preview
                ? t('communicate.send', { count: preview.counts.queued })
                : t('communicate.look')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {(queue.error ?? look.error) ? <Trouble error={queue.error ?? look.error} /> : null}
        {preview ? (
          <MessagePreview preview={preview} names={selection.kind === 'some' ? selection.names : new Map()} />
        ) : (
          <MessageForm message={message} onChange={setMessage} />
        )}
      </div>
    </Dialog>
  );
}

interface Message {
  subject: string;
  body: string;
}

function MessageForm({ message, onChange }: { message: Message; onChange: (message: Message) => void }) {
  const t = useTexts('monitor');
  const id = useId();
  return (
    <>
      <TextField
        label={t('communicate.subject')}
        isRequired
        maxLength={200}
        value={message.subject}
        onChange={(subject) => onChange({ ...message, subject })}
      />
      <div className={field.field}>
        <label htmlFor={id} className={field.label}>
          {t('communicate.body')}
        </label>
        <textarea
          id={id}
          required
          className={`${field.input} ${styles.textArea}`}
          value={message.body}
          onChange={(event) => onChange({ ...message, body: event.target.value })}
        />
      </div>
    </>
  );
}

/** Where each message goes, and which dossiers get none and why. */
function MessagePreview({ preview, names }: { preview: Preview; names: ReadonlyMap<string, string> }) {
  const t = useTexts('monitor');
  const nameOf = (id: string) => names.get(id) ?? preview.names.dossiers[id] ?? id;
  const inOrder = [...preview.results].sort((one, two) => two.status.localeCompare(one.status));
  return (
    <section aria-label={t('communicate.preview')}>
      <h3>{t('communicate.preview')}</h3>
      <p role="status">{t('communicate.counts', { ...preview.counts })}</p>
      <ul className={styles.results}>
        {inOrder.slice(0, 500).map(({ dossier, to, message }) => (
          <li key={dossier}>
            <strong>{nameOf(dossier)}</strong> – {message ?? t('communicate.to', { to })}
          </li>
        ))}
      </ul>
    </section>
  );
}

async function send(
  office: string,
  body: Message & { select: ReturnType<typeof selectOf> },
  key?: string,
): Promise<Preview> {
  const answer = await bodyOf(
    api.POST('/v1/offices/{office}/communications', {
      params: {
        path: { office },
        query: key ? {} : { dryRun: true },
        header: key ? { 'Idempotency-Key': key } : {},
      },
      body,
    }),
  );
  return answer as Preview;
}
