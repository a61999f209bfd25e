import { beforeAll, describe, expect, test } from '@jest/globals';
import { aSupporter } from '#test/factories/collaborators.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: { id: string; lastName: string }[];
  nextCursor: string | null;
  total: number;
  revision: string;
}

const app = theService();
let office: OfficeClient;
const list = (query = '', as = office) => as.api.get<Page>(`${office.at('collaborators')}${query}`);
const ids = async (query = '', as = office) => (await list(query, as)).body.items.map(({ id }) => id);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna', { firstName: 'Anna', lastName: 'Éloi', email: 'a_b@office.example' });
  await office.collaborator('bert', { firstName: 'Bert', lastName: 'eloi', email: 'axb@office.example' });
  await office.collaborator('carl', { firstName: 'Carl', lastName: 'Zoë 100%' });
  await office.collaborator('sam', aSupporter({ firstName: 'Sam', lastName: 'Abel' }));
  await office.collaborator('gone', { firstName: 'Gone', lastName: 'Abel', profile: 'admin', status: 'inactive' });
  await office.collaboratorGroup('k', { members: ['anna', 'sam'] });
  await office.dossier('d');
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anna', 'sam'] });
  await office.clientGroup('h', { collaboratorGroups: ['k'] });
});
describe('GET /collaborators', () => {
  test('everyone, by name without case and accents, with the total and the revision', async () => {
    const page = await list();
    expect(page.body.items.map(({ id }) => id)).toEqual(
      ['gone', 'sam', 'boss', 'anna', 'bert', 'carl'].sort((a, b) => orderOf(a) - orderOf(b)),
    );
    expect(page.body).toMatchObject({ total: 6, nextCursor: null, revision: String(await office.revision()) });
  });

  test.each([
    ['?q=ELOI', ['anna', 'bert']],
    ['?q=zoe', ['carl']],
    ['?q=a_b', ['anna']],
    ['?q=%25', ['carl']],
    ['?q=%5C', []],
    ['?status=inactive', ['gone']],
    ['?profile=support', ['sam']],
    ['?profile=admin&status=active', ['boss']],
    ['?q=abel&status=active', ['sam']],
  ])('%s finds just what it says', async (query, expected) => {
    const page = await list(query);
    expect(page.body.items.map(({ id }) => id)).toEqual(expected);
    expect(page.body.total).toBe(expected.length);
  });

  test('pages of any size give everyone once, in order', async () => {
    const all = await ids();
    for (const limit of [1, 2, 5]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { body: Page } = await list(`?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
        expect(page.body.total).toBe(all.length);
        seen.push(...page.body.items.map(({ id }) => id));
        cursor = page.body.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(all);
    }
  });

  // Seen to fail with the query left out of what CursorCodec signs.
  test('a cursor is good for its own query, office and viewer only, and cannot be made up', async () => {
    const cursor = (await list('?limit=1')).body.nextCursor ?? '';
    expect((await list(`?limit=3&cursor=${cursor}`)).status).toBe(200);
    const other = await OfficeClient.make(app);
    const answers = [
      await list(`?cursor=${cursor}&status=active`),
      await list(`?cursor=${cursor}&q=a`),
      await list(`?cursor=${cursor}`, office.as('boss')),
      await other.api.get(`${other.at('collaborators')}?cursor=${cursor}`),
      await office.api.get(`${office.at('client-groups')}?cursor=${cursor}`),
      await list(`?cursor=${cursor.slice(0, -2)}`),
      await list(`?cursor=${Buffer.from('["zzz","zzz"]').toString('base64url')}`),
      await list('?cursor='),
    ];
    for (const answer of answers) expect(verdict(answer)).toEqual([400, 'invalid_cursor']);
  });

  test.each([
    '?limit=0',
    '?limit=1001',
    '?limit=x',
    '?status=asleep',
    '?profile=system',
    '?page=2',
    '?q=a&q=b',
    '?q=%00',
  ])('%s is refused', async (query) => {
    expect((await list(query)).status).toBe(400);
  });

  test('who is no admin sees themselves, and who is inactive nobody', async () => {
    for (const who of ['anna', 'sam']) {
      const page = await list('', office.as(who));
      expect(page.body).toMatchObject({ items: [{ id: who }], total: 1 });
      expect(await ids('?q=boss', office.as(who))).toEqual([]);
    }
    expect(verdict(await list('', office.as('gone')))).toEqual([403, 'forbidden']);
  });
});

/** Last name, then first name, folded. */
function orderOf(id: string): number {
  const people: Record<string, number> = { gone: 0, sam: 1, boss: 2, anna: 3, bert: 4, carl: 5 };
  return people[id] ?? 9;
}

describe('GET /collaborators/{id}', () => {
  const one = (id: string, as = office) => as.api.get<Record<string, unknown>>(office.at('collaborators', id));

  test('an admin sees the person with their groups, direct and inherited', async () => {
    const seen = await one('anna', office.as('boss'));
    expect(seen.body).toMatchObject({
      id: 'anna',
      clientGroups: [{ id: 'g' }],
      collaboratorGroups: [{ id: 'k' }],
      inheritedClientGroups: [{ id: 'h', via: 'k' }],
    });
    expect(seen.headers.get('etag')).toMatch(/^"\d+"$/);
  });

  test('rule 30: who is no admin sees themselves without the groups they are in', async () => {
    for (const who of ['anna', 'sam']) {
      const seen = await one(who, office.as(who));
      expect(seen.status).toBe(200);
      expect(Object.keys(seen.body).sort()).toEqual([
        'email',
        'firstName',
        'id',
        'language',
        'lastName',
        'profile',
        'status',
      ]);
    }
  });

  test('someone else does not exist for who is no admin, and nobody does for who is inactive', async () => {
    for (const [who, id] of [
      ['anna', 'boss'],
      ['sam', 'anna'],
      ['gone', 'gone'],
      ['gone', 'anna'],
    ] as const) {
      expect(verdict(await one(id, office.as(who)))).toEqual([404, 'not_found']);
    }
  });
});
