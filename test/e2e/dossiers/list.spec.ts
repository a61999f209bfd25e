import { beforeAll, describe, expect, test } from '@jest/globals';
import { enterpriseNumber } from '#test/support/enterprise-number.js';
import { OfficeClient } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: { id: string; audience?: { collaborator: string; paths: { kind: string }[] }[] | null }[];
  nextCursor: string | null;
  total: number;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anne');
  await office.collaborator('bert');
  await office.collaborator('sam', { profile: 'support' });
  await office.dossier('epicerie', {
    name: 'Épicerie Ünal',
    code: 'EP-01',
    enterpriseNumber: enterpriseNumber(1),
    labels: ['tva', 'isoc'],
  });
  await office.dossier('boucherie', { name: 'BOUCHERIE Leclercq', code: 'BO%02', labels: ['tva'] });
  await office.dossier('oeuvre', { name: 'Œuvre d’art', code: null, enterpriseNumber: null });
  await office.dossier('garage', { name: 'Garage Peeters', code: 'GA_04', labels: ['isoc'], managers: ['bert'] });
  await office.dossier('draft', { name: 'Projet', code: 'D1', status: 'draft', managers: ['bert'] });
  await office.dossier('closed', { name: 'Ancien client', code: 'C1' });
  await office.dossier('private', { name: 'Épargne privée', code: 'P1', private: true, managers: ['bert'] });
  await office.clientGroup('g1', { dossiers: ['epicerie', 'closed', 'private'], collaborators: ['anne', 'sam'] });
  await office.clientGroup('g2', { dossiers: ['boucherie'] });
  await office.api.post(office.at('dossiers', 'closed', 'deactivate'), {});
});

const list = (query: string, as?: string) =>
  (as === undefined ? office.api : office.api.as(as)).get<Page>(`${office.at('dossiers')}${query}`);

async function found(query: string, as?: string): Promise<string[]> {
  const { status, body } = await list(query, as);
  expect([status, body.total]).toEqual([200, body.items.length]);
  return body.items.map(({ id }) => id).sort();
}

describe('the filters of the list', () => {
  const all = ['boucherie', 'closed', 'draft', 'epicerie', 'garage', 'oeuvre', 'private'];

  test.each<[string, string[]]>([
    ['', all],
    ['clientGroup=g1', ['closed', 'epicerie', 'private']],
    ['clientGroup=g1&clientGroup=g2', ['boucherie', 'closed', 'epicerie', 'private']],
    ['clientGroup=none', ['draft', 'garage', 'oeuvre']],
    ['clientGroup=none&clientGroup=g2', ['boucherie', 'draft', 'garage', 'oeuvre']],
    ['clientGroup=unknown', []],
    ['manager=bert', ['draft', 'garage', 'private']],
    ['manager=bert&manager=anne', ['draft', 'garage', 'private']],
    ['manager=anne', []],
    ['status=active', ['boucherie', 'epicerie', 'garage', 'oeuvre', 'private']],
    ['status=draft&status=inactive', ['closed', 'draft']],
    ['label=tva', ['boucherie', 'epicerie']],
    ['label=tva&label=isoc', ['boucherie', 'epicerie', 'garage']],
    ['label=TVA', []],
    ['q=epicerie', ['epicerie']],
    ['q=%C3%89PICERIE%20unal', ['epicerie']],
    ['q=E%CC%81picerie', ['epicerie']],
    ['q=leclercq', ['boucherie']],
    ['q=oeuvre', ['oeuvre']],
    ['q=%C5%93uvre', ['oeuvre']],
    ['q=%20%20', all],
    ['q=ep-01', ['epicerie']],
    ['q=%25', ['boucherie']],
    ['q=_', ['garage']],
    ['q=%EF%BC%85', ['boucherie']],
    ['q=%5C', []],
    ['q=%27%20or%201%3D1', []],
    ['mine=true', []],
    ['mine=false', all],
    ['status=active&label=tva&clientGroup=g1', ['epicerie']],
    ['status=active&manager=bert&label=isoc&clientGroup=none&q=garage', ['garage']],
    ['status=inactive&label=tva', []],
  ])('rule 24: %j finds %j', async (query, expected) => {
    expect(await found(`?${query}`)).toEqual(expected);
  });

  test('rule 24: an enterprise number is found in any way of writing it, whole or in part', async () => {
    const digits = enterpriseNumber(1).replaceAll(/\D/g, '');
    const written = [
      enterpriseNumber(1),
      digits,
      `BE${digits}`,
      `be ${enterpriseNumber(1)}`,
      digits.slice(1),
      `${digits.slice(0, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}`,
      enterpriseNumber(1).slice(2),
    ];
    for (const text of written)
      expect([text, await found(`?q=${encodeURIComponent(text)}`)]).toEqual([text, ['epicerie']]);
    expect(await found(`?q=${encodeURIComponent(enterpriseNumber(999))}`)).toEqual([]);
  });

  test('rule 24: a code that looks like an enterprise number is found as a code', async () => {
    await office.dossier('numbered-code', { name: 'Numbered', code: '0123456749', enterpriseNumber: null });
    expect(await found('?q=0123456749')).toEqual(['numbered-code']);
    await office.api.patch(
      office.at('dossiers', 'numbered-code'),
      { name: 'Numbered', code: null },
      { 'if-match': '*' },
    );
    await office.api.post(office.at('dossiers', 'numbered-code', 'deactivate'), {});
    expect(await found('?q=0123456749')).toEqual([]);
  });

  test.each([
    'clientGroup=',
    'clientGroup=%00',
    'status=open',
    'status=',
    'mine=yes',
    'sort=id',
    'limit=0',
    'limit=1001',
    'limit=x',
    'cursor=x',
    'include=all',
    'q=a%00b',
    'label=a%00b',
    'clientgroup=g1',
    'archived=true',
  ])('%j is 400: no list answers another question than the one asked', async (query) => {
    expect((await list(`?${query}`)).status).toBe(400);
  });
});

describe('the list as each viewer has it', () => {
  test.each<[string, string, string[]]>([
    ['boss', '', ['boucherie', 'closed', 'draft', 'epicerie', 'garage', 'numbered-code', 'oeuvre']],
    ['boss', 'q=priv', []],
    ['boss', 'clientGroup=g1', ['closed', 'epicerie']],
    ['boss', 'manager=bert', ['draft', 'garage']],
    ['anne', '', ['epicerie']],
    ['anne', 'clientGroup=g1', ['epicerie']],
    ['anne', 'clientGroup=none', []],
    ['anne', 'status=inactive', []],
    ['bert', '', ['draft', 'garage', 'private']],
    ['bert', 'mine=true', ['draft', 'garage', 'private']],
    ['bert', 'mine=true&status=active', ['garage', 'private']],
    ['sam', '', ['epicerie']],
    ['sam', 'clientGroup=g1', []],
    ['sam', 'clientGroup=none', []],
  ])('rules 15 and 24: to %s, %j finds %j and counts no more', async (viewer, query, expected) => {
    expect(await found(`?${query}`, viewer)).toEqual(expected);
  });

  test('rule 24: an excluded admin does not find the dossier', async () => {
    await office.collaborator('barred', { profile: 'admin' });
    await office.relate({ object: 'dossier:oeuvre', relation: 'excluded', subject: 'collaborator:barred' });
    await office.relate({ object: 'client_group:g2', relation: 'excluded', subject: 'collaborator:barred' });
    expect(await found('?status=active', 'barred')).toEqual(['epicerie', 'garage']);
  });

  test('rule 25: include=audience says who can open each, to those who may know it', async () => {
    const { body } = await list('?status=active&q=epicerie&include=audience', 'boss');
    const [entry] = body.items;
    expect(entry?.audience?.map(({ collaborator, paths }) => [collaborator, paths.map(({ kind }) => kind)])).toEqual(
      expect.arrayContaining([
        ['anne', ['client_group']],
        ['sam', ['client_group']],
        ['boss', ['admin']],
      ]),
    );
    const managed = await list('?q=garage&include=audience', 'bert');
    expect(managed.body.items[0]?.audience?.map(({ collaborator }) => collaborator)).toEqual(
      expect.arrayContaining(['bert', 'boss']),
    );
    for (const viewer of ['anne', 'sam']) {
      expect((await list('?include=audience', viewer)).body.items).toMatchObject([{ id: 'epicerie', audience: null }]);
    }
  });
});

// How these were seen to fail: with names left out for who may not list the office's people.
describe('names in the list', () => {
  test('a viewer reads the names of managers and of the group, also where they may list neither', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('mia', { firstName: 'Mia', lastName: 'Peeters' });
    await own.collaborator('anne');
    await own.collaborator('sam', { profile: 'support' });
    await own.dossier('d', { managers: ['mia'] });
    await own.dossier('bare', { name: 'Zz', managers: ['anne'] });
    await own.clientGroup('g', { name: 'Bruxelles', dossiers: ['d'], collaborators: ['anne', 'sam'] });
    const expected = { id: 'd', clientGroup: 'g', clientGroupName: 'Bruxelles', managers: [{ name: 'Mia Peeters' }] };
    const page = (await own.as('anne').api.get<Page>(own.at('dossiers'))).body;
    expect(page.items).toMatchObject([expected, { id: 'bare', clientGroup: null, clientGroupName: null }]);
    expect((await own.as('anne').api.get(own.at('dossiers', 'd'))).body).toMatchObject(expected);
    const support = (await own.as('sam').api.get(own.at('dossiers', 'd'))).body;
    expect(support).not.toHaveProperty('clientGroupName');
    expect(support).toMatchObject({ managers: [{ name: 'Mia Peeters' }] });
  });
});
