import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, startLibrary, type Library } from '#test/support/authzen.js';

interface Page {
  page: { next_token: string; count: number };
  results: { id: string }[];
}

let library: Library;
const readers = Array.from({ length: 1_203 }, (_, n) => `r${String(n).padStart(4, '0')}`);
const members = readers.filter((_, n) => n % 3 !== 0);
const readable = ask('reader:', 'read', 'book:b1');
const search = (what: string, body: unknown) => library.pdp.post<Page>(`search/${what}`, body);

beforeAll(async () => {
  library = await startLibrary();
  const { office } = library;
  const lines = [
    ...readers.map((id, n) => ({
      kind: 'entity',
      type: 'reader',
      id,
      properties: n % 3 === 0 ? {} : { role: 'member' },
    })),
    ...['b1', 'b2', 'b3'].map((id) => ({
      kind: 'entity',
      type: 'book',
      id,
      properties: { owner: id === 'b2' ? 'r0000' : 'r0001' },
    })),
  ];
  await office.api.post(office.at('import'), lines.map((line) => JSON.stringify(line)).join('\n'), {
    'content-type': 'application/x-ndjson',
  });
  for (const id of ['anna', 'boris']) await office.collaborator(id);
  for (const id of ['d1', 'd2', 'd3', 'd4']) await office.dossier(id, { managers: id === 'd3' ? ['boris'] : ['anna'] });
  await office.dossier('secret', { private: true, managers: ['anna'] });
});
afterAll(() => library.close());

async function pages(
  what: string,
  body: Record<string, unknown>,
  limit: number,
  repeatsLimit: boolean,
): Promise<string[][]> {
  const found: string[][] = [];
  let page: Record<string, unknown> = { limit };
  for (;;) {
    const { body: answer } = await search(what, { ...body, page });
    found.push(answer.results.map(({ id }) => id));
    if (answer.page.next_token === '') return found;
    page = { token: answer.page.next_token, ...(repeatsLimit && { limit }) };
  }
}

describe('searches', () => {
  test('without a page answer everything, in one order, with nothing but type and id', async () => {
    const { body } = await search('subject', readable);
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        page: { next_token: '', count: members.length },
        results: members.map((id) => ({ type: 'reader', id })),
      }),
    );
    expect(JSON.stringify((await search('subject', readable)).body)).toBe(JSON.stringify(body));
  });

  test('find whom the evaluation of each one allows, and nobody else', async () => {
    const allowed = [];
    for (const id of readers.slice(0, 12)) {
      if (await library.pdp.decides(ask(`reader:${id}`, 'read', 'book:b1'))) allowed.push(id);
    }
    expect(allowed).toEqual(members.filter((id) => id < 'r0012'));
  });

  test.each([true, false])('give every result once over pages (limit repeated: %p)', async (repeatsLimit) => {
    const found = await pages('subject', readable, 300, repeatsLimit);
    expect(found.map(({ length }) => length)).toEqual([300, 300, 202]);
    expect(found.flat()).toEqual(members);
    expect(await pages('resource', ask('reader:r0001', 'lend', 'book:'), 1, repeatsLimit)).toEqual([['b1'], ['b3']]);
    expect(await pages('resource', ask('user:anna', 'open', 'dossier:'), 2, repeatsLimit)).toEqual([
      ['d1', 'd2'],
      ['d4', 'secret'],
    ]);
  });

  test('a token goes on with its own search only', async () => {
    const { token } = { token: (await search('subject', { ...readable, page: { limit: 1 } })).body.page.next_token };
    const again = (body: object, page: object = { token }) => search('subject', { ...body, page });
    expect((await again({ ...readable, foo: 1 })).body.results).toEqual([{ type: 'reader', id: members[1] }]);
    expect((await again(readable, { token, limit: 2 })).status).toBe(400);
    expect((await again({ ...readable, action: { name: 'lend' } })).status).toBe(400);
    expect((await again({ ...readable, resource: { type: 'book', id: 'b2' } })).status).toBe(400);
    expect((await again({ ...readable, context: { place: 'library' } })).status).toBe(400);
    expect((await again(readable, { token: `x${token}` })).status).toBe(400);
    expect((await search('action', { ...ask('reader:r0001', '', 'book:b1'), page: { token } })).status).toBe(400);
  });

  test('a limit of 0 finds nothing and tells whether there is something', async () => {
    const some = (await search('subject', { ...readable, page: { limit: 0 } })).body;
    expect(some).toEqual({ page: { next_token: expect.stringMatching(/./), count: 0 }, results: [] });
    const none = (await search('subject', { ...ask('reader:', 'fly', 'book:b1'), page: { limit: 0 } })).body;
    expect(none).toEqual({ page: { next_token: '', count: 0 }, results: [] });
  });

  test.each([{ limit: -1 }, { limit: 1.5 }, { limit: '1' }, { token: 1 }, { token: 'x' }, 'first', []])(
    'refuse the page %p',
    async (page) => {
      for (const what of ['subject', 'resource', 'action']) {
        expect((await search(what, { ...ask('reader:r0001', 'read', 'book:b1'), page })).status).toBe(400);
      }
    },
  );

  test('ignore the id of what is looked for, unknown members of the page, and an empty token', async () => {
    const body = { ...ask('reader:stray', 'read', 'book:b1'), page: { limit: 1, foo: {}, token: '', properties: {} } };
    expect((await search('subject', body)).body.results).toEqual([{ type: 'reader', id: members[0] }]);
    expect(
      await library.pdp.finds('resource', ask('reader:r0000', 'sell', 'book:stray', { context: { today: 1 } })),
    ).toEqual(['b2']);
  });

  test('each need what they are asked with, and no more', async () => {
    const { subject, action, resource } = ask('reader:r0001', 'read', 'book:b1');
    const [someone, something] = [{ type: 'reader' }, { type: 'book' }];
    const status = async (what: string, body: object) => (await search(what, body)).status;
    expect(await status('subject', { subject: someone, action, resource })).toBe(200);
    expect(await status('subject', { subject: {}, action, resource })).toBe(400);
    expect(await status('subject', { subject: someone, resource })).toBe(400);
    expect(await status('subject', { subject: someone, action, resource: something })).toBe(400);
    expect(await status('resource', { subject, action, resource: something })).toBe(200);
    expect(await status('resource', { subject: someone, action, resource: something })).toBe(400);
    expect(await status('resource', { subject, action: {}, resource: something })).toBe(400);
    expect(await status('action', { subject, resource })).toBe(200);
    expect(await status('action', { subject, resource, action: 7 })).toBe(200);
    expect(await status('action', { subject: someone, resource })).toBe(400);
    expect(await status('action', { subject, resource: something })).toBe(400);
  });

  test('of what is unknown, on either side, find nothing', async () => {
    expect(await library.pdp.finds('subject', ask('reader:', 'read', 'ship:b1'))).toEqual([]);
    expect(await library.pdp.finds('resource', ask('reader:nobody', 'read', 'book:'))).toEqual([]);
    expect(await library.pdp.finds('action', ask('reader:nobody', '', 'book:b1'))).toEqual([]);
    expect(await library.pdp.finds('subject', ask('user:', 'open', 'dossier:nothing'))).toEqual([]);
    expect(await library.pdp.finds('resource', ask('user:nobody', 'open', 'dossier:'))).toEqual([]);
    expect(await library.pdp.finds('resource', ask('reader:r0001', 'open', 'dossier:'))).toEqual([]);
    expect(await library.pdp.finds('action', ask('user:anna', '', 'dossier:nothing'))).toEqual([]);
  });

  test('of actions name those of the policy, in its order and by pages, asked without properties', async () => {
    expect(await library.pdp.finds('action', ask('reader:r0001', '', 'book:b1', { context: { today: 1 } }))).toEqual([
      'read',
      'lend',
      'sell',
    ]);
    const first = await library.pdp.post<{ page: { next_token: string } }>('search/action', {
      ...ask('reader:r0001', '', 'book:b1', { context: { today: 1 } }),
      page: { limit: 2 },
    });
    expect(first.body).toMatchObject({ results: [{ name: 'read' }, { name: 'lend' }] });
    const page = { token: first.body.page.next_token };
    const rest = await library.pdp.post('search/action', {
      ...ask('reader:r0001', '', 'book:b1', { context: { today: 1 } }),
      page,
    });
    expect(rest.body).toEqual({ page: { next_token: '', count: 1 }, results: [{ name: 'sell' }] });
  });

  test('of dossiers agree with can-access', async () => {
    const { office, pdp } = library;
    const dossiers = ['d1', 'd2', 'd3', 'd4', 'secret'];
    for (const person of ['anna', 'boris', 'boss']) {
      expect(await pdp.finds('resource', ask(`user:${person}`, 'open', 'dossier:'))).toEqual(
        await office.opens(person, dossiers),
      );
      for (const dossier of dossiers) {
        const found = await pdp.finds('subject', ask('user:', 'open', `dossier:${dossier}`));
        expect({ person, dossier, found: found.includes(person) }).toEqual({
          person,
          dossier,
          found: await office.may(person, dossier),
        });
        const actions = await pdp.finds('action', ask(`user:${person}`, '', `dossier:${dossier}`));
        for (const action of ['open', 'edit', 'activate', 'assign_manager']) {
          expect(actions.includes(action)).toBe(await office.may(person, dossier, action));
        }
      }
    }
  });

  test('rule 15: a private dossier does not exist in the searches of who cannot open it', async () => {
    const boss = library.pdp.as('boss');
    expect(await boss.finds('resource', ask('user:anna', 'open', 'dossier:'))).toEqual(['d1', 'd2', 'd4']);
    expect(await boss.finds('subject', ask('user:', 'open', 'dossier:secret'))).toEqual([]);
    expect(await boss.finds('action', ask('user:anna', '', 'dossier:secret'))).toEqual([]);
    expect(await boss.finds('subject', ask('user:', 'open', 'dossier:d1'))).toEqual(['anna', 'boss']);
    const boris = library.pdp.as('boris');
    expect((await boris.post('search/resource', ask('user:anna', 'open', 'dossier:'))).status).toBe(403);
    expect(await boris.finds('subject', ask('user:', 'open', 'dossier:d1'))).toEqual([]);
    expect(await boris.finds('subject', ask('user:', 'open', 'dossier:d3'))).toEqual(['boris', 'boss']);
  });
});
