import { rows } from '#src/platform/sql.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import type { RecordOf } from './record.js';
import type { ChunkReport } from './report.js';

interface Row {
  type: string;
  id: string;
  properties: Record<string, unknown>;
}

/** Makes and updates entities of types that only policies know; the last line about one counts. */
export async function applyEntities(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const wanted = units.flatMap((unit): Row[] => {
    unit.records.forEach(() => report.accept('entity'));
    const last = unit.records.at(-1) as RecordOf<'entity'> | undefined;
    return last ? [{ type: last.type, id: last.id, properties: last.properties }] : [];
  });
  const named = JSON.stringify(wanted);
  const existing = await rows<Row>(
    write.em,
    `select e.type, e.id, e.properties from jsonb_to_recordset($2::jsonb) as n (type text, id text)
       join entity e on e.office = $1 and e.type = n.type and e.id = n.id`,
    [write.office.id, named],
  );
  const before = new Map(existing.map((row) => [`${row.type}:${row.id}`, row.properties]));
  // PostgreSQL says which ones differ: it compares what they mean, not how they are written.
  const changed = await rows<Row>(
    write.em,
    `insert into entity (office, type, id, properties, version)
     select $1, e.type, e.id, e.properties, $3 from jsonb_to_recordset($2::jsonb) as e (type text, id text, properties jsonb)
         on conflict (office, type, id) do update set properties = excluded.properties, version = excluded.version
      where entity.properties is distinct from excluded.properties
     returning type, id, properties`,
    [write.office.id, named, write.revision],
  );
  for (const { type, id, properties } of changed) {
    const old = before.get(`${type}:${id}`);
    write.recordEntity(`entity:${type}:${id}`, old ? 'update' : 'create', old ? { properties: old } : null, {
      properties,
    });
  }
}
