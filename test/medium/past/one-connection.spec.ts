import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Database } from '#src/platform/database.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { accessFactsSql, type AccessFactsRow } from '#src/relations/facts.store.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { inPast } from '#test/support/past-tables.js';
import { openSql, refusal, type Sql } from '#test/support/sql.js';

describe('on one connection, questions about the past and the present', () => {
  let own: TestDatabase;
  let sql: Sql;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    sql = await openSql(own);
    await sql.owner(`insert into office (id, name, email) values ('o', 'O', 'o@office.example')`);
    // The manager of each revision is another one: `c3` at the third.
    for (let n = 1; n <= 6; n++) await write(n);
    // A third of them is for statements: transactions have one connection.
    database = await Database.open({ url: own.url, entities: [], poolMax: 2, deadlineMs: 10_000 });
  });
  afterAll(async () => {
    await database.close();
    await sql.close();
    await own.drop();
  });

  async function write(n: number): Promise<void> {
    const person = {
      email: `c${n}@o.example`,
      firstName: '',
      lastName: '',
      profile: 'collaborator',
      language: 'fr',
      status: 'active',
    };
    const dossier = { name: 'D', labels: [], private: false, status: 'active' };
    const office = {
      name: 'O',
      email: 'o@office.example',
      language: 'fr',
      onlyAdminsActivate: true,
      uniqueGroupNames: false,
    };
    const tuple = (manager: number) => ({
      relationships: [
        {
          tuple: `dossier:d#manager@collaborator:c${manager}`,
          primary: true,
          since: '2026-01-01T00:00:00Z',
          by: 'system',
        },
      ],
    });
    const told = [
      [1, `collaborator:c${n}`, 'create', null, person],
      [
        2,
        'dossier:d',
        n === 1 ? 'create' : 'relationships',
        n === 1 ? null : tuple(n - 1),
        { ...(n === 1 && dossier), ...tuple(n) },
      ],
      ...(n === 1 ? [[3, 'office', 'create', null, office]] : []),
    ];
    for (const [sequence, key, action, before, after] of told) {
      await sql.owner(
        `insert into change (office, revision, sequence, key, action, actor, via, before, after)
         values ('o', $1, $2, $3, $4, 'system', 'test', $5, $6)`,
        [n, sequence, key, action, before, after],
      );
    }
    await sql.owner(`update office set revision = ${n} where id = 'o'`);
    await sql.owner(`insert into collaborator (office, id, email, profile, language, version)
                     values ('o', 'c${n}', 'c${n}@o.example', 'collaborator', 'fr', ${n})`);
    await sql.owner(
      `insert into dossier (office, id, name, status, version) values ('o', 'd', 'D', 'active', 1) on conflict do nothing`,
    );
    await sql.owner(`delete from relationship where office = 'o'`);
    await sql.owner(`insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, is_primary, created_by, revision)
                     values ('o', 'dossier', 'd', 'manager', 'collaborator', 'c${n}', true, 'system', ${n})`);
  }

  async function seen(em: Parameters<Parameters<Database['inOffice']>[1]>[0]) {
    const facts = await firstRow<AccessFactsRow>(em, accessFactsSql, [
      'o',
      ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'],
      ['d'],
    ]);
    const [plain] = await rows<{ id: string }>(em, `select subject_id id from relationship where office = 'o'`);
    const [contact] = await rows<{ collaborator: string }>(
      em,
      `select collaborator from dossier_contact('o', array['d'])`,
    );
    const { pid } = (await firstRow<{ pid: number }>(em, 'select pg_backend_pid() pid'))!;
    return {
      pid,
      said: [
        facts?.facts?.revision,
        facts?.facts?.subjects.length,
        ...(facts?.facts?.dossiers[0]?.managers ?? []),
        plain?.id,
        contact?.collaborator,
      ],
    };
  }

  const present = () => database.inOffice('o', seen, { readOnly: true });
  const expected = (n: number) => [n, n, `c${n}`, `c${n}`, `c${n}`];

  // Seen to fail without the line that sets another search path: from the second past on, functions answered from the
  // present, whose plans they had kept.
  test('never mix, in whatever order they come, however often their plans have been used', async () => {
    const pids = new Set<number>();
    const order = [0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 3, 3, 3, 3, 3, 0, 5, 0, 0, 4, 1, 0, 6, 0, 2];
    for (const revision of [...order, ...order.toReversed()]) {
      const { pid, said } = await (revision === 0 ? present() : inPast(database, 'o', { revision }, seen));
      expect([revision, ...said]).toEqual([revision, ...expected(revision || 6)]);
      pids.add(pid);
    }
    expect(pids.size).toBe(1);
  });

  test('leave nothing behind: no table, no other clock, no other path, not even where the work fails', async () => {
    const left = () =>
      database.inOffice('o', (em) =>
        rows(
          em,
          `select current_setting('search_path') path, current_setting('transaction_read_only') read_only,
                  asked_at() = statement_timestamp() now,
                  (select count(*)::int from pg_class where relnamespace = pg_my_temp_schema()) tables`,
        ),
      );
    const clean = [{ path: '"$user", public', read_only: 'off', now: true, tables: 0 }];
    await inPast(database, 'o', { revision: 2 }, seen);
    expect(await left()).toEqual(clean);
    await expect(inPast(database, 'o', { revision: 2 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await left()).toEqual(clean);
  });

  test('and what looks at the past can write nothing that stays', async () => {
    for (const table of ['public.relationship', 'public.change', 'public.office']) {
      const written = inPast(database, 'o', { revision: 2 }, (em) => rows(em, `delete from ${table}`));
      expect(['25006', '42501']).toContain((await refusal(written)).code);
    }
    expect((await present()).said).toEqual(expected(6));
  });
});
