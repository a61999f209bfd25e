import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { Answer } from '#src/platform/answer.js';
import { dossierView, namesWith, requireVisibleDossier } from './dossier-view.js';
import { OfficeReader } from './office-reader.js';
import type { ReadRequest } from './read-request.js';
import { etagOf } from './versions.js';

/** One dossier at a time, as its viewer may see it. */
@Injectable()
export class DossierReadsService {
  constructor(private readonly reader: OfficeReader) {}

  /** @throws `not_found` where it does not exist for the viewer */
  one(request: ReadRequest, id: string) {
    return this.reader.read(request, async (view) => {
      const dossier = await requireVisibleDossier(view, id);
      const names = await namesWith(view, [dossier]);
      return new Answer(dossierView(view.guard, dossier, names), 200, etagOf(dossier.row.version));
    });
  }

  /** Where all communication to and from the dossier goes (rule 19). */
  contact(request: ReadRequest, id: string) {
    return this.reader.read(request, async (view) => {
      await requireVisibleDossier(view, id);
      const contact = await firstRow<{ email: string; source: string; collaborator: string | null }>(
        view.em,
        'select email, source, collaborator from dossier_contact($1, $2)',
        [view.office.id, [id]],
      );
      if (!contact) throw problem('not_found', { type: 'dossier', id });
      const { collaborator, ...where } = contact;
      return {
        ...where,
        ...(collaborator !== null && { collaborator }),
        revision: revisionToken(view.office.revision),
      };
    });
  }
}
