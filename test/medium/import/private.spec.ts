import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, type Line } from '#test/support/importing.js';

const person = (id: string, more: object = {}): Line => ({
  kind: 'collaborator',
  id,
  email: `${id}@office.example`,
  ...more,
});
const secret = (id: string, more: object = {}): Line => ({
  ...{ kind: 'dossier', id, name: id, status: 'active', private: true },
  ...more,
});
const manager = (dossier: string, collaborator: string, more: object = {}): Line => ({
  ...{
    kind: 'relationship',
    object: `dossier:${dossier}`,
    relation: 'manager',
    subject: `collaborator:${collaborator}`,
  },
  ...more,
});
const people = [
  person('admin', { profile: 'admin' }),
  person('c1'),
  person('c2'),
  person('gone', { status: 'inactive' }),
];

/** Private dossiers without a manager who is active and stays. */
const orphans = `
  select id from dossier d where office = $1 and private and not exists (
    select 1 from relationship r join collaborator c on c.office = r.office and c.id = r.subject_id and c.status = 'active'
     where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id and r.relation = 'manager'
       and r.expires_at is null)`;

describe('an import of private dossiers (rule 15)', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  test('never shows one open to its group, nor without a manager, wherever the lines about it stand', async () => {
    const office = await services.office('atomic');
    // Enough for several chunks; the first lines about each dossier come before, the last ones after all others.
    const ids = Array.from({ length: 1_500 }, (_, n) => `d${n}`);
    const groups = ids.map((id): Line => ({
      ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' },
    }));
    const lines = [
      ...groups,
      ...ids.map((id) => secret(id)),
      { kind: 'client_group', id: 'g1', name: 'G' },
      ...people,
      ...ids.map((id) => manager(id, 'c1')).reverse(),
    ];
    let looks = 0;
    for await (const event of services.run(office, lines)) {
      expect(await services.rows(office, orphans)).toEqual([]);
      const open = await services.rows(office, 'select id from dossier where office = $1 and not private');
      expect(open).toEqual([]);
      if ('progress' in event) looks++;
      else expect(event).toMatchObject({ refused: [], counts: { dossier: 1_500, relationship: 3_000 } });
    }
    expect(looks).toBeGreaterThan(3);
  });

  test.each<[string, Line[]]>([
    ['without any manager', []],
    ['whose manager is inactive', [manager('d1', 'gone')]],
    ['whose only manager has an end', [manager('d1', 'c1', { expiresAt: '2099-01-01T00:00:00Z' })]],
    ['whose manager does not exist', [manager('d1', 'nobody')]],
  ])('refuses one %s', async (name, tuples) => {
    const office = await services.office(`orphan-${name.replaceAll(' ', '-')}`);
    const { refused } = await services.import(office, [...people, secret('d1'), ...tuples]);
    expect(refused.find(({ line }) => line === people.length + 1)).toMatchObject({ code: 'private_needs_manager' });
    expect(await services.rows(office, 'select 1 from dossier where office = $1')).toEqual([]);
  });

  test('closes an open one only together with its manager, and refuses to leave a closed one without', async () => {
    const office = await services.office('closing');
    await services.import(office, [...people, secret('d1', { private: false }), secret('d2', { private: false })]);
    const { refused } = await services.import(office, [
      secret('d1'),
      { ...secret('d2'), name: 'renamed' },
      manager('d2', 'c1'),
    ]);
    expect(refused).toMatchObject([{ line: 1, code: 'private_needs_manager' }]);
    const rows = () => services.rows(office, 'select id, name, private from dossier where office = $1 order by id');
    expect(await rows()).toEqual([
      { id: 'd1', name: 'd1', private: false },
      { id: 'd2', name: 'renamed', private: true },
    ]);
    const ending = await services.import(office, [manager('d2', 'c1', { expiresAt: '2099-01-01T00:00:00Z' })]);
    expect(ending.refused).toMatchObject([{ line: 1, code: 'private_needs_manager' }]);
    const replaced = await services.import(office, [
      manager('d2', 'c1', { expiresAt: '2099-01-01T00:00:00Z' }),
      manager('d2', 'c2'),
    ]);
    expect(replaced.refused).toEqual([]);
  });

  test('lets a manager go where a later line brings another, and not otherwise', async () => {
    const office = await services.office('replaced');
    await services.import(office, [...people, secret('d1'), secret('d2'), manager('d1', 'c1'), manager('d2', 'c2')]);
    const { refused, counts } = await services.import(office, [
      person('c1', { status: 'inactive' }),
      person('c2', { status: 'inactive' }),
      manager('d1', 'admin'),
    ]);
    expect(refused).toMatchObject([{ line: 2, code: 'private_needs_manager' }]);
    expect(counts).toEqual({ collaborator: 1, relationship: 1 });
    expect(await services.rows(office, orphans)).toEqual([]);
  });

  test('is no way into one that does not exist for the admin who imports', async () => {
    const office = await services.office('closed');
    await services.import(office, [...people, secret('d1'), manager('d1', 'c1'), secret('d2'), manager('d2', 'admin')]);
    const trials = [
      manager('d1', 'admin'),
      { kind: 'dossier', id: 'd1', private: false },
      { kind: 'dossier', id: 'd2', code: 'X' },
    ];
    const { refused } = await services.import(office, trials, { actor: 'admin' });
    expect(refused.map(({ line, code }) => [line, code])).toEqual([
      [1, 'unknown_reference'],
      [2, 'unknown_reference'],
    ]);
    const exported = await services.export(office, { actor: 'admin' });
    expect(exported.filter((line) => JSON.stringify(line).includes('d1'))).toEqual([]);
    expect(exported).toContainEqual(expect.objectContaining({ kind: 'dossier', id: 'd2', code: 'X' }));
  });

  test('keeps out those who are excluded from the moment on that a dossier is there', async () => {
    const office = await services.office('walls');
    const wall = (object: string): Line => ({
      ...{ kind: 'relationship', object, relation: 'excluded', subject: 'collaborator:c1' },
    });
    const ids = Array.from({ length: 1_500 }, (_, n) => `d${n}`);
    const lines = [
      ...people,
      { kind: 'client_group', id: 'g1', name: 'G' },
      { kind: 'relationship', object: 'client_group:g1', relation: 'collaborator', subject: 'collaborator:c1' },
      ...ids.map((id) => secret(id, { private: false })),
      ...ids.map((id): Line => ({
        ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' },
      })),
      ...ids.map((id) => wall(`dossier:${id}`)),
      wall('client_group:g1'),
    ];
    const open = `
      select d.id from dossier d where d.office = $1 and not exists (select 1 from relationship r
       where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id and r.relation = 'excluded')`;
    const member = `
      select relation from relationship where office = $1 and object_type = 'client_group' order by relation`;
    for await (const _event of services.run(office, lines)) {
      expect(await services.rows(office, open)).toEqual([]);
      const relations = (await services.rows<{ relation: string }>(office, member)).map(({ relation }) => relation);
      expect([[], ['excluded'], ['collaborator', 'excluded']]).toContainEqual(relations);
    }
  });
});
