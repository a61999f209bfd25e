import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database, isRetryable } from '#src/platform/database.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';

const addOffice = `insert into office (id, name, email) values (?, ?, 'a@office.example')`;

describe('the database', () => {
  let own: TestDatabase;
  let database: Database;

  const open = (url = own.url, poolMax = 4) => Database.open({ url, entities: [], poolMax, deadlineMs: 2_000 });
  const officesSeenFrom = (office: string): Promise<{ id: string }[]> =>
    database.inOffice(office, (em) => em.execute('select id from office'));

  beforeAll(async () => {
    own = await createTestDatabase();
    database = await open();
    for (const id of ['o1', 'o2']) await database.inOffice(id, (em) => em.execute(addOffice, [id, id]));
  });

  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  test('work in an office sees that office and no other', async () => {
    expect(await officesSeenFrom('o1')).toEqual([{ id: 'o1' }]);
    expect(await officesSeenFrom('o2')).toEqual([{ id: 'o2' }]);
    expect(await officesSeenFrom('o3')).toEqual([]);
  });

  test('work in an office cannot write another', async () => {
    const stray = database.inOffice('o1', (em) => em.execute(addOffice, ['o4', 'o4']));
    await expect(stray).rejects.toThrow(/row-level security/);
  });

  test('the office of one piece of work is forgotten before the next, on every connection', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => officesSeenFrom(index % 2 ? 'o1' : 'o2')));
    const seen = Array.from({ length: 8 }, () =>
      database.query<{ id: string }>('offices', 'select id from office', []),
    );
    expect((await Promise.all(seen)).flat()).toEqual([]);
  });

  test('only work as the owner sees past the offices, and the connection is the role of requests again after it', async () => {
    // One connection for statements and one for transactions.
    const one = await open(own.url, 2);
    expect(await one.asOwner((em) => em.execute('select id from office order by id'))).toEqual([
      { id: 'o1' },
      { id: 'o2' },
    ]);
    const who = 'select current_user::text as who';
    expect(await one.inOffice('o1', (em) => em.execute(who))).toEqual([{ who: 'cardea_app' }]);
    expect(await one.query('who', who, [])).toEqual([{ who: 'cardea_app' }]);
    await one.close();
  });

  test('options in the URL of the database do not undo the role', async () => {
    const url = new URL(own.url);
    url.searchParams.set('options', '-c role=none -c work_mem=5MB');
    const opened = await open(url.href);
    const [row] = await opened.query(
      'both',
      `select current_user::text as who, current_setting('work_mem') as mem`,
      [],
    );
    expect(row).toEqual({ who: 'cardea_app', mem: '5MB' });
    await opened.close();
  });

  test('what a piece of work did is undone when it throws', async () => {
    const failing = database.inOffice('o5', async (em) => {
      await em.execute(addOffice, ['o5', 'o5']);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await officesSeenFrom('o5')).toEqual([]);
  });

  test('work that only reads sees one snapshot and cannot write', async () => {
    const name = () => 'select name from office';
    const reading = database.inOffice(
      'o1',
      async (em) => {
        const before = await em.execute(name());
        await database.inOffice('o1', (other) => other.execute(`update office set name = 'renamed'`));
        return [before, await em.execute(name())];
      },
      { readOnly: true },
    );
    const [before, after] = await reading;
    expect(after).toEqual(before);
    const writing = database.inOffice('o1', (em) => em.execute(`update office set name = 'x'`), { readOnly: true });
    await expect(writing).rejects.toThrow(/read-only transaction/);
  });

  test('a statement is prepared once per connection, and takes its values apart from its text', async () => {
    const one = await open(own.url, 2);
    const echo = (value: string) => one.query<{ value: string }>('echo', 'select $1::text as value', [value]);
    expect(await echo(`'; drop table office; --`)).toEqual([{ value: `'; drop table office; --` }]);
    await echo('again');
    const prepared = await one.query('prepared', `select name from pg_prepared_statements where name = 'echo'`, []);
    expect(prepared).toHaveLength(1);
    await one.close();
  });

  test('a reader of the revisions of all offices may read nothing else, and plans its statement once', async () => {
    const name = 'who';
    const text = `select current_user::text, current_setting('plan_cache_mode')`;
    expect(await database.preparedReader({ name, text }).read([])).toEqual([['cardea_fence', 'force_generic_plan']]);
    const curious = database.preparedReader({ name: 'facts', text: 'select id from office' });
    await expect(curious.read([])).rejects.toThrow(/permission denied/);
  });

  test('statements and the question whether PostgreSQL answers do not wait for transactions, however long these take', async () => {
    const one = await open(own.url, 2);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const work = one.inOffice('o1', async (em) => {
      await em.execute('select 1');
      await held;
    });
    const waiting = one.inOffice('o1', (em) => em.execute('select 2 as two'));
    expect(await one.query('one', 'select 1 as one', [])).toEqual([{ one: 1 }]);
    await Promise.all(Array.from({ length: 50 }, () => one.ping()));
    const readers = `select from pg_stat_activity where query = 'select 1' and usename = session_user and datname = current_database()`;
    // All who asked at once shared one connection.
    expect((await one.query('readers', readers, [])).length).toBeLessThanOrEqual(2);
    goOn();
    await work;
    expect(await waiting).toEqual([{ two: 2 }]);
    await one.close();
  });

  test('an error of the statement is thrown as it is, and costs no connection', async () => {
    const one = await open(own.url, 2);
    const pid = async () => (await one.query<{ pid: number }>('pid', 'select pg_backend_pid() as pid', []))[0]?.pid;
    const before = await pid();
    await expect(one.query('broken', 'select 1/0', [])).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
    await one.close();
  });

  test('a deadlock can be told from other errors, for it is worth another try', async () => {
    const lock = (id: string) => `select from office where id = '${id}' for update`;
    const meet = new Meeting(2);
    // As the owner, one transaction can hold rows of two offices, as no request can.
    const cross = (first: string, second: string) =>
      database.asOwner(async (em) => {
        await em.execute(lock(first));
        await meet.arrive();
        await em.execute(lock(second));
      });
    const outcomes = await Promise.allSettled([cross('o1', 'o2'), cross('o2', 'o1')]);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failed.map(({ reason }) => isRetryable(reason))).toEqual([true]);
    expect(isRetryable(new Error('anything else'))).toBe(false);
    expect(isRetryable(undefined)).toBe(false);
  });

  test('closing twice is the same as closing once', async () => {
    const opened = await open();
    await opened.ping();
    await opened.close();
    await expect(opened.close()).resolves.toBeUndefined();
  });
});

/** Lets nobody go on before all have arrived. */
class Meeting {
  #missing: number;
  #open = (): void => undefined;
  readonly #all = new Promise<void>((resolve) => (this.#open = resolve));

  constructor(size: number) {
    this.#missing = size;
  }

  async arrive(): Promise<void> {
    if (--this.#missing === 0) this.#open();
    await this.#all;
  }
}
