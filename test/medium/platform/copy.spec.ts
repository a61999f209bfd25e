import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyLine } from '#src/platform/copy.js';
import { Database } from '#src/platform/database.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, type Sql } from '#test/support/sql.js';

const deadlineMs = 1_500;
const copySql = 'copy note (id, about) from stdin';
/** More than the buffers between two processes hold. */
const manyLines = copyLine([1, 'x'.repeat(1_000)]).repeat(64_000);

// How these were seen to fail: without escapes, and without the deadline.
describe('a copy', () => {
  let own: TestDatabase;
  let database: Database;
  let sql: Sql;

  beforeAll(async () => {
    own = await createTestDatabase();
    sql = await openSql(own);
    await sql.owner('create table note (id int, about text, check (id < 1000))');
    database = await Database.open({ url: own.url, entities: [], poolMax: 2, deadlineMs });
  });
  afterAll(async () => {
    await sql.close();
    await database.close();
    await own.drop();
  });

  const stored = async () => {
    const rows = await sql.owner<{ about: string | null }>('delete from note returning about');
    return rows.map(({ about }) => about);
  };

  test('stores texts as they are, whatever they are made of', async () => {
    const texts = ['', '\\', '\\N', '\\.', 'a\tb', 'a\nb', 'a\r\nb', '\\t', '"', ',', '\u00e9\u{1F4A9}\u2028', null];
    await database.copy(copySql, texts.map((text, index) => copyLine([index, text])).join(''));
    expect(await stored()).toEqual(texts);
  });

  test('stores all or nothing, and the next one is none the worse', async () => {
    const lines = copyLine([1, 'right']) + copyLine([1_000, 'wrong']);
    await expect(database.copy(copySql, lines)).rejects.toMatchObject({ code: '23514' });
    expect(await stored()).toEqual([]);
    await expect(database.copy('copy nothing from stdin', lines)).rejects.toMatchObject({ code: '42P01' });
    await database.copy(copySql, copyLine([2, 'next']));
    expect(await stored()).toEqual(['next']);
  });

  test('that is refused while it is still being sent hurts nobody', async () => {
    const lines = copyLine([1_000, 'wrong']) + manyLines;
    await expect(database.copy(copySql, lines)).rejects.toMatchObject({ code: '23514' });
    await database.copy(copySql, copyLine([3, 'next']));
    expect(await stored()).toEqual(['next']);
  });

  test('has the deadline of all work, and leaves nothing behind', async () => {
    await sql.owner('begin');
    await sql.owner('lock table note');
    const askedAtMs = performance.now();
    await expect(database.copy(copySql, copyLine([4, 'late']))).rejects.toThrow(UnavailableError);
    expect(performance.now() - askedAtMs).toBeLessThan(2 * deadlineMs);
    await sql.owner('rollback');
    await database.copy(copySql, copyLine([5, 'next']));
    expect(await stored()).toEqual(['next']);
  });
});
