import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, comparable, toLines, type Line } from '#test/support/importing.js';
import { seededWorld, toNdjson } from '#test/support/world.js';
import type { WorldOffice } from '#test/support/world.types.js';

const size = { offices: 1, collaborators: 30, collaboratorGroups: 10, clientGroups: 15, dossiers: 300, links: 1_500 };

describe('an import', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  const worldOffice = (seed: number) => seededWorld(seed, size).offices[0] as WorldOffice;

  test('makes the same office of the same lines in any order', async () => {
    const world = worldOffice(1);
    const { settings } = world;
    const exports: Line[][] = [];
    for (const seed of [1, 2, 3]) {
      const office = await services.office(`order-${seed}`, { settings });
      const summary = await services.import(office, toNdjson(world, { seed }));
      expect(summary.refused).toEqual([]);
      exports.push(comparable(await services.export(office), { withTimes: false }));
    }
    // The tuples of a dossier come in the order of their lines, which is another one each time.
    const sorted = exports.map((lines) =>
      lines
        .slice(1)
        .map((line) => JSON.stringify(line))
        .sort(),
    );
    expect(sorted[1]).toEqual(sorted[0]);
    expect(sorted[2]).toEqual(sorted[0]);
  });

  test('makes every entity and tuple that its lines name, and counts them', async () => {
    const world = worldOffice(2);
    const office = await services.office('complete', { settings: world.settings });
    const summary = await services.import(office, toNdjson(world));
    const { collaborators, collaboratorGroups, clientGroups, dossiers, tuples } = world;
    expect(summary.counts).toEqual({
      collaborator: collaborators.length,
      collaborator_group: collaboratorGroups.length,
      client_group: clientGroups.length,
      dossier: dossiers.length,
      relationship: tuples.length,
    });
    const [stored] = await services.rows<{ n: string }>(
      office,
      'select count(*) n from relationship where office = $1',
    );
    expect(Number(stored?.n)).toBe(tuples.length);
  });

  test('reads pieces that cut lines and characters anywhere', async () => {
    const world = worldOffice(3);
    const bytes = Buffer.from(toNdjson(world));
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += 7) yield Promise.resolve(bytes.subarray(at, at + 7));
    }
    const [whole, cut] = [
      await services.office('whole', { settings: world.settings }),
      await services.office('cut', { settings: world.settings }),
    ];
    await services.import(whole, bytes);
    expect((await services.import(cut, pieces())).refused).toEqual([]);
    const lines = async (office: string) => comparable(await services.export(office), { withTimes: false }).slice(1);
    expect(await lines(cut)).toEqual(await lines(whole));
  });

  test('keeps the managers of a dossier in the order of their lines, the one that says so as the primary', async () => {
    const office = await services.office('managers');
    const people = ['c1', 'c2', 'c3', 'c4'].map((id) => ({ kind: 'collaborator', id, email: `${id}@office.example` }));
    const managers = ['c3', 'c1', 'c4', 'c2'].map((id) => ({
      ...{ kind: 'relationship', object: 'dossier:d1', relation: 'manager', subject: `collaborator:${id}` },
      ...(id === 'c4' && { primary: true }),
    }));
    await services.import(office, [...managers, { kind: 'dossier', id: 'd1', name: 'D', status: 'active' }, ...people]);
    const exported = (await services.export(office)).filter(({ relation }) => relation === 'manager');
    expect(exported.map(({ subject }) => subject)).toEqual(managers.map(({ subject }) => subject));
    expect(exported.filter(({ primary }) => primary).map(({ subject }) => subject)).toEqual(['collaborator:c4']);
  });

  test('puts older managers first where the lines say when they were made', async () => {
    const office = await services.office('older');
    const people = ['c1', 'c2'].map((id) => ({ kind: 'collaborator', id, email: `${id}@office.example` }));
    const manager = (id: string, createdAt: string) => ({
      ...{ kind: 'relationship', object: 'dossier:d1', relation: 'manager', subject: `collaborator:${id}`, createdAt },
    });
    const lines = [manager('c1', '2024-05-01T10:00:00.123456Z'), manager('c2', '2023-05-01T12:00:00+02:00')];
    await services.import(office, [...people, { kind: 'dossier', id: 'd1', name: 'D', status: 'active' }, ...lines]);
    const exported = (await services.export(office)).filter(({ relation }) => relation === 'manager');
    expect(exported.map(({ subject, createdAt }) => [subject, createdAt])).toEqual([
      ['collaborator:c2', '2023-05-01T10:00:00.000000Z'],
      ['collaborator:c1', '2024-05-01T10:00:00.123456Z'],
    ]);
  });

  test('updates what exists with the members that are given, and leaves the rest', async () => {
    const office = await services.office('upsert');
    await services.import(office, [
      { kind: 'collaborator', id: 'c1', email: 'c1@office.example', firstName: 'Ann', profile: 'admin' },
      { kind: 'client_group', id: 'g1', name: 'Bruxelles', email: 'b@office.example' },
      { kind: 'dossier', id: 'd1', name: 'One', code: 'B1', status: 'active', labels: ['tva'] },
      { kind: 'entity', type: 'record', id: 'r1', properties: { status: 'active' } },
    ]);
    const summary = await services.import(office, [
      { kind: 'collaborator', id: 'c1', lastName: 'Dupont' },
      { kind: 'client_group', id: 'g1', email: null },
      { kind: 'dossier', id: 'd1', code: 'B2' },
      { kind: 'entity', type: 'record', id: 'r1', properties: { status: 'closed' } },
    ]);
    expect(summary.refused).toEqual([]);
    expect(comparable(await services.export(office)).slice(1)).toEqual([
      ...[{ kind: 'collaborator', id: 'c1', email: 'c1@office.example', firstName: 'Ann', lastName: 'Dupont' }].map(
        (line) => ({ ...line, profile: 'admin', status: 'active', language: 'fr' }),
      ),
      { kind: 'client_group', id: 'g1', name: 'Bruxelles' },
      { kind: 'entity', type: 'record', id: 'r1', properties: { status: 'closed' } },
      { kind: 'dossier', id: 'd1', name: 'One', code: 'B2', status: 'active', private: false, labels: ['tva'] },
    ]);
  });

  test('writes no trail for what is as it was', async () => {
    const world = worldOffice(4);
    const office = await services.office('again', { settings: world.settings });
    await services.import(office, toNdjson(world));
    const count = () => services.rows<{ n: string }>(office, 'select count(*) n from change where office = $1');
    const before = await count();
    expect((await services.import(office, toNdjson(world, { seed: 9 }))).refused).toEqual([]);
    expect(await count()).toEqual(before);
  });

  test('names in the trail who imported, why, and each dossier with its people in one entry', async () => {
    const office = await services.office('trail');
    const lines: Line[] = [
      { kind: 'relationship', object: 'dossier:d1', relation: 'manager', subject: 'collaborator:c1' },
      { kind: 'dossier', id: 'd1', name: 'One', status: 'active' },
      { kind: 'collaborator', id: 'c1', email: 'c1@office.example' },
    ];
    await services.import(office, toLines(lines), { reason: 'moved from the old tool' });
    const trail = await services.rows(
      office,
      `select action, actor, via, reason, after->'relationships'->0->>'tuple' tuple from change
        where office = $1 and key = 'dossier:d1'`,
    );
    expect(trail).toEqual([
      {
        ...{ action: 'create', actor: 'system', via: 'key:test', reason: 'moved from the old tool' },
        tuple: 'dossier:d1#manager@collaborator:c1',
      },
    ]);
  });
});
