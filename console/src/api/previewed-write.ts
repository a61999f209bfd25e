import { useCallback, useState } from 'react';
import type { Preview } from '../parts/impact.js';
import { newIdempotencyKey, type Answer } from './client.js';

/** How one write is sent: first to see its effect, then for good, under a key that makes sending it twice harmless. */
export interface SendOptions {
  dryRun: boolean;
  idempotencyKey?: string;
}

export type Send<Saved> = (options: SendOptions) => Promise<Answer<Preview | Saved>>;

interface Progress {
  step: 'none' | 'previewing' | 'asking' | 'saving';
  preview?: Preview;
  error?: unknown;
}

/** A write that shows its effect before it takes place. */
export interface PreviewedWrite {
  step: Progress['step'];
  preview: Preview | undefined;
  /** Of the last try. */
  error: unknown;
  /** Asks for the effect; where there is none, it saves at once. */
  begin: () => Promise<void>;
  /** Saves. */
  confirm: () => Promise<void>;
  cancel: () => void;
}

function isPreview(body: unknown): body is Preview {
  return typeof body === 'object' && body !== null && 'dryRun' in body;
}

function hasEffect({ impact, warnings }: Preview): boolean {
  return impact.gains.total + impact.losses.total + impact.contacts.total + warnings.length > 0;
}

/**
 * @param send the write, previewed or for good
 * @param onSaved what follows; it may take its time, the write counts as being saved until then
 * @param onFailed looks at an error first: `true` where it has dealt with it, such as a stale version
 */
export function usePreviewedWrite<Saved>(
  send: Send<Saved>,
  onSaved: (saved: Answer<Saved>) => Promise<void> | void,
  onFailed: (error: unknown) => Promise<boolean> | boolean = () => false,
): PreviewedWrite {
  const [progress, setProgress] = useState<Progress>({ step: 'none' });
  const fail = async (error: unknown, after: Progress) =>
    setProgress((await onFailed(error)) ? { step: 'none' } : { ...after, error });
  const save = async (preview?: Preview) => {
    setProgress({ step: 'saving', preview });
    try {
      const answer = await send({ dryRun: false, idempotencyKey: newIdempotencyKey() });
      await onSaved(answer as Answer<Saved>);
      setProgress({ step: 'none' });
    } catch (error) {
      await fail(error, preview ? { step: 'asking', preview } : { step: 'none' });
    }
  };
  const begin = async () => {
    setProgress({ step: 'previewing' });
    try {
      const { body } = await send({ dryRun: true });
      if (isPreview(body) && hasEffect(body)) setProgress({ step: 'asking', preview: body });
      else await save();
    } catch (error) {
      await fail(error, { step: 'none' });
    }
  };
  const cancel = useCallback(() => setProgress({ step: 'none' }), []);
  const { step, preview, error } = progress;
  return { step, preview, error, begin, confirm: () => save(preview), cancel };
}
