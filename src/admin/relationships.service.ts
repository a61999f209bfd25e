import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import type { TupleFilter } from '#src/relations/relation.store.js';
import { tupleKey, type TupleRef } from '#src/relations/tuples.js';
import { parseRef } from '#src/relations/vocabulary.js';
import type { Answer } from '#src/platform/answer.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { relationshipView, type RelationshipQuery, type RelationshipsWrite } from './relationship.schema.js';
import { RelationWriter } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import type { Write } from './write.js';
import { DossierVisibility } from './dossier-visibility.js';

/** The relationship tuples as they are: for integrations that keep the facts elsewhere. */
@Injectable()
export class RelationshipsService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
  ) {}

  /** @throws `condition_not_met` naming the tuple, and what {@link changeTuples} refuses with */
  write(request: WriteRequest, body: RelationshipsWrite): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      await this.checkConditions(write, body);
      const { added, removed } = await changeTuples(write, { add: body.write, remove: body.delete });
      return { body: { written: added.length, deleted: removed.length } };
    });
  }

  /** A page of the tuples that match the parts given. */
  async list(request: ReadRequest, { limit, cursor, ...query }: RelationshipQuery) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read_trail', { id: view.office.id });
      const filter = filterOf(query);
      return this.reader.page(request, { limit, cursor }, view, {
        name: ['relationships', query],
        rows: (after, most) => view.store.page(filter, after && refOf(after), most),
        position: (t) => [t.objectType, t.objectId, t.relation, t.subjectType, t.subjectId],
        total: () => view.store.count(filter),
        items: async (found) => (await this.visible(view, found)).map(relationshipView),
      });
    });
  }

  private async checkConditions(write: Write, body: RelationshipsWrite): Promise<void> {
    const existing = await write.store.existing([...body.require, ...body.forbid]);
    const inForce = new Set(existing.filter((t) => t.inForce).map(tupleKey));
    const failed =
      body.require.find((ref) => !inForce.has(tupleKey(ref))) ?? body.forbid.find((ref) => inForce.has(tupleKey(ref)));
    if (failed) throw problem('condition_not_met', { tuple: tupleKey(failed) });
  }

  /** Tuples of private dossiers that the viewer may not know of are left out (rule 15). */
  private async visible<T extends TupleRef>(view: OfficeView, tuples: readonly T[]): Promise<T[]> {
    const dossiers = tuples.filter((t) => t.objectType === 'dossier').map((t) => t.objectId);
    const visibility = await DossierVisibility.of(view, dossiers);
    return tuples.filter((t) => t.objectType !== 'dossier' || visibility.shows(t.objectId));
  }
}

function filterOf(query: Omit<RelationshipQuery, 'limit' | 'cursor'>): TupleFilter {
  const part = (text: string | undefined, path: string) => {
    if (text === undefined) return undefined;
    const ref = parseRef(text);
    if (!ref) throw problem('invalid_request', {}, { errors: [{ path, message: 'type:id' }] });
    return ref;
  };
  const object = part(query.object, 'object');
  const subject = part(query.subject, 'subject');
  return {
    ...(object && { objectType: object.type, objectId: object.id }),
    ...(query.relation !== undefined && { relation: query.relation }),
    ...(subject && { subjectType: subject.type, subjectId: subject.id }),
  };
}

function refOf(position: readonly (string | number | null)[]): TupleRef {
  const [objectType, objectId, relation, subjectType, subjectId] = position as string[];
  return { objectType, objectId, relation, subjectType, subjectId } as TupleRef;
}
