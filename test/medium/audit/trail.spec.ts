import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { changeLines, decisionLines, linesOf } from '#src/audit/audit-lines.js';
import { verifyChains } from '#src/audit/chain-verifier.js';
import { DecisionChains } from '#src/audit/decision-chains.js';
import { PostgresSink } from '#src/audit/postgres-sink.js';
import { Database } from '#src/platform/database.js';
import { migrateDown, migrateUp } from '#src/platform/migrate.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { entriesAt } from '#test/support/decision-entries.js';
import { DecisionFolder } from '#test/support/decision-lines.js';
import { eventually } from '#test/support/eventually.js';
import { OfficeClient } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { theBuild } from '#test/support/service-process.js';

let app: TestApp;
let office: OfficeClient;
let client: pg.Client;
const folder = new DecisionFolder();

beforeAll(async () => {
  app = await startApp({ environment: { DECISION_LOG: 'postgres' } });
  for (const n of [1, 2]) {
    office = await OfficeClient.make(app);
    await office.collaborator('anne', { firstName: 'É"\\\n'.trim(), lastName: `'${n}` });
    for (const id of ['d', 'e', 'f']) await office.dossier(id, { managers: ['anne'], labels: ['été', '\u{1F4A9}'] });
    await office.clientGroup('g', { dossiers: ['d', 'e'] });
    await office.api.patch(
      office.at('client-groups', 'g'),
      { dossiers: { add: ['f'], remove: ['d'] } },
      { 'if-match': '*' },
    );
    await office.opens('anne', ['d', 'e', 'none']);
  }
  client = new pg.Client({ connectionString: app.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await app.close();
  folder.remove();
});

const verify = () => verifyChains(changeLines(client));

async function trail(): Promise<Buffer> {
  const lines: Buffer[] = [];
  for await (const chunk of changeLines(client)) for (const { line } of chunk) lines.push(line, Buffer.from('\n'));
  return Buffer.concat(lines);
}

/** What is found after something that only the owner of the tables can do; it is undone. */
async function after(text: string): Promise<string | undefined> {
  await client.query('begin');
  try {
    await client.query('alter table change disable trigger all');
    const { rowCount } = await client.query(text);
    expect(rowCount).toBeGreaterThan(0);
    return (await verify()).fault?.where;
  } finally {
    await client.query('rollback');
  }
}

// How these were seen to fail: with a trigger that leaves out a member, and without the look at the heads.
describe('the trail in PostgreSQL', () => {
  test('is one chain for each office, without a gap', async () => {
    const { rows } = await client.query<{ n: number }>('select count(*)::int n from change');
    const { entries, heads, fault } = await verify();
    expect([fault, entries, heads.size]).toEqual([undefined, rows[0]?.n, 2]);
  });

  const row = `where office = (select max(office) from change) and key = 'dossier:e' and action = 'create'`;
  test.each([
    ...['actor', 'via', 'key', 'action', 'reason', 'request_id'].map(
      (column) => `update change set ${column} = 'x' ${row}`,
    ),
    `update change set at = at + interval '1 microsecond' ${row}`,
    `update change set sequence = sequence + 1000 ${row}`,
    `update change set after = jsonb_set(after, '{name}', '"x"') ${row}`,
    `update change set before = '{}' ${row}`,
    `update change set hash = sha256('x') ${row}`,
    `delete from change ${row}`,
    `delete from change where revision = 1`,
    `with one as (select * from change ${row} limit 1) update change c set office = (select min(office) from change), sequence = 1000 from one
      where c.office = one.office and c.revision = one.revision and c.sequence = one.sequence`,
    `insert into change select office, revision, sequence + 1000, key, action, actor, via, before, after, reason, request_id, at, hash
       from change ${row}`,
  ])('shows %s', async (text) => {
    expect(await after(text)).toMatch(/^change /);
    expect((await verify()).fault).toBeUndefined();
  });

  test('shows an end that was cut off to whoever kept its head', async () => {
    const heads = [...(await verify()).heads.values()];
    await client.query('begin');
    await client.query('alter table change disable trigger all');
    await client.query(
      `delete from change c where revision = (select max(revision) from change where office = c.office) and office = (select max(office) from change)`,
    );
    expect((await verify()).fault).toBeUndefined();
    expect((await verifyChains(changeLines(client), { heads })).fault?.where).toMatch(/^head /);
    await client.query('rollback');
    expect((await verifyChains(changeLines(client), { heads })).fault).toBeUndefined();
  });

  test('can be checked elsewhere as lines, of which no byte can be changed unseen', async () => {
    const whole = await trail();
    const file = `${folder.path}/trail`;
    const faultIn = async (content: Buffer) => {
      writeFileSync(file, content);
      return (await verifyChains(linesOf([file]))).fault;
    };
    expect(await faultIn(whole)).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const tampered = Buffer.from(whole);
        tampered[at] = (tampered[at] ?? 0) ^ by;
        expect(await faultIn(tampered)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

// How these were seen to fail: with times to the millisecond, and with pages that begin after the place of an entry.
describe('the log of decisions in PostgreSQL', () => {
  const found = () => verifyChains(decisionLines(client));

  beforeAll(async () => {
    await eventually('the decisions in the log', async () => (await found()).entries === 6);
  });

  /** Where the first fault is after something that only the owner of the tables can do; it is undone. */
  async function faultAfter(text: string): Promise<string | undefined> {
    await client.query('begin');
    try {
      expect((await client.query(text)).rowCount).toBeGreaterThan(0);
      return (await found()).fault?.where;
    } finally {
      await client.query('rollback');
    }
  }

  test('gives back the lines that its hashes are made of', async () => {
    expect(await found()).toMatchObject({ entries: 6, fault: undefined });
  });

  const texts = ['principal', 'actor', 'subject_type', 'subject', 'action', 'resource_type', 'resource', 'rule'];
  const one = `where office = (select max(office) from decision) and n = 2`;
  test.each([
    ...[...texts, 'revision', 'policy', 'request_id', 'purpose'].map((column) => `set ${column} = 'x'`),
    `set allowed = not allowed`,
    `set at = at + interval '1 microsecond'`,
    `set at = at - interval '1 millisecond'`,
    `set hash = sha256('x')`,
    `set n = 1000`,
    `set instance = gen_random_uuid()`,
    `set office = (select min(office) from decision)`,
    `set dropped = 1, allowed = null`,
  ])('shows an entry of which somebody %s', async (what) => {
    expect(await faultAfter(`update decision ${what} ${one}`)).toMatch(/^decision /);
  });

  test('shows an entry that was removed, and one that is there twice', async () => {
    expect(await faultAfter(`delete from decision ${one}`)).toMatch(/^decision /);
    const twice = (where: string) => `insert into decision select (jsonb_populate_record(d,
      jsonb_build_object('at', d.at + interval '1 millisecond'))).* from decision d ${where}`;
    expect(await faultAfter(twice(one))).toMatch(/^decision /);
  });

  test('shows one that is there twice also where a page of the reading ends', async () => {
    const chains = new DecisionChains();
    const sink = new PostgresSink(app.get(Database), 100);
    const entries = entriesAt(Array<number>(5_000).fill(Date.now()), ['!before all others'], chains);
    for (let at = 0; at < entries.length; at += 1_000) await sink.write(entries.slice(at, at + 1_000));
    expect((await found()).fault).toBeUndefined();
    const twice = `insert into decision select (jsonb_populate_record(d,
      jsonb_build_object('at', d.at + interval '1 millisecond'))).* from decision d where n = 5000`;
    expect(await faultAfter(twice)).toMatch(/^decision !before all others .* 5000$/);
    await client.query(`delete from decision where office = '!before all others'`);
  });
});

test('the commands check the database and files, print the heads, and fail on what is broken', async () => {
  const run = async (...args: string[]) => {
    const command = ['dist/src/cardea.main.js', 'audit', ...args];
    return promisify(execFile)(process.execPath, command, { cwd: theBuild(), maxBuffer: 2 ** 24 }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
    );
  };
  const database = await run('verify', '--database', app.database.url);
  expect(database).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ entries in 4 chains are in order\n$/) });
  const exported = await run('export', '--database', app.database.url);
  const file = `${folder.path}/exported`;
  writeFileSync(file, exported.stdout);
  const head = (await run('verify', file)).stdout.split(' ')[1] ?? '';
  expect(database.stdout).toContain(`head ${head} change `);
  expect((await run('verify', file, '--head', head)).code).toBe(0);
  writeFileSync(file, exported.stdout.replace('été', 'ete'));
  const broken = await run('verify', file, '--head', head);
  expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/^BROKEN at \S+exported:\d+: /) });
  // What could not be looked at is neither in order nor broken.
  const nowhere = new URL(app.database.url);
  nowhere.pathname = '/nowhere';
  for (const args of [
    ['verify', '/nowhere'],
    ['verify', '--database', nowhere.href],
    ['verify', '--heads'],
    ['export', file],
  ])
    expect(await run(...args)).toEqual({ code: 2, stdout: '' });
}, 180_000);

test('a trail from before the chains is chained by the migration as it would have been', async () => {
  const before = await trail();
  const chained = 'Migration20261124000600_chained_trail';
  while (!(await migrateDown(app.database.url)).includes(chained));
  await onDatabase(app.database, async (one) => {
    await expect(one.query('select hash from change')).rejects.toThrow();
  });
  await migrateUp(app.database.url);
  expect((await trail()).equals(before)).toBe(true);
  // And history is as protected as before.
  await expect(client.query(`update change set actor = 'x'`)).rejects.toThrow('the audit trail cannot be changed');
});
