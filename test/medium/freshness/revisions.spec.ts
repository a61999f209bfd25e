import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FactsLoader } from '#src/ability/facts-loader.js';
import { Database } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, type Sql } from '#test/support/sql.js';

describe('a read of the revisions of offices', () => {
  let own: TestDatabase;
  let database: Database;
  let sql: Sql;
  let loader: FactsLoader;
  /** The revision that the office has. */
  let revision = 1;

  beforeAll(async () => {
    own = await createTestDatabase();
    database = await Database.open({ url: own.url, entities: [], poolMax: 2, deadlineMs: 10_000 });
    sql = await openSql(own);
    loader = new FactsLoader(database);
    await sql.owner(`insert into office (id, name, email, revision) values ('o', 'O', 'o@office.example', 1)`);
  });
  afterAll(async () => {
    await sql.close();
    await database.close();
    await own.drop();
  });
  beforeEach(() => write([]));

  /** Takes the next revision, at which these keys change. */
  async function write(keys: readonly string[]): Promise<void> {
    revision++;
    await sql.owner(
      `with next as (update office set revision = $1 where id = 'o')
       insert into change (office, revision, sequence, key, action, actor, via)
       select 'o', $1, n, key, 'update', 'system', 'test' from unnest($2::text[]) with ordinality as k (key, n)`,
      [revision, keys],
    );
  }

  async function read(since: number, office = 'o') {
    const found = (await loader.readRevisions([office], [since])).get(office);
    return found && { revision: found.revision, since: found.since, keys: found.keys && [...found.keys].sort() };
  }

  test('names each key that has changed since the revision that is known, once', async () => {
    const since = revision;
    await write(['dossier:d', 'office']);
    await write(['dossier:d', 'collaborator:c']);
    expect(await read(since)).toEqual({ revision, since, keys: ['collaborator:c', 'dossier:d', 'office'] });
    expect(await read(revision - 1)).toEqual({ revision, since: revision - 1, keys: ['collaborator:c', 'dossier:d'] });
    expect(await read(revision)).toEqual({ revision, since: revision, keys: [] });
  });

  // Seen to fail where no key was taken for too many: each write that changed nothing emptied the caches of its office.
  test('knows of no changed key after writes that changed nothing', async () => {
    const since = revision;
    await write([]);
    await write([]);
    expect(await read(since)).toEqual({ revision, since, keys: [] });
  });

  test('names none where they are too many, or nothing was known', async () => {
    const since = revision;
    const keys = Array.from({ length: 2_001 }, (_, n) => `dossier:d${n}`);
    await write(keys.slice(1));
    expect((await read(since))?.keys).toHaveLength(2_000);
    await write(keys.slice(0, 1));
    expect(await read(since)).toEqual({ revision, since, keys: null });
    expect(await read(-1)).toEqual({ revision, since: -1, keys: null });
  });

  test('tells of each of several offices: the changed, the unchanged and the missing', async () => {
    await sql.owner(
      `insert into office (id, name, email, revision, policy_set) values ('p', 'P', 'p@office.example', 7, 'strict')`,
    );
    const since = revision;
    await write(['dossier:d']);
    const found = await loader.readRevisions(['p', 'gone', 'o', 'new'], [7, 3, since, -1]);
    const { platform, atMs } = found.get('p')!;
    expect(Math.abs(atMs - Date.now())).toBeLessThan(60_000);
    const now = { platform, atMs };
    expect(Object.fromEntries(found)).toEqual({
      p: { revision: 7, policySet: undefined, keys: [], since: 7, ...now },
      gone: { revision: null, policySet: null, keys: null, since: 3, ...now },
      o: { revision, policySet: null, keys: ['dossier:d'], since, ...now },
      new: { revision: null, policySet: null, keys: null, since: -1, ...now },
    });
    expect((await loader.readRevisions(['p'], [-1])).get('p')).toMatchObject({ revision: 7, policySet: 'strict' });
    // A database that was restored: what is known is ahead of it.
    expect((await loader.readRevisions(['p'], [9])).get('p')).toMatchObject({ revision: 7, policySet: 'strict' });
  });

  test('says that there is no such office', async () => {
    expect(await read(5, 'other')).toMatchObject({ revision: null });
  });
});
