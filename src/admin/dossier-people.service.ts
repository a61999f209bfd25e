import { Injectable } from '@nestjs/common';
import { isSystem } from '#src/ability/actor.js';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { tuple, type TupleRef } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import { loadDossiers, requireDossier, requireVisibleDossier, type LoadedDossier } from './dossier-view.js';
import type { PeopleDelta } from './dossier.schema.js';
import { outcome } from './dossiers.service.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import { expectVersion } from './versions.js';

/** Longest that one break-glass may last, in days. */
const breakGlassDays = 7;

/** The people of one dossier: managers, guests, those who are excluded, and break-glass (rules 8 and 15). */
@Injectable()
export class DossierPeopleService {
  constructor(private readonly writer: RelationWriter) {}

  /** Adds and removes; deltas of several callers merge. `primary` names who answers for the dossier first. */
  change(
    request: WriteRequest,
    id: string,
    relation: 'manager' | 'guest' | 'excluded',
    delta: PeopleDelta,
  ): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const dossier = await requireDossier(write, id, 'assign_manager', { relation });
      if (request.ifMatch !== undefined) await expectVersion(write, `dossier:${id}`, dossier.row.version);
      const { primary } = delta;
      const add = delta.add.map(({ collaborator, expiresAt }) => ({
        ...tuple.dossierHas(id, relation, collaborator),
        expiresAt,
        ...(collaborator === primary && { primary: true }),
      }));
      if (primary !== undefined && !add.some((input) => input.subjectId === primary)) {
        const manager = dossier.tuples.find((t) => t.relation === 'manager' && t.subjectId === primary && t.inForce);
        if (!manager || delta.remove.includes(primary))
          throw problem('not_a_manager', { collaborator: primary, dossier: id });
        add.push({ ...tuple.dossierHas(id, relation, primary), expiresAt: manager.expiresAt, primary: true });
      }
      const remove = delta.remove.map((collaborator) => tuple.dossierHas(id, relation, collaborator));
      await changeTuples(write, { add, remove });
      return outcome(write, id);
    });
  }

  /**
   * Opens a private dossier to the admin who asks, for a limited time and with a written reason: a guest tuple that
   * ends by itself, in the trail as `break_glass` (rule 15).
   *
   * @throws `invalid_actor` without a collaborator; `not_private`, `expiry_in_the_past`, `expiry_too_far`
   */
  breakGlass(request: WriteRequest, id: string, expiresAt: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'break_glass', { id: write.office.id });
      if (isSystem(write.actor)) throw problem('invalid_actor');
      const dossier = (await loadDossiers(write, [id])).get(id);
      if (!dossier) throw problem('not_found', { type: 'dossier', id });
      if (!dossier.row.private) throw problem('not_private', { dossier: id });
      const tooFar = await firstRow(write.em, 'select 1 where $1::timestamptz > now() + make_interval(days => $2)', [
        expiresAt,
        breakGlassDays,
      ]);
      if (tooFar) throw problem('expiry_too_far', { days: breakGlassDays });
      const guest = tuple.dossierHas(id, 'guest', write.actor.subject.id);
      if (!lastsAsLong(dossier, guest, expiresAt)) {
        await changeTuples(write, { add: [{ ...guest, expiresAt }] }, { authorize: false });
      }
      write.recordEntity(`dossier:${id}`, 'break_glass', null, null);
      // An exclusion beats this grant too: to those whom it bars, the dossier still does not exist.
      await requireVisibleDossier(write, id);
      return outcome(write, id);
    });
  }
}

/** `true` for a guest who has at least as long already: nobody's access is shortened by asking for it. */
function lastsAsLong({ tuples }: LoadedDossier, guest: TupleRef, expiresAt: string): boolean {
  const present = tuples.find((t) => t.relation === 'guest' && t.subjectId === guest.subjectId && t.inForce);
  return (
    present !== undefined && (present.expiresAt === null || Date.parse(present.expiresAt) >= Date.parse(expiresAt))
  );
}
