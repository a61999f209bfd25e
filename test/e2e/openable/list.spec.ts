import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import { Api, officePath } from '#test/support/api.js';
import { eventually } from '#test/support/eventually.js';
import { keyOf } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Page {
  items: { id: string; name: string; code: string | null; status: string }[];
  nextCursor: string | null;
  total: number;
  revision: string;
  policy: string;
}

const app = theService();
let office: OfficeClient;
const many = Array.from({ length: 7 }, (_, n) => `m${n}`);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'mia']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  await office.collaborator('gone', { status: 'inactive' });
  for (const id of many)
    await office.dossier(id, { managers: ['gone'], code: id.toUpperCase(), name: `Name of ${id}` });
  await office.dossier('a-draft', { status: 'draft', managers: ['mia'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.dossier('walled');
  await office.clientGroup('g', { dossiers: [...many, 'walled'], collaborators: ['anne', 'sam', 'gone'] });
  await office.relate({ object: 'dossier:walled', relation: 'excluded', subject: 'collaborator:anne' });
});

const list = (collaborator: string, query = '', api: Api = office.api) =>
  api.get<Page>(`${office.at('collaborators', collaborator, 'dossiers')}${query}`);
const ids = ({ body }: { body: Page }) => body.items.map(({ id }) => id);

/** All pages of a list, and the total that each of them tells. */
async function pages(collaborator: string, limit: number) {
  const found: string[][] = [];
  const totals = new Set<number>();
  let next = '';
  do {
    const { body } = await list(collaborator, `?limit=${limit}${next}`);
    found.push(body.items.map(({ id }) => id));
    totals.add(body.total);
    next = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (next !== '');
  return { found, totals: [...totals] };
}

describe('what a collaborator may open', () => {
  test('is what a check allows, with names, at a revision and by a policy', async () => {
    const answer = await list('anne');
    expect([answer.status, ids(answer)]).toEqual([200, many]);
    expect(answer.body).toMatchObject({ total: 7, nextCursor: null, revision: String(await office.revision()) });
    expect(answer.body.policy).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.body.items[0]).toEqual({ id: 'm0', name: 'Name of m0', code: 'M0', status: 'active' });
  });

  test.each([
    ['mia', 'open', ['a-draft', 'secret']],
    ['mia', 'configure', ['a-draft', 'secret']],
    ['mia', 'assign_manager', ['secret']],
    ['sam', 'validate', [...many, 'walled']],
    ['sam', 'edit', []],
    ['boss', 'activate', ['a-draft']],
    ['boss', 'open', ['a-draft', ...many, 'walled']],
    ['anne', 'made-up', []],
    ['gone', 'open', []],
  ])('rules 7, 8, 15 and 20: of %s to %s it is %j', async (collaborator, action, expected) => {
    const answer = await list(collaborator, `?action=${action}`);
    expect([ids(answer), answer.body.total]).toEqual([expected, expected.length]);
  });

  test('comes in pages that hold each once, whatever their size, and each tells the total', async () => {
    for (const limit of [1, 2, 3, 6, 7, 8, 1000]) {
      const { found, totals } = await pages('anne', limit);
      expect(found.flat()).toEqual(many);
      expect(found.map(({ length }) => length)).toEqual(
        Array.from({ length: Math.ceil(7 / limit) }, (_, page) => Math.min(limit, 7 - page * limit)),
      );
      expect(totals).toEqual([7]);
    }
  });

  test('rule 33: a page that is asked for after a change shows it', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    for (const id of many) await own.dossier(id, { managers: ['anne'] });
    const page = (query: string) => own.api.get<Page>(`${own.at('collaborators', 'anne', 'dossiers')}?limit=3${query}`);
    const first = await page('');
    const change = (id: string, body: object) => own.api.patch(own.at('dossiers', id, 'managers'), body);
    await change('m4', { remove: ['anne'] });
    await change('m0', { remove: ['anne'] });
    const second = await page(`&cursor=${first.body.nextCursor}`);
    expect([ids(first), ids(second), second.body.total]).toEqual([['m0', 'm1', 'm2'], ['m3', 'm5', 'm6'], 5]);
  });

  test('leaves out what has ended, and what is excluded by the client group', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    for (const id of ['lent', 'kept', 'grouped']) await own.dossier(id);
    await own.clientGroup('g', { dossiers: ['grouped'], collaborators: ['anne'] });
    await own.relate(
      { object: 'dossier:lent', relation: 'guest', subject: 'collaborator:anne', expiresAt: inHours(1) },
      { object: 'dossier:kept', relation: 'guest', subject: 'collaborator:anne' },
    );
    const path = own.at('collaborators', 'anne', 'dossiers');
    expect(ids(await own.api.get<Page>(path))).toEqual(['grouped', 'kept', 'lent']);
    await endTuples(app.database, own.id);
    await own.relate({ object: 'client_group:g', relation: 'excluded', subject: 'collaborator:anne' });
    expect(ids(await own.api.get<Page>(path))).toEqual(['kept']);
  });
});

// How it was seen to fail: with a total that is kept for as long as the revision stays.
test('the total of a list ends with a tuple that ends, although nothing is written', async () => {
  const own = await OfficeClient.make(app);
  await own.collaborator('anne');
  for (const id of ['lent', 'kept']) await own.dossier(id);
  const guest = { relation: 'guest', subject: 'collaborator:anne' };
  const expiresAt = new Date(Date.now() + 2_000).toISOString();
  await own.relate({ object: 'dossier:kept', ...guest }, { object: 'dossier:lent', ...guest, expiresAt });
  const read = async () => (await own.api.get<Page>(own.at('collaborators', 'anne', 'dossiers'))).body;
  const first = await read();
  expect(first.total).toBe(2);
  await eventually('the end of the tuple', async () => (await read()).items.length === 1);
  expect(await read()).toMatchObject({ total: 1, revision: first.revision });
});

describe('whoever asks', () => {
  test('sees their own list; an admin everyone’s, but of private dossiers only what they can open themselves', async () => {
    expect(ids(await list('mia', '', office.api.as('mia')))).toEqual(['a-draft', 'secret']);
    const seen = await list('mia', '', office.api.as('boss'));
    expect([ids(seen), seen.body.total]).toEqual([['a-draft'], 1]);
    for (const collaborator of ['mia', 'nobody']) {
      expect(verdict(await list(collaborator, '', office.api.as('anne')))).toEqual([403, 'forbidden']);
    }
    expect(verdict(await list('gone', '', office.api.as('gone')))).toEqual([403, 'forbidden']);
    expect(verdict(await list('anne', '', office.api.as('nobody')))).toEqual([403, 'unknown_actor']);
  });

  test('needs a key that checks or reads: 401 without, 403 with another scope', async () => {
    expect((await list('anne', '', new Api(app.url))).status).toBe(401);
    for (const scope of ['check', 'read'])
      expect((await list('anne', '', await keyOf(app, office, [scope]))).status).toBe(200);
    expect(verdict(await list('anne', '', await keyOf(app, office, ['write'])))).toEqual([403, 'insufficient_scope']);
  });

  test('rule 32: finds neither a collaborator nor a dossier of another office, nor the office itself', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('theirs');
    await other.dossier('theirs', { managers: ['theirs'] });
    for (const id of ['theirs', 'nobody', 'system', 'constructor', 'a b']) {
      expect([id, verdict(await list(id))]).toEqual([id, [404, 'not_found']]);
    }
    const theirs = await keyOf(app, other, ['check', 'read']);
    expect(verdict(await list('anne', '', theirs))).toEqual([404, 'office_not_found']);
    const nowhere = await office.api.get(officePath('nowhere', 'collaborators', 'anne', 'dossiers'));
    expect(verdict(nowhere)).toEqual([404, 'office_not_found']);
  });

  test.each(['?limit=0', '?limit=1001', '?limit=x', '?actions=open', '?action=open&action=edit', '?cursor=x&cursor=y'])(
    'asks in the form of the contract: %s is 400',
    async (query) => {
      expect(verdict(await list('anne', query))).toEqual([400, 'invalid_request']);
    },
  );
});

// How it was seen to fail: with the asker, the action, or the person asked about left out of what a cursor is bound to.
describe('attack: a cursor', () => {
  test('is taken by its own question only: not about another person or action, in another office or for another asker', async () => {
    const cursorOf = async (answer: Promise<{ body: Page }>) => String((await answer).body.nextCursor);
    const cursor = await cursorOf(list('anne', '?limit=2'));
    expect(ids(await list('anne', `?limit=2&cursor=${cursor}`))).toEqual(['m2', 'm3']);
    const other = await OfficeClient.make(app);
    await other.collaborator('anne');
    for (const refused of [
      list('sam', `?cursor=${cursor}`),
      list('anne', `?action=edit&cursor=${cursor}`),
      list('anne', `?cursor=${cursor}`, office.api.as('boss')),
      list('anne', `?cursor=${cursor.slice(0, -2)}`),
      list('anne', `?cursor=${Buffer.from('["m2"]').toString('base64url')}`),
      list('anne', '?cursor='),
      other.api.get(`${other.at('collaborators', 'anne', 'dossiers')}?cursor=${cursor}`),
      office.api.get(`${office.at('dossiers')}?cursor=${cursor}`),
    ]) {
      expect(verdict(await refused)).toEqual([400, 'invalid_cursor']);
    }
    const boss = await cursorOf(list('anne', '?limit=2', office.api.as('boss')));
    expect(verdict(await list('anne', `?cursor=${boss}`))).toEqual([400, 'invalid_cursor']);
    // The same asker, about someone else.
    expect(verdict(await list('sam', `?cursor=${boss}`, office.api.as('boss')))).toEqual([400, 'invalid_cursor']);
  });
});
