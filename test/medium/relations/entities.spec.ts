import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { openSql, refusal, seedTwoOffices, sqlState, type Sql } from '#test/support/sql.js';

// How these were seen to fail: each with its domain, check or index dropped from the database before the statement.
describe('PostgreSQL refuses', () => {
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

  const group = (table: string, name: string) =>
    sql.owner(`insert into ${table} (office, id, name, version) values ('a', 'new', $1, 1)`, [name]);
  const collaborator = (email: string, office = 'a') =>
    sql.owner(
      `insert into collaborator (office, id, email, profile, language, version) values ($1, 'new', $2, 'admin', 'fr', 1)`,
      [office, email],
    );
  const dossier = (number: string, office = 'a') =>
    sql.owner(
      `insert into dossier (office, id, name, enterprise_number, version) values ($1, 'new', 'Garage', $2, 1)`,
      [office, number],
    );

  describe.each(['client_group', 'collaborator_group'])('a %s whose name', (table) => {
    test.each([
      ['is empty', ''],
      ['is spaces', '   '],
      ['is tabs and line ends', '\t\r\n'],
      ['is a no-break space', '\u00a0'],
      ['is a narrow no-break space', '\u202f'],
      ['is thin and hair spaces', '\u2009\u200a'],
      ['is figure, punctuation and em spaces', '\u2007\u2008\u2003'],
      ['is a medium mathematical space', '\u205f'],
      ['is an Ogham space', '\u1680'],
      ['is an ideographic space', '\u3000'],
      ['is line and paragraph separators', '\u2028\u2029'],
      ['is a next line', '\u0085'],
      ['is a zero-width space', '\u200b'],
      ['is zero-width joiners', '\u200d\u200c'],
      ['is a word joiner', '\u2060'],
      ['is a byte order mark', '\ufeff'],
      ['is a soft hyphen', '\u00ad'],
      ['is marks of direction', '\u200e\u200f\u202a\u202e\u2066\u2069'],
      ['is a Hangul filler', '\u3164'],
      ['is a variation selector', '\ufe0f'],
      ['is blanks of several kinds', ' \u200b\u00a0\u200d '],
      ['begins with a space', ' Bruxelles'],
      ['ends with a no-break space', 'Bruxelles\u00a0'],
      ['begins with a hair space', '\u200aBruxelles'],
      ['is not in Unicode NFC', 'Lie\u0300ge'],
      ['has 101 characters', 'é'.repeat(101)],
    ])('%s (rule 16)', async (_what, name) => {
      expect(await refusal(group(table, name))).toMatchObject({ code: sqlState.check });
    });

    test('is missing (rule 16)', async () => {
      const inserted = sql.owner(`insert into ${table} (office, id, name, version) values ('a', 'new', null, 1)`);
      expect(await refusal(inserted)).toMatchObject({ code: sqlState.notNull });
    });

    test.each([
      ['has 100 characters, beyond the first plane too', '𝄞'.repeat(100)],
      ['is in NFC', 'Liège'],
      ['has a joiner between letters, as Persian needs', 'می\u200cخواهم'],
    ])('but not one that %s', async (_what, name) => {
      await expect(group(table, name)).resolves.toBeDefined();
    });
  });

  test('the e-mail of a collaborator twice in an office, ignoring case (rule 23)', async () => {
    expect(await refusal(collaborator('C1@Office.Example'))).toMatchObject({
      code: sqlState.unique,
      constraint: 'collaborator_email_key',
    });
  });

  test('the e-mail of a collaborator that becomes another one’s by an update (rule 23)', async () => {
    const updated = sql.owner(`update collaborator set email = 'C1@OFFICE.EXAMPLE' where office = 'a' and id = 'c2'`);
    expect(await refusal(updated)).toMatchObject({ code: sqlState.unique });
  });

  test('but not the same e-mail in another office', async () => {
    await collaborator('new@office.example');
    await expect(collaborator('new@office.example', 'b')).resolves.toBeDefined();
  });

  test.each([
    ['an empty text', ''],
    ['no at', 'office.example'],
    ['two addresses', 'a@office.example,b@office.example'],
    ['a line of its own', 'a@office.example\nBcc: b@office.example'],
    ['a name with brackets', 'Anne <a@office.example>'],
    ['more than 254 characters', `${'a'.repeat(250)}@b.be`],
  ])('an e-mail that is %s (rule 18)', async (_what, email) => {
    expect(await refusal(collaborator(email))).toMatchObject({ code: sqlState.check });
    await sql.owner('rollback');
    await sql.owner('begin');
    const ofGroup = sql.owner(`update client_group set email = $1 where office = 'a'`, [email]);
    expect(await refusal(ofGroup)).toMatchObject({ code: sqlState.check });
    await sql.owner('rollback');
    await sql.owner('begin');
    expect(await refusal(sql.owner('update office set email = $1', [email]))).toMatchObject({ code: sqlState.check });
  });

  test('an office without e-mail (rule 18)', async () => {
    const inserted = sql.owner(`insert into office (id, name, email) values ('new', 'New', null)`);
    expect(await refusal(inserted)).toMatchObject({ code: sqlState.notNull });
  });

  test('an enterprise number twice among the dossiers of an office (rule 26)', async () => {
    expect(await refusal(dossier('0123456749'))).toMatchObject({
      code: sqlState.unique,
      constraint: 'dossier_enterprise_number_key',
    });
  });

  test('but not the same enterprise number in another office', async () => {
    await dossier('0200000043');
    await expect(dossier('0200000043', 'b')).resolves.toBeDefined();
  });

  test.each([
    ['with a wrong checksum', '0123456750'],
    ['of nine digits', '123456749'],
    ['of eleven digits', '00123456749'],
    ['that begins with a 2', '2123456749'],
    ['written with dots, so that it could be there twice', '0123.456.749'],
    ['with letters', 'BE12345674'],
    ['in full-width digits', '０１２３４５６７４９'],
    ['that is empty', ''],
  ])('an enterprise number %s (rule 26)', async (_what, number) => {
    expect(await refusal(dossier(number))).toMatchObject({ code: sqlState.check });
  });

  const wrongIds = [
    ['', 'empty'],
    [' c1', 'with a space before'],
    ['c 1', 'with a space within'],
    ['c1\n', 'with a line end'],
    ['-c1', 'that begins with a hyphen'],
    ['c#1', 'with the delimiter of a tuple'],
    ['c1\u200b', 'with a zero-width space'],
    ['с1', 'with a Cyrillic letter'],
    ['é', 'with an accent'],
    ['__proto__', 'that JavaScript treats specially'],
    ['constructor', 'that JavaScript treats specially'],
    ['prototype', 'that JavaScript treats specially'],
    ['c'.repeat(129), 'of 129 characters'],
  ] as const;
  const rowsWithId: Record<string, string> = {
    office: `insert into office (id, name, email) values ($1, 'New', 'new@office.example')`,
    collaborator: `insert into collaborator (office, id, email, profile, language, version) values ('a', $1, 'new@office.example', 'admin', 'fr', 1)`,
    collaborator_group: `insert into collaborator_group (office, id, name, version) values ('a', $1, 'New', 1)`,
    client_group: `insert into client_group (office, id, name, version) values ('a', $1, 'New', 1)`,
    dossier: `insert into dossier (office, id, name, version) values ('a', $1, 'New', 1)`,
    entity: `insert into entity (office, type, id, version) values ('a', 'record', $1, 1)`,
    api_key: `insert into api_key (office, id, name, hash, scopes, created_by) values ('a', $1, 'New', sha256('x'), '{read}', 'test')`,
  };

  test.each(wrongIds)('the id %j, %s, for every kind of entity', async (id, _why) => {
    for (const [table, text] of Object.entries(rowsWithId)) {
      await sql.owner('savepoint one');
      expect({ table, ...(await refusal(sql.owner(text, [id]))) }).toMatchObject({ table, code: sqlState.check });
      await sql.owner('rollback to one');
    }
  });

  test.each(['c1', 'C1', 'a:b', 'auth0|5f7c8ec7c33c6c004bbafe82', 'a/b+c=', 'x'.repeat(128)])(
    'but not the id %j, for any kind of entity',
    async (id) => {
      for (const [table, text] of Object.entries(rowsWithId)) {
        if (table === 'collaborator' && id === 'c1') continue;
        await expect(sql.owner(text, [id])).resolves.toBeDefined();
      }
    },
  );

  test.each([
    ['profile', `update collaborator set profile = 'system'`],
    ['status', `update collaborator set status = 'deleted'`],
    ['language', `update collaborator set language = 'es'`],
    ['dossier status', `update dossier set status = 'archived'`],
    [
      'scope',
      `insert into api_key (office, id, name, hash, scopes, created_by) values ('a', 'k', 'K', sha256('x'), '{admin}', 't')`,
    ],
    [
      'empty list of scopes',
      `insert into api_key (office, id, name, hash, scopes, created_by) values ('a', 'k', 'K', sha256('x'), '{}', 't')`,
    ],
    [
      'key in place of its hash',
      `insert into api_key (office, id, name, hash, scopes, created_by) values ('a', 'k', 'K', 'cdk_plain', '{read}', 't')`,
    ],
  ])('a word that the domain does not have: %s', async (_what, text) => {
    expect(await refusal(sql.owner(text))).toMatchObject({ code: sqlState.check });
  });
});
