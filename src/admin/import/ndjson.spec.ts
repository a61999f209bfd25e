import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '#src/platform/errors.js';
import { parseLine } from './ndjson.js';

const parse = (line: unknown) => parseLine(Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)));

function refusal(line: unknown): { code: string; paths: string[] } {
  try {
    parse(line);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const places = error.issues?.map(({ path }) => path.join('.')) ?? error.errors?.map(({ path }) => path);
    return { code: error.code, paths: places ?? [] };
  }
  throw new Error('it was not refused');
}

describe('a line of NDJSON', () => {
  test.each(['', '  ', '\r', ' \t\r'])('may be blank: %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  test('may begin with a byte order mark and end as on Windows', () => {
    expect(parse('\uFEFF{"kind":"client_group","id":"g1","name":"G"}\r')).toEqual({
      ...{ kind: 'client_group', id: 'g1', fields: { name: 'G' } },
    });
  });

  test('holds only the members that it gives, tidied as the API tidies them', () => {
    expect(parse({ kind: 'dossier', id: 'd1' })).toEqual({ kind: 'dossier', id: 'd1', fields: {} });
    const given = {
      name: ' Été\u200b ',
      code: '',
      enterpriseNumber: 'BE 0123.456.749',
      labels: ['a', ' a'],
      private: true,
    };
    expect(parse({ kind: 'dossier', id: 'd1', ...given })).toEqual({
      ...{ kind: 'dossier', id: 'd1' },
      fields: { name: 'Été', code: null, enterpriseNumber: '0123456749', labels: ['a'], private: true },
    });
  });

  test('about the office brings its settings, and its id is not looked at', () => {
    const settings = { onlyAdminsActivate: false, uniqueGroupNames: true, defaultClientGroup: 'g1' };
    const line = { kind: 'office', id: 'elsewhere', name: 'N', email: 'n@office.example', language: 'nl', settings };
    expect(parse(line)).toEqual({
      kind: 'office',
      fields: { name: 'N', email: 'n@office.example', language: 'nl', ...settings },
    });
  });

  test('about a relationship keeps its instants as they are written', () => {
    const times = { expiresAt: '2027-01-31T23:00:00.123456Z', createdAt: '2024-02-29T12:00:00+02:00' };
    const line = { kind: 'relationship', object: 'dossier:d:1', relation: 'manager', subject: 'collaborator:c1' };
    expect(parse({ ...line, ...times, primary: true })).toEqual({
      kind: 'relationship',
      tuple: {
        ...{
          objectType: 'dossier',
          objectId: 'd:1',
          relation: 'manager',
          subjectType: 'collaborator',
          subjectId: 'c1',
        },
        ...{ ...times, primary: true },
      },
    });
  });

  test.each<[string, unknown, string, string[]]>([
    ['is no object', '"kind"', 'invalid_request', ['']],
    ['has no kind', { id: 'd1' }, 'invalid_request', ['kind']],
    ['has a kind of no line', { kind: 'toString', id: 'd1' }, 'invalid_request', ['kind']],
    ['has a member that is unknown', { kind: 'client_group', id: 'g1', members: [] }, 'invalid_request', ['']],
    ['has no id', { kind: 'collaborator', email: 'a@b.be' }, 'invalid_request', ['id']],
    ['has an id that JavaScript knows', { kind: 'dossier', id: 'constructor' }, 'invalid_request', ['id']],
    ['has a wrong e-mail', { kind: 'collaborator', id: 'c1', email: 'a b@c.be' }, 'invalid_request', ['email']],
    ['takes another language', { kind: 'collaborator', id: 'c1', language: 'it' }, 'invalid_request', ['language']],
    ['has half a character', '{"kind":"dossier","id":"d1","name":"\\ud800"}', 'unrepresentable_value', []],
    [
      'has a number of no enterprise',
      { kind: 'dossier', id: 'd', enterpriseNumber: '1' },
      'enterprise_number_invalid',
      [],
    ],
    ['names a built-in type', { kind: 'entity', type: 'collaborator', id: 'c1' }, 'invalid_request', ['type']],
    [
      'has properties that are a list',
      { kind: 'entity', type: 't', id: 'e', properties: [] },
      'invalid_request',
      ['properties'],
    ],
  ])('is refused where it %s', (_, line, code, paths) => {
    expect(refusal(line)).toEqual({ code, paths });
  });

  test('is refused where it is not UTF-8', () => {
    const bytes = Buffer.from('{"kind":"dossier","id":"d1","name":"\xe9"}', 'latin1');
    expect(() => parseLine(bytes)).toThrow(expect.objectContaining({ code: 'malformed_json' }));
  });
});
