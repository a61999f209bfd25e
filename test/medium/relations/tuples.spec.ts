import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { relationDefinitions } from '#src/relations/vocabulary.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, refusal, seedTwoOffices, sqlState, type Sql } from '#test/support/sql.js';

// How these were seen to fail: each with its constraint or index dropped from the database before the statement.
describe('PostgreSQL refuses a relationship', () => {
  let database: TestDatabase;
  let sql: Sql;

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = await openSql(database);
    await seedTwoOffices(sql);
  });

  afterAll(async () => {
    await sql.close();
    await database.drop();
  });

  beforeEach(() => sql.owner('begin'));
  afterEach(() => sql.owner('rollback'));

  /** Inserts `dossier:d1#manager@collaborator:c1` into the office. */
  function insert(office: string, tuple: string, more: { primary?: boolean } = {}): Promise<unknown> {
    const [, objectType, objectId, relation, subjectType, subjectId] =
      /^(\w+):(.+)#(\w+)@(\w+):(.+)$/.exec(tuple) ?? [];
    return sql.owner(
      `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, is_primary, created_by, revision)
       values ($1, $2, $3, $4, $5, $6, $7, 'test', 1)`,
      [office, objectType, objectId, relation, subjectType, subjectId, more.primary ?? false],
    );
  }

  test('that is a second client group of a dossier (rule 2)', async () => {
    await insert('a', 'dossier:d1#client_group@client_group:g1');
    expect(await refusal(insert('a', 'dossier:d1#client_group@client_group:g2'))).toMatchObject({
      code: sqlState.unique,
      constraint: 'relationship_one_client_group',
    });
  });

  test('that is a second client group of a dossier, made of another tuple by an update (rule 2)', async () => {
    await insert('a', 'dossier:d1#client_group@client_group:g1');
    await insert('a', 'dossier:d2#client_group@client_group:g1');
    const moved = sql.owner(`update relationship set object_id = 'd1', subject_id = 'g2' where object_id = 'd2'`);
    expect(await refusal(moved)).toMatchObject({ code: sqlState.unique });
  });

  test('but not the same group of a dossier with the same id in another office', async () => {
    await insert('a', 'dossier:d1#client_group@client_group:g1');
    await expect(insert('b', 'dossier:d1#client_group@client_group:g1')).resolves.toBeDefined();
  });

  test('that is twice the same', async () => {
    await insert('a', 'client_group:g1#collaborator@collaborator:c1');
    expect(await refusal(insert('a', 'client_group:g1#collaborator@collaborator:c1'))).toMatchObject({
      code: sqlState.unique,
      constraint: 'relationship_pkey',
    });
  });

  test('that makes a second manager primary', async () => {
    await insert('a', 'dossier:d1#manager@collaborator:c1', { primary: true });
    expect(await refusal(insert('a', 'dossier:d1#manager@collaborator:c2', { primary: true }))).toMatchObject({
      code: sqlState.unique,
      constraint: 'relationship_one_primary_manager',
    });
  });

  test('that makes anything but a manager primary', async () => {
    expect(await refusal(insert('a', 'dossier:d1#guest@collaborator:c1', { primary: true }))).toMatchObject({
      code: sqlState.check,
      constraint: 'relationship_primary_check',
    });
  });

  /** Each relationship of the domain between entities that both offices have. */
  const legal = relationDefinitions.map(({ object, relation, subject }) => {
    const id = { dossier: 'd1', client_group: 'g1', collaborator_group: 'k1', collaborator: 'c1' };
    return { object, relation, subject, tuple: `${object}:${id[object]}#${relation}@${subject}:${id[subject]}` };
  });

  test.each(legal)('but not $tuple, which the domain has', async ({ tuple }) => {
    await expect(insert('a', tuple)).resolves.toBeDefined();
  });

  test.each(legal)('whose object does not exist: $object#$relation', async ({ tuple }) => {
    const unknown = tuple.replace(/:\w+#/, ':nothing#');
    expect(await refusal(insert('a', unknown))).toMatchObject({ code: sqlState.foreignKey });
  });

  test.each(legal)('whose subject does not exist: $object#$relation', async ({ tuple }) => {
    const unknown = tuple.replace(/:\w+$/, ':nothing');
    expect(await refusal(insert('a', unknown))).toMatchObject({ code: sqlState.foreignKey });
  });

  const only: Record<string, string> = {
    dossier: 'd-b',
    client_group: 'g-b',
    collaborator_group: 'k-b',
    collaborator: 'c-b',
  };

  test.each(legal)('whose object is of another office: $object#$relation', async ({ object, tuple }) => {
    const foreign = tuple.replace(/:\w+#/, `:${only[object]}#`);
    expect(await refusal(insert('a', foreign))).toMatchObject({ code: sqlState.foreignKey });
  });

  test.each(legal)('whose subject is of another office: $object#$relation', async ({ subject, tuple }) => {
    const foreign = tuple.replace(/:\w+$/, `:${only[subject]}`);
    expect(await refusal(insert('a', foreign))).toMatchObject({ code: sqlState.foreignKey });
  });

  test('of an office that does not exist', async () => {
    expect(await refusal(insert('nowhere', 'dossier:d1#manager@collaborator:c1'))).toMatchObject({
      code: sqlState.foreignKey,
    });
  });

  const types = ['dossier', 'client_group', 'collaborator_group', 'collaborator', 'office', 'entity', ''];
  const relations = [...new Set(relationDefinitions.map(({ relation }) => relation)), 'owner', 'MANAGER', ''];
  const isLegal = (object: string, relation: string, subject: string) =>
    legal.some((one) => one.object === object && one.relation === relation && one.subject === subject);

  test('whose types do not fit its relation, in every other combination of the words', async () => {
    const id: Record<string, string> = {
      dossier: 'd1',
      client_group: 'g1',
      collaborator_group: 'k1',
      collaborator: 'c1',
    };
    const accepted: string[] = [];
    for (const object of types) {
      for (const relation of relations) {
        for (const subject of types) {
          if (isLegal(object, relation, subject)) continue;
          await sql.owner('savepoint one');
          const inserted = sql.owner(
            `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
             values ('a', $1, $2, $3, $4, $5, 'test', 1)`,
            [object, id[object] ?? 'd1', relation, subject, id[subject] ?? 'c1'],
          );
          const code = await inserted.then(
            () => 'accepted',
            (error: { code?: string }) => error.code,
          );
          if (code !== sqlState.check) accepted.push(`${object}#${relation}@${subject}: ${code}`);
          await sql.owner('rollback to one');
        }
      }
    }
    expect(accepted).toEqual([]);
  });

  test('whose office, object, relation or subject is missing', async () => {
    for (const column of ['office', 'object_type', 'object_id', 'relation', 'subject_type', 'subject_id']) {
      await sql.owner('savepoint one');
      const values = ['office', 'object_type', 'object_id', 'relation', 'subject_type', 'subject_id'].map((name) =>
        name === column
          ? null
          : {
              office: 'a',
              object_type: 'dossier',
              object_id: 'd1',
              relation: 'manager',
              subject_type: 'collaborator',
              subject_id: 'c1',
            }[name],
      );
      const inserted = sql.owner(
        `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
         values ($1, $2, $3, $4, $5, $6, 'test', 1)`,
        values,
      );
      expect(await refusal(inserted)).toMatchObject({ code: sqlState.notNull, column });
      await sql.owner('rollback to one');
    }
  });

  test.each([
    ['dossier', 'd1', 'dossier:d1#manager@collaborator:c1'],
    ['collaborator', 'c1', 'dossier:d1#manager@collaborator:c1'],
    ['client_group', 'g1', 'dossier:d1#client_group@client_group:g1'],
    ['collaborator_group', 'k1', 'collaborator_group:k1#member@collaborator:c1'],
  ])('to be left behind: the %s that it names cannot be deleted', async (table, id, tuple) => {
    await insert('a', tuple);
    expect(await refusal(sql.owner(`delete from ${table} where office = 'a' and id = $1`, [id]))).toMatchObject({
      code: sqlState.foreignKey,
    });
  });
});
