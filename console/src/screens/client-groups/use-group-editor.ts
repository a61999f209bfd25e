import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { hasCode } from '../../api/api-error.js';
import { answerOf, api } from '../../api/client.js';
import { usePreviewedWrite, type Send } from '../../api/previewed-write.js';
import type { components } from '../../api/schema.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useOfferUndo } from '../../api/use-offer-undo.js';
import { useTexts } from '../../i18n/texts.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import type { RecordedChange } from '../../parts/recorded-changes.js';
import { draftOf, isDirty, patchOf, rebase, type Draft } from './draft.js';
import { groupQuery, type LoadedGroup } from './queries.js';

export type SavedGroup = components['schemas']['ClientGroup'] & { revision: string };

/** What others changed while the form was open. */
export interface Conflict {
  changes: RecordedChange[];
  before: LoadedGroup;
}

/** One group in a form: what is loaded, what has been changed, and the way to save it. */
export function useGroupEditor(loaded: LoadedGroup) {
  const { office } = useOffice();
  const t = useTexts('client-groups');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const invalidate = useInvalidateOffice();
  const offerUndo = useOfferUndo();
  const [base, setBase] = useState(loaded);
  const [draft, setDraft] = useState(() => draftOf(loaded));
  const [conflict, setConflict] = useState<Conflict>();
  const isLeaving = useRef(false);
  const dirty = isDirty(base, draft);
  const isNew = base.id === '';

  // What is loaded anew is taken over where nothing would be lost by it.
  if (!dirty && !conflict && loaded.etag !== base.etag) {
    setBase(loaded);
    setDraft(draftOf(loaded));
  }

  const takeOver = (group: LoadedGroup) => {
    setBase(group);
    setDraft(draftOf(group));
    setConflict(undefined);
  };
  const fresh = () => queries.fetchQuery({ ...groupQuery(office, base.id), staleTime: 0 });

  const write = usePreviewedWrite<SavedGroup>(
    sendGroup(office, base, draft),
    async ({ body }) => {
      if (isNew) isLeaving.current = true;
      else takeOver(await fresh());
      await invalidate();
      if (isNew) await navigate(pathIn(office, 'client-groups', body.id));
      const leave = () => void navigate(pathIn(office, 'client-groups'));
      offerUndo(t('saved', { name: body.name }), body.revision, isNew ? leave : undefined);
    },
    async (error) => {
      if (!hasCode(error, 'stale_version')) return false;
      const now = await fresh();
      setConflict({ changes: error.problem.changes as RecordedChange[], before: base });
      setDraft((edited) => rebase(edited, base, now));
      setBase(now);
      return true;
    },
  );
  return {
    base,
    draft,
    isNew,
    dirty,
    conflict,
    write,
    /** Always the same function: lists that have not changed are not made anew at each key. */
    change: setDraft as (edit: (draft: Draft) => Draft) => void,
    discard: () => takeOver(base),
    settleConflict: () => setConflict(undefined),
    mayNotLeave: useCallback(() => dirty && !isLeaving.current, [dirty]),
  };
}

export type GroupEditor = ReturnType<typeof useGroupEditor>;

function sendGroup(office: string, base: LoadedGroup, draft: Draft): Send<SavedGroup> {
  return ({ dryRun, idempotencyKey }) => {
    const common = { query: dryRun ? { dryRun } : {} };
    if (base.id === '') {
      const ids = (list: { added: ReadonlyMap<string, unknown> }) => [...list.added.keys()];
      return answerOf(
        api.POST('/v1/offices/{office}/client-groups', {
          params: { path: { office }, ...common, header: { 'Idempotency-Key': idempotencyKey } },
          body: {
            name: draft.name,
            email: draft.email.trim() || null,
            dossiers: ids(draft.dossiers),
            collaborators: ids(draft.collaborators),
            collaboratorGroups: ids(draft.collaboratorGroups),
          },
        }),
      );
    }
    return answerOf(
      api.PATCH('/v1/offices/{office}/client-groups/{id}', {
        params: {
          path: { office, id: base.id },
          ...common,
          header: { 'Idempotency-Key': idempotencyKey, 'If-Match': base.etag ?? '*' },
        },
        body: patchOf(base, draft),
      }),
    );
  };
}
