import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator } from '#test/factories/collaborators.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Batch {
  results: { allowed: boolean; rule: string | null }[];
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
});
/** What the batch says of each pair, asked together and so through whatever they share. */
async function answers(pairs: readonly (readonly [string, string])[]): Promise<boolean[]> {
  const checks = pairs.map(([collaborator, dossier]) => ({ collaborator, dossier }));
  const { body } = await office.api.post<Batch>(office.at('can-access', 'batch'), { checks });
  return body.results.map(({ allowed }) => allowed);
}

describe('attack: ids', () => {
  test('with delimiters: no two things are taken for one, however their ids are put together', async () => {
    // Joined with any of these delimiters, pairs of them give the same text: `a` and `b:c`, `a:b` and `c`.
    const delimiters = [':', '|', '/', '.', '@', '=', '+', '-', '_'];
    const ids = delimiters.flatMap((d) => [`a${d}b`, `b${d}c`, `a${d}b${d}c`]);
    const all = ['a', 'c', ...ids];
    for (const id of all) await office.collaborator(id, { email: `${Buffer.from(id).toString('hex')}@office.example` });
    for (const id of all) await office.dossier(id);
    await office.relate(
      ...delimiters.map((d) => ({ object: `dossier:b${d}c`, relation: 'guest', subject: 'collaborator:a' })),
    );
    const pairs = all.flatMap((collaborator) => all.map((dossier) => [collaborator, dossier] as const));
    const expected = pairs.map(([collaborator, dossier]) => collaborator === 'a' && /^b[^\w]?_?c$/.test(dossier));
    expect(await answers(pairs)).toEqual(expected);
    expect(expected.filter(Boolean)).toHaveLength(delimiters.length);
  });

  test('of one type are not those of another: a group, a dossier and a person may share one', async () => {
    for (const id of ['same', 'group:same']) {
      await office.collaborator(id);
      await office.dossier(id);
      await office.collaboratorGroup(id);
    }
    await office.clientGroup('same', { dossiers: ['same'], collaboratorGroups: ['same'] });
    expect(
      await answers([
        ['same', 'same'],
        ['group:same', 'group:same'],
      ]),
    ).toEqual([false, false]);
    await office.api.patch(
      office.at('collaborator-groups', 'same'),
      { members: { add: ['group:same'] } },
      { 'if-match': '*' },
    );
    expect(
      await answers([
        ['same', 'same'],
        ['group:same', 'same'],
        ['group:same', 'group:same'],
      ]),
    ).toEqual([false, true, false]);
  });

  test('in another case are others', async () => {
    await office.collaborator('case');
    await office.collaborator('CASE');
    await office.dossier('case-d', { managers: ['case'] });
    await office.dossier('CASE-D', { managers: ['CASE'] });
    expect(
      await answers([
        ['case', 'case-d'],
        ['CASE', 'case-d'],
        ['case', 'CASE-D'],
        ['CASE', 'CASE-D'],
        ['Case', 'case-d'],
      ]),
    ).toEqual([true, false, false, true, false]);
  });

  test.each([
    ['a Cyrillic letter', 'саse'],
    ['a full-width letter', 'ｃase'],
    ['a combining mark', 'case\u0301'],
    ['a zero-width space', 'case\u200b'],
    ['a soft hyphen', 'ca\u00adse'],
    ['a mark of direction', '\u202ecase'],
    ['a no-break space', '\u00a0case'],
    ['a tag character', 'case\u{e0061}'],
    ['a trailing line end', 'case\n'],
    ['a trailing blank', 'case '],
    ['a percent sign', 'case%00'],
    ['a slash more', 'case//..'],
  ])('that look alike do not pass for another: %s', async (_what, id) => {
    expect(
      await answers([
        [id, 'case-d'],
        ['case', id.replace('case', 'case-d')],
      ]),
    ).toEqual([false, false]);
    const { status } = await office.api.put(office.at('collaborators', id), aCollaborator());
    expect(status === 400 || /^[\w/.]+$/.test(id)).toBe(true);
    const acted = await office.api.get(office.at(), { 'cardea-actor': encodeURIComponent(id) });
    expect(acted.status).not.toBe(200);
  });

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__defineGetter__',
    'length',
    'system',
  ])('named like something of JavaScript or of the service are nobody: %s', async (id) => {
    expect(
      await answers([
        [id, 'case-d'],
        ['case', id],
        [id, id],
      ]),
    ).toEqual([false, false, false]);
    const single = await office.api.post(office.at('can-access'), { collaborator: id, dossier: id, action: id });
    expect(single.body).toMatchObject({ allowed: false, rule: null, reason: 'not_found' });
    const acted = await office.as(id).api.get(office.at('dossiers'));
    expect(acted.status).toBeGreaterThanOrEqual(400);
  });

  test('a collaborator called `system` has no more rights than any other', async () => {
    await office.collaborator('system', { profile: 'support' });
    expect(verdict(await office.as('system').api.get(office.at('changes')))).toEqual([403, 'forbidden']);
    expect(verdict(await office.as('system').api.put(office.at('collaborators', 'x'), aCollaborator()))).toEqual([
      403,
      'forbidden',
    ]);
    expect(await answers([['system', 'case-d']])).toEqual([false]);
  });

  test('actions that are none are refused, magic words of the library too', async () => {
    for (const action of ['manage', 'all', '*', 'OPEN', 'open ', '', '__proto__', 'open\u200b', '$ne']) {
      const { body } = await office.api.post(office.at('can-access'), {
        collaborator: 'case',
        dossier: 'case-d',
        action,
      });
      expect({ action, body }).toEqual({ action, body: expect.objectContaining({ allowed: false, rule: null }) });
    }
  });

  test('of the longest kind work, and one character more is refused', async () => {
    const id = `${'x'.repeat(126)}/+`;
    await office.collaborator(id);
    await office.dossier(id, { managers: [id] });
    expect(await answers([[id, id]])).toEqual([true]);
    expect((await office.api.get(office.at('dossiers', id))).status).toBe(200);
    expect((await office.api.put(office.at('collaborators', `${id}x`), aCollaborator())).status).toBe(400);
    expect((await office.api.get(office.at('collaborators', 'x'.repeat(3_000)))).status).toBeLessThan(500);
  });
});

describe('attack: batches', () => {
  test('that repeat one check, shuffle it and mix it with others give each the answer that it has alone', async () => {
    const pairs = [
      ['case', 'case-d'],
      ['CASE', 'case-d'],
      ['case', 'CASE-D'],
      ['nobody', 'case-d'],
      ['case', 'nothing'],
      ['', ''],
    ] as const;
    const alone = new Map<string, boolean>();
    for (const pair of pairs) alone.set(pair.join(' '), (await answers([pair]))[0] as boolean);
    expect([...alone.values()].filter(Boolean)).toHaveLength(1);
    const repeated = Array.from(
      { length: 3_000 },
      (_, n) => pairs[(n * 7 + Math.floor(n / 5)) % pairs.length] as (typeof pairs)[number],
    );
    expect(await answers(repeated)).toEqual(repeated.map((pair) => alone.get(pair.join(' '))));
    expect(await answers(repeated.toReversed())).toEqual(
      repeated.toReversed().map((pair) => alone.get(pair.join(' '))),
    );
  });

  test('of 10,000 are answered and of 10,001 refused, and an empty one has no answers', async () => {
    const checks = Array.from({ length: 10_001 }, () => ({ collaborator: 'case', dossier: 'case-d' }));
    const most = await office.api.post<Batch>(office.at('can-access', 'batch'), { checks: checks.slice(1) });
    expect([most.status, most.body.results.length, most.body.results.every(({ allowed }) => allowed)]).toEqual([
      200,
      10_000,
      true,
    ]);
    expect(verdict(await office.api.post(office.at('can-access', 'batch'), { checks }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect((await office.api.post<Batch>(office.at('can-access', 'batch'), { checks: [] })).body.results).toEqual([]);
  });

  test('the filter keeps order and repetitions, and nothing that was not asked', async () => {
    const dossiers = ['CASE-D', 'case-d', 'nothing', 'case-d', 'case-d '];
    const { body } = await office.api.post(office.at('can-access', 'filter'), { collaborator: 'case', dossiers });
    expect(body).toMatchObject({ dossiers: ['case-d', 'case-d'] });
  });
});
