import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '#test/support/api.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: unknown[];
  nextCursor: string | null;
}

const app = theService();
let office: OfficeClient;
let other: OfficeClient;

beforeAll(async () => {
  [office, other] = [await OfficeClient.make(app), await OfficeClient.make(app)];
  for (const one of [office, other]) {
    for (const id of ['c1', 'c2']) await one.collaborator(id, { profile: 'admin' });
    for (const id of ['d1', 'd2', 'd3']) await one.dossier(id, { managers: ['c1', 'c2'] });
    for (const id of ['g1', 'g2']) await one.clientGroup(id);
    for (const id of ['k1', 'k2']) await one.collaboratorGroup(id);
    for (const id of ['a1', 'a2']) await one.api.post(one.at('api-keys'), { id, name: id, scopes: ['read'] });
  }
});
const lists = ['collaborators', 'collaborator-groups', 'client-groups', 'dossiers', 'relationships', 'api-keys'];

const page = (path: string, query: string, api: Api = office.api) => api.get<Page>(`${path}?${query}`);
async function cursorOf(path: string, query = 'limit=1', api: Api = office.api): Promise<string> {
  const { body } = await page(path, query, api);
  if (body.nextCursor === null) throw new Error(`no second page of ${path}`);
  return body.nextCursor;
}
const refused = [400, 'invalid_cursor'];

// How these were seen to fail: with the signature not compared.
describe('attack: cursors', () => {
  test.each(lists)('of %s: forged ones are refused, byte by byte', async (list) => {
    const path = office.at(list);
    const cursor = await cursorOf(path);
    expect((await page(path, `limit=1&cursor=${cursor}`)).status).toBe(200);
    const bytes = Buffer.from(cursor, 'base64url');
    for (let at = 0; at < bytes.length; at += 3) {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] ?? 0) ^ 1;
      expect(verdict(await page(path, `limit=1&cursor=${forged.toString('base64url')}`))).toEqual(refused);
    }
    const position = bytes.subarray(16);
    const signature = createHmac('sha256', '').update(position).digest().subarray(0, 16);
    for (const made of [
      position,
      Buffer.concat([Buffer.alloc(16), position]),
      Buffer.concat([signature, position]),
      bytes.subarray(0, 16),
      bytes.subarray(0, -1),
    ]) {
      expect(verdict(await page(path, `cursor=${made.toString('base64url')}`))).toEqual(refused);
    }
  });

  test.each(['', 'x', '%00', 'null', 'W10', '../..', 'AAAAAAAAAAAAAAAAAAAAAA', "'%20or%201=1", 'x'.repeat(2_000)])(
    'made of nonsense are refused: %j',
    async (cursor) => {
      for (const list of lists) expect((await page(office.at(list), `cursor=${cursor}`)).status).toBe(400);
    },
  );

  test('are not taken by another list', async () => {
    for (const from of lists) {
      const cursor = await cursorOf(office.at(from));
      for (const to of lists.filter((list) => list !== from)) {
        expect({ from, to, was: verdict(await page(office.at(to), `cursor=${cursor}`)) }).toEqual({
          from,
          to,
          was: refused,
        });
      }
    }
  });

  test('are not taken by another office, though its ids are the same', async () => {
    for (const list of lists) {
      const cursor = await cursorOf(other.at(list));
      expect(verdict(await page(office.at(list), `limit=1&cursor=${cursor}`))).toEqual(refused);
    }
  });

  test('are not taken with another filter or sort', async () => {
    const cases = [
      ['dossiers', 'limit=1&status=active', 'limit=1'],
      ['dossiers', 'limit=1&sort=name', 'limit=1&sort=-name'],
      ['dossiers', 'limit=1&manager=c1', 'limit=1&manager=c2'],
      ['collaborators', 'limit=1&profile=admin', 'limit=1&status=active'],
      ['client-groups', 'limit=1&q=b', 'limit=1'],
      ['relationships', 'limit=1&relation=manager', 'limit=1'],
      ['relationships', 'limit=1&subject=collaborator:c1', 'limit=1&subject=collaborator:c2'],
    ] as const;
    for (const [list, one, two] of cases) {
      const cursor = await cursorOf(office.at(list), one);
      expect({ list, one, two, was: verdict(await page(office.at(list), `${two}&cursor=${cursor}`)) }).toEqual({
        list,
        one,
        two,
        was: refused,
      });
    }
  });

  test('are not taken from another viewer: a position in what someone else sees tells nothing', async () => {
    for (const list of ['dossiers', 'relationships', 'client-groups', 'collaborators']) {
      const cursor = await cursorOf(office.at(list), 'limit=1', office.as('c1').api);
      expect(verdict(await page(office.at(list), `limit=1&cursor=${cursor}`, office.as('c2').api))).toEqual(refused);
      expect(verdict(await page(office.at(list), `limit=1&cursor=${cursor}`))).toEqual(refused);
    }
  });

  test('sent again give the same page, and another limit only cuts it', async () => {
    const path = office.at('dossiers');
    const cursor = await cursorOf(path);
    const [one, again, two] = [
      (await page(path, `limit=1&cursor=${cursor}`)).body,
      (await page(path, `limit=1&cursor=${cursor}`)).body,
      (await page(path, `limit=2&cursor=${cursor}`)).body,
    ];
    expect(again).toEqual(one);
    expect(two.items.slice(0, 1)).toEqual(one.items);
  });

  test('sent twice in one query are refused', async () => {
    const cursor = await cursorOf(office.at('dossiers'));
    expect((await page(office.at('dossiers'), `cursor=${cursor}&cursor=${cursor}`)).status).toBe(400);
  });
});
