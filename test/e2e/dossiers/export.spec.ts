import { beforeAll, describe, expect, test } from '@jest/globals';
import Excel from 'exceljs';
import { aDraft } from '#test/factories/dossiers.js';
import { enterpriseNumber } from '#test/support/enterprise-number.js';
import { Api } from '#test/support/api.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app, { email: 'office@o.example' });
  await office.collaborator('mia', { firstName: 'Mïa', lastName: '=cmd', email: 'mia@o.example' });
  await office.collaborator('anne');
  await office.collaborator('sam', { profile: 'support' });
  await office.dossier('d1', {
    name: '=1+1',
    code: '+cmd|calc',
    enterpriseNumber: enterpriseNumber(5),
    labels: ['@SUM(A1)', '-1'],
    managers: ['mia'],
  });
  await office.dossier('d2', { name: '<Été> & "Co"', code: '0012', enterpriseNumber: null });
  await office.dossier('draft', { ...aDraft(), name: 'Projet', managers: ['anne'] });
  await office.dossier('private', { name: 'Secret', private: true, managers: ['mia'] });
  await office.clientGroup('g1', { name: '=HYPERLINK("x")', dossiers: ['d1'], collaborators: ['anne', 'sam'] });
});

const path = (query = '') => `${office.at('dossiers', 'export.xlsx')}${query}`;

async function sheet(query = '', as?: string, language = 'en') {
  const headers = {
    authorization: `Bearer ${app.key}`,
    'accept-language': language,
    ...(as && { 'cardea-actor': as }),
  };
  const response = await fetch(`${app.url}${path(query)}`, { headers });
  expect(response.status).toBe(200);
  const book = new Excel.Workbook();
  await book.xlsx.load(await response.arrayBuffer());
  const rows: Excel.Cell[][] = [];
  book.worksheets[0]?.eachRow((row) => {
    rows.push(Array.from({ length: 10 }, (_, column) => row.getCell(column + 1)));
  });
  return { response, rows, texts: rows.map((row) => row.map((cell) => cell.value ?? '')) };
}

const ids = ({ texts }: { texts: unknown[][] }) => texts.slice(1).map(([id]) => id);

describe('the Excel export', () => {
  test('rule 25: holds a row for every dossier of the list, and says what the list says', async () => {
    const { response, texts } = await sheet('', 'mia');
    expect(response.headers.get('content-type')).toContain('spreadsheetml');
    expect(response.headers.get('content-disposition')).toContain('dossiers.xlsx');
    expect(texts).toEqual([
      [
        'Dossier',
        'Name',
        'Code',
        'Enterprise number',
        'Status',
        'Client group',
        'Managers',
        'Labels',
        'Contact',
        'Result',
      ],
      [
        ...['d1', '=1+1', '+cmd|calc', enterpriseNumber(5), 'active', '=HYPERLINK("x")', 'Mïa =cmd', '@SUM(A1), -1'],
        ...['mia@o.example', ''],
      ],
      ['private', 'Secret', expect.any(String), expect.any(String), 'active', '', 'Mïa =cmd', '', 'mia@o.example', ''],
    ]);
  });

  test('every cell is text: what looks like a formula is none, and a code keeps its zeros', async () => {
    const { rows, texts } = await sheet();
    for (const cell of rows.slice(1).flat()) {
      expect([Excel.ValueType.String, Excel.ValueType.Null]).toContain(cell.type);
      expect(cell.formula).toBeUndefined();
      if (cell.type === Excel.ValueType.String) expect(cell.numFmt).toBe('@');
    }
    expect(texts.find(([id]) => id === 'd2')?.slice(0, 4)).toEqual(['d2', '<Été> & "Co"', '0012', '']);
  });

  test.each([
    ['fr', 'Nom', 'Résultat'],
    ['nl', 'Naam', 'Resultaat'],
    ['de', 'Name', 'Ergebnis'],
  ])('its headings are in the language of the caller: %s', async (language, name, result) => {
    const [headings] = (await sheet('', undefined, language)).texts;
    expect([headings?.[1], headings?.at(-1)]).toEqual([name, result]);
  });

  test('rule 24: takes the filters of the list, and selections by id in the order given', async () => {
    expect(ids(await sheet('?clientGroup=g1'))).toEqual(['d1']);
    expect(ids(await sheet('?status=draft'))).toEqual(['draft']);
    expect(ids(await sheet('?q=nothing-at-all'))).toEqual([]);
    expect(ids(await sheet('?ids=private&ids=d1&ids=private'))).toEqual(['private', 'd1']);
  });

  test('rules 15 and 25: each row is authorised by itself: admins, collaborators and support', async () => {
    const boss = await sheet('', 'boss');
    expect(ids(boss)).toEqual(['d2', 'd1', 'draft']);
    // An admin opens a draft and does not export it: its row says so, and shows nothing more.
    expect(boss.texts.at(-1)).toEqual(['draft', 'Projet', '', '', '', '', '', '', '', 'You may not do this.']);
    expect(ids(await sheet('', 'anne'))).toEqual(['d1', 'draft']);
    const support = await sheet('', 'sam', 'fr');
    expect(support.texts.slice(1)).toEqual([
      ['d1', '=1+1', '', '', '', '', '', '', '', "Vous n'avez pas le droit de faire cela."],
    ]);
  });

  test('rules 15 and 32: an id that the viewer cannot open is 404, and named like one that does not exist', async () => {
    const api = office.as('boss').api;
    const answers = await Promise.all(['private', 'nowhere'].map((id) => api.get(path(`?ids=d1&ids=${id}`))));
    for (const answer of answers) expect(verdict(answer)).toEqual([404, 'not_found']);
    const [hidden, unknown] = answers.map(({ body }) => JSON.stringify({ ...(body as object), requestId: '' }));
    expect(hidden?.replaceAll('private', 'nowhere')).toBe(unknown);
  });

  test('a wrong question is 400, a caller without a key 401, one of scope check 403', async () => {
    for (const query of ['?ids=', '?status=x', '?mine=1', '?id=d1', '?sort=name']) {
      expect(verdict(await office.api.get(path(query)))).toEqual([400, 'invalid_request']);
    }
    expect((await new Api(app.url).get(path())).status).toBe(401);
    const key = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'Checks', scopes: ['check'] });
    expect(verdict(await new Api(app.url, key.body.key).get(path()))).toEqual([403, 'insufficient_scope']);
  });

  test('it reads a large list in chunks and loses no row', async () => {
    const large = await OfficeClient.make(app);
    const lines = Array.from({ length: 1_101 }, (_, n) =>
      JSON.stringify({ kind: 'dossier', id: `d${n}`, name: `N ${n}` }),
    );
    const imported = await large.api.post(large.at('import'), `${lines.join('\n')}\n`, {
      'content-type': 'application/x-ndjson',
    });
    expect(imported.status).toBe(200);
    const headers = { authorization: `Bearer ${app.key}` };
    const response = await fetch(`${app.url}${large.at('dossiers', 'export.xlsx')}`, { headers });
    const book = new Excel.Workbook();
    await book.xlsx.load(await response.arrayBuffer());
    const column = book.worksheets[0]?.getColumn(1).values.slice(2) ?? [];
    expect([column.length, new Set(column).size]).toEqual([1_101, 1_101]);
  });
});
