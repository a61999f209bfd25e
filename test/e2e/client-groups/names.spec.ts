import { beforeAll, describe, expect, test } from '@jest/globals';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Group {
  id: string;
  name: string;
  warnings: { code: string; message: string }[];
}

const app = theService();

// Client groups and collaborator groups keep the same rules about names.
describe.each(['client-groups', 'collaborator-groups'] as const)('%s', (kind) => {
  let office: OfficeClient;
  const at = (...parts: string[]) => office.at(kind, ...parts);

  beforeAll(async () => {
    office = await OfficeClient.make(app);
  });

  test.each([
    ['  Nord  ', 'Nord'],
    ['\u200B \u200BNord\uFEFF \u00A0', 'Nord'],
    ['Cafe\u0301', 'Café'],
    ['é'.repeat(100), 'é'.repeat(100)],
    ['e\u0301'.repeat(100), 'é'.repeat(100)],
    ['😀'.repeat(100), '😀'.repeat(100)],
    ["L'Été & <b>Co</b>; drop table", "L'Été & <b>Co</b>; drop table"],
  ])('rule 16: the name %j is kept as %j', async (sent, kept) => {
    const made = await office.api.put<Group>(at(anId('g')), { name: sent });
    expect([made.status, made.body.name]).toEqual([201, kept]);
  });

  test.each(['', ' ', '\t\n', '\u200B', '\u00A0\u200B \uFEFF', '\u200B \u200B \u200B', '\u00AD', '\u3164'])(
    'rule 16: the blank name %j is refused by every save',
    async (name) => {
      const id = anId('g');
      expect(verdict(await office.api.put(at(id), { name }))).toEqual([422, 'group_name_blank']);
      expect(verdict(await office.api.post(at(), { name }))).toEqual([422, 'group_name_blank']);
      await office.api.put(at(id), { name: `Nom ${id}` });
      expect(verdict(await office.api.patch(at(id), { name }, ifMatch('*')))).toEqual([422, 'group_name_blank']);
    },
  );

  test.each([
    ['no name', undefined],
    ['null', null],
    ['a number', 5],
    ['101 characters', 'x'.repeat(101)],
    ['a line break', 'Nord\nSud'],
  ])('rule 16: %s for a name is refused', async (_what, name) => {
    expect(verdict(await office.api.put(at(anId('g')), { name }))).toEqual([400, 'invalid_request']);
  });

  test('rule 17: a twin, ignoring case and accents, is saved with a warning in the language of the caller', async () => {
    await office.api.put(at('first'), { name: 'Élan Œuvre' });
    const answers = [];
    for (const language of ['en', 'fr', 'nl', 'de']) {
      const twin = await office.api.post<Group>(at(), { name: 'ELAN œuvre' }, { 'accept-language': language });
      expect(twin.status).toBe(201);
      expect(twin.body.warnings).toEqual([{ code: 'group_name_twin', message: expect.stringContaining('ELAN œuvre') }]);
      answers.push(twin.body.warnings[0]?.message);
    }
    expect(new Set(answers).size).toBe(4);
    const renamed = await office.api.patch<Group>(at('first'), { name: 'elan oeuvre' }, ifMatch('*'));
    expect(renamed.body.warnings.map(({ code }) => code)).toEqual(['group_name_twin']);
    const preview = await office.api.post<Preview>(`${at()}?dryRun=true`, { name: 'Elan Oeuvre' });
    expect(preview.body.warnings.map(({ code }) => code)).toEqual(['group_name_twin']);
  });

  test('rule 17: with uniqueGroupNames a twin is refused; a group may always keep or respell its own name', async () => {
    const strict = await OfficeClient.make(app, { settings: { uniqueGroupNames: true } });
    const path = (...parts: string[]) => strict.at(kind, ...parts);
    await strict.api.put(path('a'), { name: 'Liège' });
    await strict.api.put(path('b'), { name: 'Namur' });
    for (const refused of [
      await strict.api.post(path(), { name: 'liege' }),
      await strict.api.put(path('c'), { name: 'LIÈGE' }),
      await strict.api.patch(path('b'), { name: 'Liege' }, ifMatch('*')),
    ]) {
      expect(verdict(refused)).toEqual([422, 'group_name_taken']);
      expect((refused.body as Problem).detail.toLowerCase()).toContain('li');
    }
    expect((await strict.api.get(path('c'))).status).toBe(404);
    const respelt = await strict.api.patch<Group>(path('a'), { name: 'LIÈGE' }, ifMatch('*'));
    expect([respelt.status, respelt.body.warnings]).toEqual([200, []]);
  });

  test('rule 17: of ten twins made at once where names are unique, one is made', async () => {
    const strict = await OfficeClient.make(app, { settings: { uniqueGroupNames: true } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => strict.api.post(strict.at(kind), { name: n % 2 ? 'Été' : 'ETE' })),
    );
    expect(answers.map(verdict).sort()).toEqual([
      [201, undefined],
      ...Array<unknown>(9).fill([422, 'group_name_taken']),
    ]);
  });
});

describe('rule 18: the e-mail of a client group', () => {
  test.each([
    'nope',
    'a@b',
    'a@office.example;b@office.example',
    'a@office.example\r\nBcc: b@office.example',
    '<a@office.example>',
    5,
  ])('%j is no address', async (email) => {
    const office = await OfficeClient.make(app);
    const save = office.api.put(office.at('client-groups', 'g'), { name: 'G', email });
    expect(verdict(await save)).toEqual([400, 'invalid_request']);
  });

  test('a collaborator group has none', async () => {
    const office = await OfficeClient.make(app);
    const save = office.api.put(office.at('collaborator-groups', 'k'), { name: 'K', email: 'k@office.example' });
    expect(verdict(await save)).toEqual([400, 'invalid_request']);
  });
});
