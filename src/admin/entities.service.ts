import { Injectable } from '@nestjs/common';
import { Answer } from '#src/platform/answer.js';
import { problem } from '#src/platform/errors.js';
import { entityKey, EntityStore, type Properties, type StoredEntity } from '#src/relations/entity.store.js';
import type { ObjectRef } from '#src/relations/vocabulary.js';
import { OfficeReader } from './office-reader.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { etagOf, expectNoVersion, expectVersion } from './versions.js';
import type { Write } from './write.js';

/** The entities of types that only policies know: attributes by type and id. */
@Injectable()
export class EntitiesService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
  ) {}

  /** @throws `not_found`, `forbidden` */
  get(request: ReadRequest, ref: ObjectRef): Promise<Answer> {
    return this.reader.read(request, async ({ em, office, guard }) => {
      guard.require('office', 'read_entities', { id: office.id });
      const entity = found(await find(new EntityStore(em, office.id), ref), ref);
      return new Answer(viewOf(entity), 200, etagOf(entity.version));
    });
  }

  /** Makes the entity, or replaces it as a whole where it exists. */
  put(request: WriteRequest, ref: ObjectRef, properties: Properties): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'write_entities', { id: write.office.id });
      const store = new EntityStore(write.em, write.office.id);
      const before = await find(store, ref);
      if (!before) await expectNoVersion(write, keyOf(ref));
      const [changed] = await store.put([{ ...ref, properties }], write.revision);
      // What is refused here is undone with the whole write.
      if (before && changed) await expectVersion(write, keyOf(ref), before.version);
      if (changed) record(write, before, changed);
      const entity = changed ?? found(before, ref);
      return this.outcome(entity, before ? 200 : 201);
    });
  }

  delete(request: WriteRequest, ref: ObjectRef): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'write_entities', { id: write.office.id });
      const store = new EntityStore(write.em, write.office.id);
      const { version, properties } = found(await find(store, ref), ref);
      if (request.ifMatch !== undefined) await expectVersion(write, keyOf(ref), version);
      await store.remove(ref);
      write.recordEntity(keyOf(ref), 'delete', { properties }, null);
      return { body: { deleted: true } };
    });
  }

  private outcome(entity: StoredEntity, status: number): Outcome {
    return { body: viewOf(entity), status, etag: etagOf(entity.version) };
  }
}

function record(write: Write, before: StoredEntity | undefined, { properties, ...ref }: StoredEntity): void {
  const old = before ? { properties: before.properties } : null;
  write.recordEntity(keyOf(ref), before ? 'update' : 'create', old, { properties });
}

async function find(store: EntityStore, ref: ObjectRef): Promise<StoredEntity | undefined> {
  return (await store.find([ref])).get(entityKey(ref));
}

function found(entity: StoredEntity | undefined, { type, id }: ObjectRef): StoredEntity {
  if (!entity) throw problem('not_found', { type, id });
  return entity;
}

/** The key of the trail, which caches follow as well. */
function keyOf(ref: ObjectRef): string {
  return `entity:${entityKey(ref)}`;
}

function viewOf({ type, id, properties }: StoredEntity) {
  return { type, id, properties };
}
