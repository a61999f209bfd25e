import { beforeAll, describe, expect, test } from '@jest/globals';
import Excel from 'exceljs';
import { aDraft } from '#test/factories/dossiers.js';
import { Api } from '#test/support/api.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { reviewBook, reviewOf, reviewText } from '#test/support/review.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('mia', { firstName: '=Mia', lastName: '"M";', email: '+mia@o.example' });
  await office.collaborator('anne');
  await office.collaborator('gone');
  await office.dossier('d1', { name: '@SUM(A1)', code: '-1', managers: ['mia'] });
  await office.dossier('d2', { name: "L'été", code: '0012' });
  await office.dossier('draft', { ...aDraft(), name: 'Projet' });
  await office.dossier('private', { name: 'Secret', private: true, managers: ['mia'] });
  await office.collaboratorGroup('k1', { name: '=K', members: ['anne', 'gone'] });
  await office.clientGroup('g1', { name: 'G', dossiers: ['d1'], collaborators: ['anne'], collaboratorGroups: ['k1'] });
  await office.api.post(office.at('collaborators', 'gone', 'deactivate'), {});
});

const url = (query = '') => `${app.url}${office.at('access-review')}${query}`;
const headers = (more: Record<string, string> = {}) => ({ authorization: `Bearer ${app.key}`, ...more });
const pairs = async (filter: Record<string, string>, as?: string) =>
  (await reviewOf(as ? office.as(as).api : office.api, office.id, filter)).map(
    (line) => `${line.Collaborator} ${line.Dossier} ${line['Access by']}`,
  );

function textsOf(sheet: Excel.Worksheet | undefined): Excel.CellValue[][] {
  const texts: Excel.CellValue[][] = [];
  sheet?.eachRow((row) => texts.push((row.values as Excel.CellValue[]).slice(1)));
  return texts;
}

// How these were seen to fail: with formulas left as they are, with private dossiers shown to every admin, and with
// the guard taken out.
describe('an access review', () => {
  test('holds everyone who may open a dossier, a row for each way (rules 5, 7 and 20)', async () => {
    expect(await pairs({})).toEqual([
      ...[
        'anne d1 client group',
        'anne d1 collaborator group',
        'boss d1 administrator profile',
        'mia d1 dossier manager',
      ],
      ...['boss d2 administrator profile', 'boss draft administrator profile', 'mia private dossier manager'],
    ]);
  });

  test('rule 15: to an admin, a private dossier that they may not open does not exist', async () => {
    expect((await pairs({}, 'boss')).filter((pair) => pair.includes('private'))).toEqual([]);
    expect(await pairs({ dossier: 'private' }, 'boss')).toEqual([]);
    expect(await reviewText(office.as('boss').api, office.id)).not.toContain('private');
  });

  test('takes filters: AND between them, OR within one', async () => {
    expect(await pairs({ collaborator: 'mia' })).toEqual(['mia d1 dossier manager', 'mia private dossier manager']);
    expect(await pairs({ collaborator: 'mia', clientGroup: 'g1' })).toEqual(['mia d1 dossier manager']);
    expect(await pairs({ clientGroup: 'none', collaborator: 'boss' })).toHaveLength(2);
    expect(await pairs({ dossier: 'd2' })).toEqual(['boss d2 administrator profile']);
    expect(await pairs({ action: 'assign_manager', dossier: 'd1' })).toEqual([
      'boss d1 administrator profile',
      'mia d1 dossier manager',
    ]);
    expect(await pairs({ collaborator: 'nobody' })).toEqual([]);
  });

  test('as CSV: no cell is a formula, and every row says the revision', async () => {
    const text = await reviewText(office.api, office.id);
    const [line] = (await reviewOf(office.api, office.id, { collaborator: 'mia' })).filter(
      ({ Dossier }) => Dossier === 'd1',
    );
    const bytes = await (await fetch(url('?format=csv'), { headers: headers() })).arrayBuffer();
    expect(Buffer.from(bytes).toString('utf8').startsWith('\uFEFFCollaborator,Name,')).toBe(true);
    expect(line).toMatchObject({ Name: `'=Mia "M";`, 'E-mail': "'+mia@o.example", 'Dossier name': "'@SUM(A1)" });
    expect(line).toMatchObject({ Code: "'-1", Profile: 'collaborator', Decision: '', 'Last opened': '' });
    expect(line?.['Row (do not change)']).toMatch(new RegExp(`^${await office.revision()}\\.manager\\.`));
    for (const cell of text.split(/[,;"\r\n]+/)) expect(cell).not.toMatch(/^[=+@\t-]/);
  });

  test('as Excel: text is text, moments are moments, and the second sheet says what it is', async () => {
    const book = await reviewBook(url('?collaborator=mia&dossier=d1'), headers({ 'accept-language': 'nl' }));
    const [rows, about] = book.worksheets;
    const cells = Array.from({ length: 20 }, (_, at) => rows?.getRow(2).getCell(at + 1) as Excel.Cell);
    expect(cells.map(({ value }) => value).slice(0, 7)).toEqual([
      ...['mia', '=Mia "M";', '+mia@o.example', 'collaborator', 'd1', '@SUM(A1)', '-1'],
    ]);
    for (const cell of cells) expect(cell.formula).toBeUndefined();
    expect(cells[13]).toMatchObject({ type: Excel.ValueType.Date, numFmt: 'yyyy-mm-dd hh:mm:ss' });
    expect(cells[14]?.value).toBe('system');
    expect(rows?.name).toBe('Toegangscontrole');
    const told = new Map(textsOf(about).map(([name, value]) => [name, value]));
    const { body } = await office.api.get<{ revision: string }>(office.at());
    const policies = await office.api.get<{ hash: string }>('/v1/policies');
    expect(told.get('Revisie')).toBe(Number(body.revision));
    expect(told.get('Beleid')).toBe(policies.body.hash);
    expect(told.get('Tijdstip')).toBeInstanceOf(Date);
    expect([told.get('Filter: collaborator'), told.get('Filter: action'), told.get('Rijen')]).toEqual([
      'mia',
      'open',
      1,
    ]);
  });

  test.each([
    ['en', 'Collaborator', 'Decision', ','],
    ['fr', 'Collaborateur', 'Décision', ';'],
    ['nl', 'Medewerker', 'Beslissing', ';'],
    ['de', 'Mitarbeiter', 'Entscheidung', ';'],
  ])('speaks the language of the caller: %s', async (language, first, decision, delimiter) => {
    const text = await reviewText(office.api.with({ 'accept-language': language }), office.id);
    const [heading = ''] = text.split('\r\n');
    expect(heading.split(delimiter)).toEqual(expect.arrayContaining([first, decision]));
  });

  test('is Excel unless CSV is asked for, by the query or by Accept', async () => {
    const typeOf = async (query: string, accept?: string) => {
      const response = await fetch(url(query), { headers: headers(accept === undefined ? {} : { accept }) });
      await response.arrayBuffer();
      return `${response.headers.get('content-type')} ${response.headers.get('content-disposition')}`;
    };
    expect(await typeOf('')).toMatch(/spreadsheetml.*\.xlsx"$/);
    expect(await typeOf('', 'text/csv')).toMatch(/^text\/csv; charset=utf-8.*\.csv"$/);
    expect(await typeOf('?format=xlsx', 'text/csv')).toMatch(/spreadsheetml/);
  });

  test('is for those who may ask about everyone; a wrong question is 400', async () => {
    for (const person of ['anne', 'mia']) {
      expect(verdict(await office.as(person).api.get(office.at('access-review')))).toEqual([403, 'forbidden']);
    }
    for (const query of ['?format=pdf', '?action=fly', '?dosier=d1', '?collaborator=', '?action=']) {
      expect(verdict(await office.api.get(office.at('access-review') + query))).toEqual([400, 'invalid_request']);
    }
    expect((await new Api(app.url).get(office.at('access-review'))).status).toBe(401);
    expect((await office.api.get('/v1/offices/no-such-office/access-review')).status).toBe(404);
    const key = await office.api.post<{ key: string }>(office.at('api-keys'), { name: 'Checks', scopes: ['check'] });
    const checking = new Api(app.url, key.body.key);
    expect(verdict(await checking.get(office.at('access-review')))).toEqual([403, 'insufficient_scope']);
  });
});
