import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { CollaboratorEntity } from '#src/relations/entities.js';
import { Answer } from '#src/platform/answer.js';
import type { CollaboratorQuery } from './collaborator.schema.js';
import { collaboratorView, findCollaborator, personView } from './collaborator-view.js';
import { OfficeReader } from './office-reader.js';
import type { ReadRequest } from './read-request.js';
import { etagOf } from './versions.js';

const conditions = `c.office = $1 and ($2::text is null or strpos(c.search, fold($2)) > 0)
  and ($3::text is null or c.status = $3) and ($4::text is null or c.profile = $4) and ($5::text is null or c.id = $5)`;

/** The people of an office as lists: everyone for admins, only themselves for others. */
@Injectable()
export class CollaboratorListsService {
  constructor(private readonly reader: OfficeReader) {}

  list(request: ReadRequest, { q, status, profile, ...page }: CollaboratorQuery) {
    return this.reader.read(request, async (view) => {
      const seesAll = view.guard.may('collaborator', 'read', { id: '-' });
      const only = seesAll ? null : view.guard.actor.subject.id;
      if (only !== null) view.guard.require('collaborator', 'read', { id: only });
      const values = [view.office.id, q ?? null, status ?? null, profile ?? null, only];
      return this.reader.page(request, page, view, {
        name: ['collaborators', q, status, profile],
        rows: (after, most) =>
          rows<{ id: string; key: string }>(
            view.em,
            `select c.id, fold(c.last_name || ' ' || c.first_name) as key from collaborator c
              where ${conditions} and ($6::text is null or (fold(c.last_name || ' ' || c.first_name), c.id) > ($6, $7))
              order by 2, 1 limit $8`,
            [...values, after?.[0] ?? null, after?.[1] ?? null, most],
          ),
        position: (row) => [row.key, row.id],
        total: async () => {
          const row = await firstRow<{ n: string }>(
            view.em,
            `select count(*) n from collaborator c where ${conditions}`,
            values,
          );
          return Number(row?.n ?? 0);
        },
        items: async (found) => {
          const ids = found.map((row) => row.id);
          const people = await view.em.find(CollaboratorEntity, { office: view.office.id, id: { $in: ids } });
          const byId = new Map(people.map((person) => [person.id, person]));
          return ids.flatMap((id) => {
            const person = byId.get(id);
            return person ? [personView(person)] : [];
          });
        },
      });
    });
  }

  /** @throws `not_found` also for someone who exists but whom the viewer may not see */
  one(request: ReadRequest, id: string) {
    return this.reader.read(request, async (view) => {
      const person = view.guard.may('collaborator', 'read', { id }) ? await findCollaborator(view, id) : null;
      if (!person) throw problem('not_found', { type: 'collaborator', id });
      const seesGroups = view.guard.may('client_group', 'read', { id: '-' });
      return new Answer(
        seesGroups ? await collaboratorView(view, person) : personView(person),
        200,
        etagOf(person.version),
      );
    });
  }
}
