import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, startLibrary, type Library } from '#test/support/authzen.js';

let library: Library;
const anna = { type: 'collaborator', id: 'anna' };
const open = { name: 'open' };
const dossier = (id: string) => ({ type: 'dossier', id });
const many = (body: Record<string, unknown>) => library.pdp.evaluations(body);
const incomplete = { decision: false, context: { error: { status: 400, message: expect.any(String) } } };

beforeAll(async () => {
  library = await startLibrary();
  await library.office.collaborator('anna');
  await library.office.dossier('yes', { managers: ['anna'] });
  await library.office.dossier('no');
});
afterAll(() => library.close());

describe('POST /access/v1/evaluations', () => {
  test('answers in the order of the items, byte for byte nothing but decisions', async () => {
    const evaluations = ['yes', 'no', 'yes'].map((id) => ({ resource: dossier(id) }));
    const answer = await library.pdp.post('evaluations', { subject: anna, action: open, evaluations });
    expect(JSON.stringify(answer.body)).toBe(
      '{"evaluations":[{"decision":true},{"decision":false},{"decision":true}]}',
    );
  });

  test('mixes dossiers with resources of other types, each in its place', async () => {
    const inside = { context: { place: 'library' } };
    const evaluations = [
      ask('visitor:x', 'read', 'book:b', inside),
      { resource: dossier('yes') },
      ask('visitor:x', 'read', 'book:b'),
      { resource: dossier('no') },
    ];
    expect(await many({ subject: anna, action: open, evaluations })).toEqual({
      evaluations: [true, true, false, false].map((decision) => ({ decision })),
    });
  });

  test('takes defaults as a whole and never a part of one', async () => {
    const inside = { place: 'library' };
    const defaults = { ...ask('visitor:x', 'read', 'book:b'), context: inside };
    const evaluations = [{}, { context: { other: 1 } }, { context: null }, { resource: { id: 'c' } }];
    expect(await many({ ...defaults, evaluations })).toEqual({
      evaluations: [{ decision: true }, { decision: false }, { decision: true }, incomplete],
    });
  });

  test('does not look at defaults that no item needs', async () => {
    const evaluations = [{ resource: dossier('yes') }, { subject: anna, resource: dossier('no') }];
    expect(await many({ subject: anna, action: open, resource: {}, evaluations })).toEqual({
      evaluations: [{ decision: true }, { decision: false }],
    });
    expect(
      await many({ subject: 7, action: open, resource: { type: 'dossier' }, evaluations: evaluations.slice(0, 1) }),
    ).toEqual({
      evaluations: [incomplete],
    });
  });

  test('refuses a broken item by itself, also where every item is broken', async () => {
    const evaluations = [{}, null, 'x', [], { resource: { type: 'dossier', id: 1 } }, { context: 'now' }];
    const answer = await library.pdp.post('evaluations', { action: open, resource: dossier('yes'), evaluations });
    expect([answer.status, answer.body]).toEqual([200, { evaluations: evaluations.map(() => incomplete) }]);
    const mixed = await many({ subject: anna, action: open, evaluations: [{ resource: dossier('yes') }, {}] });
    expect(mixed).toEqual({ evaluations: [{ decision: true }, incomplete] });
  });

  test.each([
    ['absent', {}],
    ['empty', { evaluations: [] }],
    ['null', { evaluations: null }],
  ])('without items (%s) it is one evaluation', async (_name, more) => {
    const question = { subject: anna, action: open, resource: dossier('yes') };
    expect(await many({ ...question, ...more })).toEqual({ decision: true });
    const broken = await library.pdp.post('evaluations', { ...question, subject: undefined, ...more });
    expect([broken.status, broken.body]).toEqual([400, { message: expect.any(String) }]);
  });

  test.each([
    ['execute_all', ['yes', 'no', 'yes'], [true, false, true]],
    ['deny_on_first_deny', ['yes', 'no', 'yes'], [true, false]],
    ['deny_on_first_deny', ['yes', 'yes'], [true, true]],
    ['permit_on_first_permit', ['no', 'yes', 'no'], [false, true]],
    ['permit_on_first_permit', ['no', 'no'], [false, false]],
  ])('%s of %p ends with the item that settles it', async (evaluations_semantic, ids, decisions) => {
    const evaluations = ids.map((id) => ({ resource: dossier(id) }));
    const options = { evaluations_semantic, unknown: 1 };
    expect(await many({ subject: anna, action: open, evaluations, options })).toEqual({
      evaluations: decisions.map((decision) => ({ decision })),
    });
  });

  test('an item that cannot be asked counts as a deny', async () => {
    const evaluations = [{ resource: dossier('yes') }, {}, { resource: dossier('yes') }];
    const options = { evaluations_semantic: 'deny_on_first_deny' };
    expect(await many({ subject: anna, action: open, evaluations, options })).toEqual({
      evaluations: [{ decision: true }, incomplete],
    });
  });

  test.each([
    { options: { evaluations_semantic: 'bogus' } },
    { options: 'execute_all' },
    { options: [] },
    { evaluations: {} },
    { evaluations: 'x' },
    { evaluations: Array.from({ length: 10_001 }, () => ({})) },
  ])('refuses a request that is wrong as a whole', async (more) => {
    const body = { subject: anna, action: open, evaluations: [{ resource: dossier('yes') }], ...more };
    expect((await library.pdp.post('evaluations', body)).status).toBe(400);
  });

  test('explains the items that ask for it', async () => {
    const evaluations = [
      { resource: dossier('yes'), context: { explain: true } },
      { resource: dossier('no'), context: {} },
    ];
    expect(await many({ subject: anna, action: open, evaluations })).toEqual({
      evaluations: [
        {
          decision: true,
          context: { rule: 'collaborator-on-active', reason: expect.any(String), revision: expect.any(String) },
        },
        { decision: false },
      ],
    });
  });

  test('items may want different freshness', async () => {
    const evaluations = [
      { resource: dossier('yes'), context: { consistency: { maxStalenessMs: 60_000 } } },
      { resource: dossier('no') },
      { resource: dossier('yes'), context: { consistency: 'none' } },
    ];
    expect(await many({ subject: anna, action: open, evaluations })).toEqual({
      evaluations: [{ decision: true }, { decision: false }, incomplete],
    });
  });

  test('the same batch answers the same bytes again', async () => {
    const body = { subject: anna, action: open, evaluations: [{ resource: dossier('yes') }, {}] };
    const answers = [await many(body), await many(body), await many(body)].map((answer) => JSON.stringify(answer));
    expect(new Set(answers).size).toBe(1);
  });
});
