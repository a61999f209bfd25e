import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';
import type { ObjectRef } from './vocabulary.js';

export type Properties = Record<string, unknown>;

/** Something of a type that only policies know. */
export interface StoredEntity extends ObjectRef {
  properties: Properties;
  /** The revision at which it last changed. */
  version: number;
}

/** What an entity is to be. */
export interface EntityInput extends ObjectRef {
  properties: Properties;
}

type Row = Omit<StoredEntity, 'version'> & { version: string };

/** One spelling for one entity in maps. A type holds no colon, so no two entities share one. */
export function entityKey({ type, id }: ObjectRef): string {
  return `${type}:${id}`;
}

/** The generic entities of one office, inside the transaction it was made with. Each method is one statement. */
export class EntityStore {
  constructor(
    private readonly em: EntityManager,
    private readonly office: string,
  ) {}

  /** Those of the named entities that exist, by {@link entityKey}. */
  async find(refs: readonly ObjectRef[]): Promise<Map<string, StoredEntity>> {
    if (refs.length === 0) return new Map();
    const found = await rows<Row>(
      this.em,
      `select e.type, e.id, e.properties, e.version from jsonb_to_recordset($2::jsonb) as n (type text, id text)
         join entity e on e.office = $1 and e.type = n.type and e.id = n.id`,
      [this.office, JSON.stringify(refs.map(({ type, id }) => ({ type, id })))],
    );
    return new Map(found.map((row) => [entityKey(row), toEntity(row)]));
  }

  /** Entities of one type in the order of their ids, after an id: a page costs the same wherever it lies. */
  async page(type: string, after: string | null, limit: number): Promise<StoredEntity[]> {
    const found = await rows<Row>(
      this.em,
      `select type, id, properties, version from entity
        where office = $1 and type = $2 and ($3::text is null or id > $3) order by id limit $4`,
      [this.office, type, after, limit],
    );
    return found.map(toEntity);
  }

  /**
   * Makes and replaces entities, each named once.
   *
   * @returns those that are not as they were: PostgreSQL compares what properties mean, not how they are written
   */
  async put(entities: readonly EntityInput[], revision: number): Promise<StoredEntity[]> {
    if (entities.length === 0) return [];
    const changed = await rows<Row>(
      this.em,
      `insert into entity (office, type, id, properties, version)
       select $1, e.type, e.id, e.properties, $3 from jsonb_to_recordset($2::jsonb) as e (type text, id text, properties jsonb)
           on conflict (office, type, id) do update set properties = excluded.properties, version = excluded.version
        where entity.properties is distinct from excluded.properties
       returning type, id, properties, version`,
      [this.office, JSON.stringify(entities), revision],
    );
    return changed.map(toEntity);
  }

  async remove({ type, id }: ObjectRef): Promise<void> {
    await rows(this.em, 'delete from entity where office = $1 and type = $2 and id = $3', [this.office, type, id]);
  }
}

function toEntity(row: Row): StoredEntity {
  return { ...row, version: Number(row.version) };
}
