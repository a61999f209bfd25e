import { entityKey, EntityStore, type EntityInput } from '#src/relations/entity.store.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

/** Makes and updates entities of types that only policies know; the last line about one counts. */
export async function applyEntities(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const wanted = units.flatMap((unit): EntityInput[] => {
    unit.records.forEach(() => report.accept('entity'));
    const last = unit.records.at(-1) as RecordOf<'entity'> | undefined;
    return last ? [{ type: last.type, id: last.id, properties: last.properties }] : [];
  });
  const store = new EntityStore(write.em, write.office.id);
  const before = await store.find(wanted);
  for (const { properties, ...ref } of await store.put(wanted, write.revision)) {
    const key = entityKey(ref);
    const old = before.get(key)?.properties;
    write.recordEntity(`entity:${key}`, old ? 'update' : 'create', old ? { properties: old } : null, { properties });
  }
}
