import { beforeAll, describe, expect, test } from '@jest/globals';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
  total: number;
}

describe('the pages of the list', () => {
  const app = theService();
  let many: OfficeClient;

  beforeAll(async () => {
    many = await OfficeClient.make(app);
    const names = ['Même nom', 'meme NOM', 'Autre', 'Zoé', 'autre '];
    const codes = ['B1', null, 'b1', '', 'A9', null];
    for (let n = 0; n < 23; n++) {
      await many.dossier(`d${n}`, { name: String(names[n % names.length]), code: codes[n % codes.length] });
    }
  });

  async function pages(query: string, limit: number, between?: (page: number) => Promise<unknown>): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page === 0 || cursor !== null; page++) {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await many.api.get<Page>(`${many.at('dossiers')}?${query}&limit=${limit}${after}`);
      expect(answer.status).toBe(200);
      ids.push(...answer.body.items.map(({ id }) => id));
      cursor = answer.body.nextCursor;
      await between?.(page);
    }
    return ids;
  }

  test.each(['name', '-name', 'code', '-code'])(
    'rule 24: pages sorted by %s hold every row once and in order, also where keys are equal',
    async (sort) => {
      const whole = await many.api.get<Page>(`${many.at('dossiers')}?sort=${sort}&limit=1000`);
      const order = whole.body.items.map(({ id }) => id);
      expect(new Set(order).size).toBe(23);
      expect(whole.body).toMatchObject({ total: 23, nextCursor: null });
      for (const limit of [1, 4, 23]) expect(await pages(`sort=${sort}`, limit)).toEqual(order);
    },
  );

  test('the two directions of a sort are each other reversed', async () => {
    expect(await pages('sort=-name', 5)).toEqual((await pages('sort=name', 7)).reverse());
  });

  test('rule 24: a row that comes or goes between two pages costs no other row its place', async () => {
    const before = await pages('sort=name', 100);
    const seen = await pages('sort=name', 3, async (page) => {
      if (page === 1) await many.dossier('first-of-all', { name: 'AAA' });
      if (page === 2) await many.api.patch(many.at('dossiers', before[0] ?? ''), { name: 'zzz' }, { 'if-match': '*' });
    });
    expect(seen.filter((id) => id !== before[0])).toEqual(before.slice(1));
  });

  test('a cursor serves its own query only: another filter, sort, viewer or office gets 400', async () => {
    const first = await many.api.get<Page>(`${many.at('dossiers')}?limit=2&status=active`);
    const cursor = `cursor=${first.body.nextCursor}`;
    const other = await OfficeClient.make(app);
    expect((await many.api.get(`${many.at('dossiers')}?limit=5&status=active&${cursor}`)).status).toBe(200);
    const others = [
      many.api.get(`${many.at('dossiers')}?limit=2&${cursor}`),
      many.api.get(`${many.at('dossiers')}?limit=2&status=active&sort=code&${cursor}`),
      many.api.as('boss').get(`${many.at('dossiers')}?limit=2&status=active&${cursor}`),
      many.api.get(`${other.at('dossiers')}?limit=2&status=active&${cursor}`),
    ];
    for (const answer of await Promise.all(others)) expect(verdict(answer)).toEqual([400, 'invalid_cursor']);
  });
});
