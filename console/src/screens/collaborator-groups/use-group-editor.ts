import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { hasCode } from '../../api/api-error.js';
import { answerOf, api } from '../../api/client.js';
import { usePreviewedWrite, type Send } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useOfferUndo } from '../../api/use-offer-undo.js';
import { useTexts } from '../../i18n/texts.js';
import type { RecordedChange } from '../../parts/recorded-changes.js';
import { pathIn } from '../../paths.js';
import { useOffice } from '../../session/session-context.js';
import type { ListDraft } from '../collaborators/draft.js';
import { groupQuery, type Group, type LoadedGroup } from './queries.js';

type SavedGroup = Group & { revision: string };

/** What the form holds that is not saved. */
export interface Draft {
  name: string;
  members: ListDraft;
}

const draftOf = ({ group }: LoadedGroup): Draft => ({
  name: group.name,
  members: { added: new Map(), removed: new Set() },
});

/** One group in a form: what is loaded, what has been changed, and the way to save it. */
export function useGroupEditor(loaded: LoadedGroup) {
  const { office } = useOffice();
  const t = useTexts('collaborator-groups');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const invalidate = useInvalidateOffice();
  const offerUndo = useOfferUndo();
  const [base, setBase] = useState(loaded);
  const [draft, setDraft] = useState(() => draftOf(loaded));
  const [conflict, setConflict] = useState<RecordedChange[]>();
  const isLeaving = useRef(false);
  const isNew = base.group.id === '';
  const { added, removed } = draft.members;
  const dirty = draft.name !== base.group.name || added.size + removed.size > 0;
  const takeOver = (group: LoadedGroup) => {
    setBase(group);
    setDraft(draftOf(group));
    setConflict(undefined);
  };
  // What is loaded anew is taken over where nothing would be lost by it.
  if (!dirty && !conflict && loaded.etag !== base.etag) takeOver(loaded);
  const fresh = () => queries.fetchQuery({ ...groupQuery(office, base.group.id), staleTime: 0 });
  const write = usePreviewedWrite<SavedGroup>(
    isNew ? sendNew(office, draft) : sendPatch(office, base, draft),
    async ({ body }) => {
      if (isNew) isLeaving.current = true;
      else takeOver(await fresh());
      await invalidate();
      if (isNew) await navigate(pathIn(office, 'collaborator-groups', body.id));
      const leave = () => void navigate(pathIn(office, 'collaborator-groups'));
      offerUndo(t('saved', { name: body.name }), body.revision, isNew ? leave : undefined);
    },
    async (error) => {
      if (!hasCode(error, 'stale_version')) return false;
      const now = await fresh();
      setConflict(error.problem.changes as RecordedChange[]);
      setDraft((edited) => rebase(edited, base, now));
      setBase(now);
      return true;
    },
  );
  return {
    group: base.group,
    draft,
    isNew,
    dirty,
    conflict,
    write,
    change: setDraft,
    discard: () => takeOver(base),
    mayNotLeave: useCallback(() => dirty && !isLeaving.current, [dirty]),
  };
}

export type GroupEditor = ReturnType<typeof useGroupEditor>;

/** The same edits on a newer version: what others have done already need not be done again. */
function rebase({ name, members: { added, removed } }: Draft, old: LoadedGroup, { group }: LoadedGroup): Draft {
  return {
    name: name === old.group.name ? group.name : name,
    members: {
      added: new Map([...added].filter(([id]) => !group.members.includes(id))),
      removed: new Set([...removed].filter((id) => group.members.includes(id))),
    },
  };
}

function sendNew(office: string, { name, members }: Draft): Send<SavedGroup> {
  return ({ dryRun, idempotencyKey }) =>
    answerOf(
      api.POST('/v1/offices/{office}/collaborator-groups', {
        params: {
          path: { office },
          query: dryRun ? { dryRun } : {},
          header: { 'Idempotency-Key': idempotencyKey },
        },
        body: { name, members: [...members.added.keys()] },
      }),
    );
}

function sendPatch(office: string, { group, etag }: LoadedGroup, { name, members }: Draft): Send<SavedGroup> {
  const { added, removed } = members;
  return ({ dryRun, idempotencyKey }) =>
    answerOf(
      api.PATCH('/v1/offices/{office}/collaborator-groups/{id}', {
        params: {
          path: { office, id: group.id },
          query: dryRun ? { dryRun } : {},
          header: { 'Idempotency-Key': idempotencyKey, 'If-Match': etag ?? '*' },
        },
        body: {
          ...(name !== group.name && { name }),
          ...(added.size + removed.size > 0 && { members: { add: [...added.keys()], remove: [...removed] } }),
        },
      }),
    );
}
