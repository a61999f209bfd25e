import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import type { TupleFilter } from '#src/relations/relation.store.js';
import { tupleKey, type TupleRef } from '#src/relations/tuples.js';
import { parseRef } from '#src/relations/vocabulary.js';
import type { Answer } from '#src/platform/answer.js';
import { OfficeReader } from './office-reader.js';
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

  /** A page of the tuples that match the parts given, without those of private dossiers that the viewer may not know of. */
  async list(request: ReadRequest, { limit, cursor, ...query }: RelationshipQuery) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read_trail', { id: view.office.id });
      const { hiddenIds } = await DossierVisibility.of(view);
      const filter = { ...filterOf(query), hiddenDossiers: hiddenIds };
      return this.reader.page(request, { limit, cursor }, view, {
        name: ['relationships', query],
        rows: (after, most) => view.store.page(filter, after && refOf(after), most),
        position: (t) => [t.objectType, t.objectId, t.relation, t.subjectType, t.subjectId],
        total: () => view.store.count(filter),
        items: (found) => found.map(relationshipView),
      });
    });
  }

  /** Whether a condition is met tells what is there, so it is for those who may read it: as in {@link list}. */
  private async checkConditions(write: Write, body: RelationshipsWrite): Promise<void> {
    const conditions = [...body.require, ...body.forbid];
    if (conditions.length === 0) return;
    write.guard.require('office', 'read_trail', { id: write.office.id });
    const dossiers = conditions.filter((ref) => ref.objectType === 'dossier').map((ref) => ref.objectId);
    const visibility = await DossierVisibility.of(write, dossiers);
    const seen = conditions.filter((ref) => ref.objectType !== 'dossier' || visibility.shows(ref.objectId));
    const existing = await write.store.existing(seen);
    const inForce = new Set(existing.filter((t) => t.inForce).map(tupleKey));
    const failed =
      body.require.find((ref) => !inForce.has(tupleKey(ref))) ?? body.forbid.find((ref) => inForce.has(tupleKey(ref)));
    if (failed) throw problem('condition_not_met', { tuple: tupleKey(failed) });
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
