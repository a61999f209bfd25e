import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aDraft } from '#test/factories/dossiers.js';
import { OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Row {
  dossier: string;
  status: 'changed' | 'unchanged' | 'refused';
  code?: string;
  message?: string;
}

interface Answer extends Problem {
  results: Row[];
  counts: { changed: number; unchanged: number; refused: number };
}

const app = theService();
let office: OfficeClient;

/** Four active dossiers, a draft, and a private one of `mia`; `anne` opens `d1` and `d2` by their group. */
async function makeOffice(): Promise<void> {
  office = await OfficeClient.make(app);
  for (const id of ['mia', 'anne', 'bert']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  for (const id of ['d1', 'd2', 'd3', 'd4']) await office.dossier(id, { name: `Name ${id}`, labels: ['old'] });
  await office.dossier('draft', { ...aDraft(), name: 'Name draft' });
  await office.dossier('private', { name: 'Name private', private: true, managers: ['mia'] });
  await office.clientGroup('g1', { dossiers: ['d1', 'd2'], collaborators: ['anne', 'sam'] });
  await office.clientGroup('g2');
}

function bulk(body: unknown, as?: string, query = '', headers?: Record<string, string>) {
  const api = as === undefined ? office.api : office.api.as(as);
  return api.post<Answer>(`${office.at('dossiers', 'bulk')}${query}`, body, headers);
}

const short = ({ body }: { body: Answer }) =>
  Object.fromEntries(body.results.map((row) => [row.dossier, row.code ?? row.status]));

async function read(id: string) {
  return (
    await office.api.get<{ clientGroup: string | null; labels: string[]; managers: { collaborator: string }[] }>(
      office.at('dossiers', id),
    )
  ).body;
}

describe('a bulk edit', () => {
  beforeEach(makeOffice);

  test('rules 10 and 25: every row of the selection has its own result, and the good ones go through', async () => {
    const ids = ['d1', 'd3', 'draft', 'private', 'no-such-id', 'd3'];
    const answer = await bulk({ select: { ids }, set: { clientGroup: 'g1' } }, 'boss');
    expect(answer.status).toBe(200);
    expect(answer.body.results.map(({ dossier }) => dossier)).toEqual(['d1', 'd3', 'draft', 'private', 'no-such-id']);
    expect(short(answer)).toEqual({
      d1: 'unchanged',
      d3: 'changed',
      draft: 'forbidden',
      private: 'not_found',
      'no-such-id': 'not_found',
    });
    expect(answer.body.counts).toEqual({ changed: 1, unchanged: 1, refused: 3 });
    expect([(await read('d3')).clientGroup, (await read('private')).clientGroup]).toEqual(['g1', null]);
  });

  test('rule 15: what the caller cannot see is refused in the words for what does not exist', async () => {
    const { body } = await bulk({ select: { ids: ['private', 'nowhere'] }, set: { labels: ['x'] } }, 'boss');
    const [hidden, unknown] = body.results;
    expect(hidden?.message?.replace('private', 'nowhere')).toBe(unknown?.message);
    expect(hidden?.code).toBe(unknown?.code);
  });

  test('rule 25: all that match a filter are those that the caller may open', async () => {
    const set = { labels: { add: ['new'], remove: ['old'] } };
    const answer = await bulk({ select: { filter: { status: ['active'] } }, set }, 'boss');
    expect(short(answer)).toEqual({ d1: 'changed', d2: 'changed', d3: 'changed', d4: 'changed' });
    expect((await read('d1')).labels).toEqual(['new']);
    expect((await read('private')).labels).toEqual([]);
    const mine = await bulk({ select: { filter: {} }, set: { labels: ['mine'] } }, 'anne');
    expect(short(mine)).toEqual({ d1: 'changed', d2: 'changed' });
    expect(short(await bulk({ select: { filter: { clientGroup: ['none'], q: 'D3' } }, set }, 'boss'))).toEqual({
      d3: 'unchanged',
    });
  });

  test('rules 11 and 25: each row is authorised by itself, for every profile', async () => {
    const ids = ['d1', 'd3'];
    expect(short(await bulk({ select: { ids }, set: { labels: ['a'] } }, 'anne'))).toEqual({
      d1: 'changed',
      d3: 'not_found',
    });
    expect(short(await bulk({ select: { ids }, set: { clientGroup: 'g2' } }, 'anne'))).toEqual({
      d1: 'forbidden',
      d3: 'not_found',
    });
    expect(short(await bulk({ select: { ids }, set: { labels: ['b'] } }, 'sam'))).toEqual({
      d1: 'forbidden',
      d3: 'not_found',
    });
    expect(short(await bulk({ select: { ids }, set: { clientGroup: null } }, 'boss'))).toEqual({
      d1: 'changed',
      d3: 'unchanged',
    });
    expect((await read('d1')).labels).toEqual(['a']);
  });

  test('rule 12: dossiers of several groups are moved in one write', async () => {
    const before = await office.revision();
    const answer = await bulk({ select: { ids: ['d1', 'd3'] }, set: { clientGroup: 'g2' } });
    expect(short(answer)).toEqual({ d1: 'changed', d3: 'changed' });
    expect(await office.revision()).toBe(before + 1);
    expect((await office.api.get(office.at('client-groups', 'g1'))).body).toMatchObject({ dossiers: ['d2'] });
  });

  test('managers are replaced by a list and merged by a delta', async () => {
    await bulk({ select: { ids: ['d1', 'd2'] }, set: { managers: ['mia', 'bert'] } });
    await bulk({ select: { ids: ['d1'] }, set: { managers: { add: ['anne'], remove: ['mia'] } } });
    await bulk({ select: { ids: ['d2'] }, set: { managers: ['anne'] } });
    const managers = async (id: string) => (await read(id)).managers.map(({ collaborator }) => collaborator);
    expect([await managers('d1'), await managers('d2')]).toEqual([['bert', 'anne'], ['anne']]);
  });

  test('rule 15: a row that would lose its last manager is refused alone', async () => {
    const answer = await bulk({ select: { ids: ['d1', 'private', 'd2'] }, set: { managers: [] } });
    expect(short(answer)).toEqual({ d1: 'unchanged', private: 'private_needs_manager', d2: 'unchanged' });
    await bulk({ select: { ids: ['d1', 'd2'] }, set: { managers: ['bert'] } });
    const again = await bulk({ select: { ids: ['d1', 'private', 'd2'] }, set: { managers: [], labels: ['x'] } });
    expect(short(again)).toEqual({ d1: 'changed', private: 'private_needs_manager', d2: 'changed' });
    expect([(await read('private')).labels, (await read('d1')).labels]).toEqual([[], ['x']]);
  });

  test('a row whose labels would become too many is refused alone', async () => {
    const many = Array.from({ length: 50 }, (_, n) => `l${n}`);
    await bulk({ select: { ids: ['d1'] }, set: { labels: many } });
    const answer = await bulk({ select: { ids: ['d1', 'd2'] }, set: { labels: { add: ['one more'] } } });
    expect(short(answer)).toEqual({ d1: 'too_many_items', d2: 'changed' });
  });

  test('the trail has an entry for every row that changed, and none for the others', async () => {
    const { body } = await bulk({
      select: { ids: ['d1', 'd3', 'draft'] },
      set: { clientGroup: 'g1', labels: ['x'] },
      reason: 'Reorganised',
    });
    const revision = Number((body as unknown as { revision: string }).revision);
    type Trail = { items: { key: string; revision: string; reason: string; before: object; after: object }[] };
    const trail = await office.api.get<Trail>(`${office.at('changes')}?after=${revision - 1}.9999`);
    expect(trail.body.items.map(({ key, reason }) => [key, reason])).toEqual(
      expect.arrayContaining([
        ['dossier:d1', 'Reorganised'],
        ['dossier:d3', 'Reorganised'],
        ['client_group:g1', 'Reorganised'],
      ]),
    );
    expect(trail.body.items.map(({ key }) => key)).not.toContain('dossier:draft');
    const entry = trail.body.items.find(({ key }) => key === 'dossier:d3');
    expect(entry).toMatchObject({ before: { labels: ['old'] }, after: { labels: ['x'], relationships: [{}] } });
  });

  test('rules 25 and 29: a dry run shows the result of every row and the impact, and changes nothing', async () => {
    const body = { select: { ids: ['d1', 'd3', 'draft', 'private'] }, set: { clientGroup: 'g1' } };
    const before = await office.revision();
    const preview = await bulk(body, 'boss', '?dryRun=true');
    expect(preview.status).toBe(200);
    expect(await office.revision()).toBe(before);
    expect((await read('d3')).clientGroup).toBeNull();
    const { impact } = preview.body as unknown as Preview;
    expect(impact.gains.rows).toEqual([
      { collaborator: 'anne', dossier: 'd3' },
      { collaborator: 'sam', dossier: 'd3' },
    ]);
    const done = await bulk(body, 'boss');
    expect([preview.body.results, preview.body.counts]).toEqual([done.body.results, done.body.counts]);
  });

  test('an Idempotency-Key gives the same answer without a second edit', async () => {
    const body = { select: { ids: ['d1'] }, set: { labels: { add: ['once'] } } };
    const first = await bulk(body, undefined, '', { 'idempotency-key': 'b1' });
    const second = await bulk(body, undefined, '', { 'idempotency-key': 'b1' });
    expect(second.body).toEqual(first.body);
    expect(short(second)).toEqual({ d1: 'changed' });
  });
});

describe('a bulk edit that is refused as a whole', () => {
  beforeAll(makeOffice);

  test.each<[string, unknown]>([
    ['nothing selected', { select: { ids: [] }, set: { labels: [] } }],
    ['nothing set', { select: { ids: ['d1'] }, set: {} }],
    ['both ways to select', { select: { ids: ['d1'], filter: {} }, set: { labels: [] } }],
    ['an unknown filter', { select: { filter: { clientgroup: ['g1'] } }, set: { labels: [] } }],
    ['an unknown member', { select: { ids: ['d1'] }, set: { labels: [], status: 'inactive' } }],
    ['a wrong id', { select: { ids: ['no id'] }, set: { labels: [] } }],
    ['a blank label', { select: { ids: ['d1'] }, set: { labels: [' '] } }],
    ['too many ids', { select: { ids: Array.from({ length: 10_001 }, (_, n) => `d${n}`) }, set: { labels: [] } }],
    ['no body', undefined],
  ])('%s is 400', async (_, body) => {
    expect(verdict(await bulk(body))).toEqual([400, 'invalid_request']);
  });

  test('an unknown group or manager is named in every row', async () => {
    const answer = await bulk({ select: { ids: ['d1', 'd2'] }, set: { clientGroup: 'no-group' } });
    expect(short(answer)).toEqual({ d1: 'unknown_reference', d2: 'unknown_reference' });
  });
});
