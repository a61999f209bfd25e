import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { hasCode } from '../../api/api-error.js';
import { answerOf, api } from '../../api/client.js';
import { personName } from '../../api/office-names.js';
import { usePreviewedWrite, type Send } from '../../api/previewed-write.js';
import { useInvalidateOffice } from '../../api/use-invalidate-office.js';
import { useOfferUndo } from '../../api/use-offer-undo.js';
import { useTexts } from '../../i18n/texts.js';
import type { RecordedChange } from '../../parts/recorded-changes.js';
import { showToast } from '../../parts/toasts.js';
import { useOffice } from '../../session/session-context.js';
import { draftOf, isDirty, patchOf, rebase, type Draft } from './draft.js';
import { collaboratorQuery, type Collaborator, type LoadedCollaborator } from './queries.js';

export type SavedCollaborator = Collaborator & { revision: string };

/** Someone in a form: what is loaded, what has been changed, and the way to save it. */
export function useCollaboratorEditor(loaded: LoadedCollaborator, isNew: boolean, onSaved: () => void) {
  const { office } = useOffice();
  const t = useTexts('collaborators');
  const queries = useQueryClient();
  const invalidate = useInvalidateOffice();
  const offerUndo = useOfferUndo();
  const [base, setBase] = useState(loaded);
  const [draft, setDraft] = useState(() => draftOf(loaded.person));
  const [conflict, setConflict] = useState<RecordedChange[]>();
  const write = usePreviewedWrite<SavedCollaborator>(
    isNew ? sendNew(office, base.person.id, draft) : sendPatch(office, base, draft),
    async ({ body }) => {
      onSaved();
      await invalidate();
      const message = t('saved', { name: personName(body) });
      // The service takes back what was done to groups alone.
      const { clientGroups, collaboratorGroups, ...fields } = patchOf(base.person, draft);
      const isOfGroups = Object.keys(fields).length === 0 && (clientGroups ?? collaboratorGroups) !== undefined;
      if (isOfGroups) offerUndo(message, body.revision);
      else showToast({ message });
    },
    async (error) => {
      if (!hasCode(error, 'stale_version')) return false;
      const now = await queries.fetchQuery({ ...collaboratorQuery(office, base.person.id), staleTime: 0 });
      setConflict(error.problem.changes as RecordedChange[]);
      setDraft((edited) => rebase(edited, base.person, now.person));
      setBase(now);
      return true;
    },
  );
  return {
    person: base.person,
    draft,
    isNew,
    conflict,
    write,
    dirty: isDirty(base.person, draft),
    change: (edit: (draft: Draft) => Draft) => setDraft(edit),
  };
}

export type CollaboratorEditor = ReturnType<typeof useCollaboratorEditor>;

function sendPatch(office: string, { person, etag }: LoadedCollaborator, draft: Draft): Send<SavedCollaborator> {
  return ({ dryRun, idempotencyKey }) =>
    answerOf(
      api.PATCH('/v1/offices/{office}/collaborators/{id}', {
        params: {
          path: { office, id: person.id },
          query: dryRun ? { dryRun } : {},
          header: { 'Idempotency-Key': idempotencyKey, 'If-Match': etag ?? '*' },
        },
        body: patchOf(person, draft),
      }),
    );
}

/** Groups come after: someone must be there before they can be a member. */
function sendNew(office: string, id: string, draft: Draft): Send<SavedCollaborator> {
  const { firstName, lastName, email, profile, language } = draft;
  return ({ dryRun, idempotencyKey }) =>
    answerOf(
      api.PUT('/v1/offices/{office}/collaborators/{id}', {
        params: {
          path: { office, id },
          query: dryRun ? { dryRun } : {},
          header: { 'Idempotency-Key': idempotencyKey },
        },
        body: { firstName, lastName, email: email.trim(), profile, language },
      }),
    );
}
