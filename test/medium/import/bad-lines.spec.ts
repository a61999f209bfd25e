import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, aRequest, toLines, type Line } from '#test/support/importing.js';
import { enterpriseNumber } from '#test/support/enterprise-number.js';

const person = (id: string, more: object = {}): Line => ({
  kind: 'collaborator',
  id,
  email: `${id}@office.example`,
  ...more,
});
const dossier = (id: string, more: object = {}): Line => ({ kind: 'dossier', id, name: id, status: 'active', ...more });
const tie = (object: string, relation: string, subject: string, more: object = {}): Line => ({
  ...{ kind: 'relationship', object, relation, subject },
  ...more,
});
const office: Line[] = [
  person('c1', { profile: 'admin' }),
  person('c2'),
  { kind: 'collaborator_group', id: 'k1', name: 'Externes' },
  { kind: 'client_group', id: 'g1', name: 'Bruxelles' },
  { kind: 'client_group', id: 'g2', name: 'Namur' },
  dossier('d1', { enterpriseNumber: enterpriseNumber(1) }),
  dossier('draft', { status: 'draft' }),
];

describe('an import with bad lines', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  /** Imports these lines between good ones, and returns what became of them by their place among the bad. */
  async function refusals(name: string, bad: readonly (Line | string)[]) {
    const id = await services.office(name);
    await services.import(id, office);
    const texts = bad.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    const before = dossier('before');
    const after = dossier('after', { labels: ['tva'] });
    const summary = await services.import(id, [JSON.stringify(before), ...texts, JSON.stringify(after)].join('\n'));
    const kept = await services.rows<{ id: string }>(
      id,
      `select id from dossier where office = $1 and id in ('before', 'after')`,
    );
    expect(kept).toHaveLength(2);
    return summary.refused.map(({ line, code, reason }) => ({ index: line - 2, code, reason }));
  }

  test.each<[string, Line | string, string]>([
    ['no JSON', '{"kind":"dossier",', 'malformed_json'],
    ['no object', '[1]', 'invalid_request'],
    ['a member twice', '{"kind":"dossier","id":"x","id":"y","name":"X"}', 'duplicate_member'],
    ['a reserved member', '{"kind":"entity","type":"t","id":"x","properties":{"__proto__":{}}}', 'reserved_member'],
    ['an unknown kind', { kind: 'dossiers', id: 'x' }, 'invalid_request'],
    ['no kind', '{"id":"x"}', 'invalid_request'],
    ['an unknown member', dossier('x', { office: 'other' }), 'invalid_request'],
    ['a revision of its own', tie('dossier:d1', 'guest', 'collaborator:c2', { revision: '1' }), 'invalid_request'],
    ['an id of a wrong form', dossier('é'), 'invalid_request'],
    ['no name for a new dossier', { kind: 'dossier', id: 'x' }, 'invalid_request'],
    ['no e-mail for a new collaborator', { kind: 'collaborator', id: 'x' }, 'invalid_request'],
    ['no name for a new group', { kind: 'client_group', id: 'x' }, 'invalid_request'],
    ['a blank name of a group', { kind: 'client_group', id: 'x', name: ' \u200b ' }, 'group_name_blank'],
    ['a profile that there is not', person('x', { profile: 'system' }), 'invalid_request'],
    ['a number that is none', dossier('x', { enterpriseNumber: '0123.456.780' }), 'enterprise_number_invalid'],
    ['the number of another', dossier('x', { enterpriseNumber: enterpriseNumber(1) }), 'enterprise_number_taken'],
    ['the e-mail of another', person('x', { email: 'C2@OFFICE.example' }), 'email_taken'],
    ['an entity of a type of ours', { kind: 'entity', type: 'dossier', id: 'x' }, 'invalid_request'],
    ['a tuple that joins what may not be joined', tie('dossier:d1', 'member', 'collaborator:c1'), 'invalid_request'],
    ['an unknown collaborator', tie('dossier:d1', 'manager', 'collaborator:x'), 'unknown_reference'],
    ['an unknown dossier', tie('dossier:x', 'manager', 'collaborator:c1'), 'unknown_reference'],
    ['an unknown group', tie('dossier:d1', 'client_group', 'client_group:x'), 'unknown_reference'],
    [
      'an unknown collaborator group',
      tie('client_group:g1', 'collaborator_group', 'collaborator_group:x'),
      'unknown_reference',
    ],
    ['a primary guest', tie('dossier:d1', 'guest', 'collaborator:c1', { primary: true }), 'invalid_request'],
    [
      'an instant that is none',
      tie('dossier:d1', 'guest', 'collaborator:c1', { expiresAt: 'soon' }),
      'invalid_request',
    ],
    ['a draft in a group', tie('dossier:draft', 'client_group', 'client_group:g1'), 'dossier_not_active'],
    ['an active dossier that is a draft again', dossier('d1', { status: 'draft' }), 'invalid_transition'],
    [
      'a default group that there is not',
      { kind: 'office', settings: { defaultClientGroup: 'x' } },
      'unknown_reference',
    ],
    ['a policy set that is not loaded', { kind: 'office', policySet: 'x' }, 'unknown_reference'],
    ['the last admin demoted', person('c1', { profile: 'collaborator' }), 'last_admin'],
    [
      'a line without end',
      `{"kind":"entity","type":"t","id":"x","properties":{"a":"${'x'.repeat(1_100_000)}"}}`,
      'line_too_long',
    ],
  ])('refuses %s by its number, with a code and a reason, and keeps the rest', async (name, line, code) => {
    const refused = await refusals(`bad ${name}`.replaceAll(/[^A-Za-z0-9]+/g, '-'), [line]);
    expect(refused).toEqual([{ index: 0, code, reason: expect.stringMatching(/\S/) as unknown }]);
  });

  test('refuses each of many bad lines among good ones, and none of the good', async () => {
    const bad = Array.from({ length: 40 }, (_, n) =>
      n % 3 === 0 ? tie('dossier:d1', 'manager', `collaborator:x${n}`) : n % 3 === 1 ? dossier(`n${n}`) : `{"n":${n}}`,
    );
    const refused = await refusals('many', bad);
    expect(refused.map(({ index }) => index)).toEqual(bad.flatMap((_, n) => (n % 3 === 1 ? [] : [n])));
  });

  test('says the reason in the language of the request', async () => {
    const id = await services.office('language');
    const line = toLines([{ kind: 'dossier', id: 'x', name: 7 }, tie('dossier:no', 'guest', 'collaborator:no')]);
    const reasons = async (language: 'fr' | 'de') =>
      (await services.import(id, line, { language })).refused.map(({ reason }) => reason);
    expect(await reasons('fr')).toEqual([
      expect.stringContaining('name: '),
      "« no » (dossier) n'existe pas dans ce bureau.",
    ]);
    expect((await reasons('de'))[1]).toContain('gibt es in dieser Kanzlei nicht');
  });

  test('lets the first of two contradicting lines stand: two groups, two primary managers, one number twice', async () => {
    const number = enterpriseNumber(7);
    const refused = await refusals('contradictions', [
      tie('dossier:d1', 'client_group', 'client_group:g1'),
      tie('dossier:d1', 'client_group', 'client_group:g2'),
      tie('dossier:d1', 'manager', 'collaborator:c1', { primary: true }),
      tie('dossier:d1', 'manager', 'collaborator:c2', { primary: true }),
      dossier('n1', { enterpriseNumber: number }),
      dossier('n2', { enterpriseNumber: number }),
      person('n3', { email: 'same@office.example' }),
      person('n4', { email: 'Same@office.example' }),
    ]);
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      [1, 'one_client_group'],
      [3, 'one_primary_manager'],
      [5, 'enterprise_number_taken'],
      [7, 'email_taken'],
    ]);
  });

  test('moves a dossier that is in a group already, as any assignment does (rule 12)', async () => {
    const id = await services.office('moves');
    await services.import(id, [...office, tie('dossier:d1', 'client_group', 'client_group:g1')]);
    expect((await services.import(id, [tie('dossier:d1', 'client_group', 'client_group:g2')])).refused).toEqual([]);
    const groups = await services.rows(
      id,
      `select subject_id from relationship where office = $1 and relation = 'client_group'`,
    );
    expect(groups).toEqual([{ subject_id: 'g2' }]);
  });

  test('accepts ended tuples and the membership of an inactive dossier, as an export holds them (rule 14)', async () => {
    const id = await services.office('restored');
    const { refused } = await services.import(id, [
      ...office,
      dossier('old', { status: 'inactive' }),
      tie('dossier:old', 'client_group', 'client_group:g1'),
      tie('dossier:d1', 'guest', 'collaborator:c2', { expiresAt: '2020-01-01T00:00:00Z' }),
    ]);
    expect(refused).toEqual([]);
  });

  test('warns of names that are not unique, and refuses them where the office says so (rule 17)', async () => {
    const twins: Line[] = [
      { kind: 'client_group', id: 'a', name: 'Général' },
      { kind: 'client_group', id: 'b', name: 'GENERAL' },
    ];
    const lenient = await services.import(await services.office('lenient'), twins);
    expect(lenient).toMatchObject({ refused: [], warnings: [{ code: 'group_name_twin' }] });
    const strict = await services.office('strict', { settings: { uniqueGroupNames: true } });
    expect((await services.import(strict, twins)).refused).toMatchObject([{ line: 2, code: 'group_name_taken' }]);
  });

  test('stops once too many lines are refused, and says so', async () => {
    const id = await services.office('hopeless');
    const body = '{}\n'.repeat(100_001);
    await expect(services.import(id, body)).rejects.toMatchObject({ code: 'too_many_refused_lines' });
  });

  test('refuses a dry run: what it would do cannot be shown without doing it', async () => {
    const id = await services.office('dry');
    await expect(services.import(id, office, { dryRun: true })).rejects.toMatchObject({ code: 'no_dry_run' });
    expect(await services.rows(id, 'select 1 from dossier where office = $1')).toEqual([]);
  });

  test('is for those whom the policies let import, and for nobody after they lost that right', async () => {
    const id = await services.office('forbidden');
    await services.import(id, office);
    const asCollaborator = services.import(id, [dossier('x')], { actor: 'c2' });
    await expect(asCollaborator).rejects.toMatchObject({ code: 'forbidden' });
    await expect(services.import('nowhere', [])).rejects.toMatchObject({ code: 'office_not_found' });
    // The admin takes their own right away in the first chunk; the second chunk is refused.
    const lines = [person('c9', { profile: 'admin' }), person('c1', { profile: 'support' }), dossier('late')];
    await expect(services.import(id, lines, { actor: 'c1' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await services.rows(id, `select 1 from dossier where office = $1 and id = 'late'`)).toEqual([]);
  });

  test('changes nothing where it does not arrive as a whole', async () => {
    const id = await services.office('cut-off');
    async function* broken() {
      yield Promise.resolve(Buffer.from(toLines(office)));
      throw new Error('the client left');
    }
    await expect(services.import(id, broken())).rejects.toThrow('the client left');
    expect(await services.rows(id, 'select 1 from change where office = $1 and revision > 1')).toEqual([]);
    expect(aRequest(id).office).toBe(id);
  });
});
