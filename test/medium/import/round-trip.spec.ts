import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, comparable, toLines, type Line } from '#test/support/importing.js';
import { seededWorld, toNdjson } from '#test/support/world.js';

const size = { offices: 4, collaborators: 25, collaboratorGroups: 8, clientGroups: 12, dossiers: 200, links: 900 };

describe('an export', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  test('imported into an empty office makes the same office, line for line', async () => {
    for (const [index, world] of seededWorld(7, size).offices.entries()) {
      const source = await services.office(`source-${index}`);
      expect((await services.import(source, toNdjson(world, { seed: index, withOffice: true }))).refused).toEqual([]);
      const first = await services.export(source);
      const copy = await services.office(`copy-${index}`, { settings: { uniqueGroupNames: true } });
      expect((await services.import(copy, toLines(first))).refused).toEqual([]);
      const second = await services.export(copy);
      expect(second[0]).toMatchObject({ kind: 'office', id: copy });
      expect(comparable(second)).toEqual(comparable(first));
    }
  });

  test('holds settings, generic entities, instants to the microsecond and everything that may be left out', async () => {
    const lines: Line[] = [
      {
        ...{ kind: 'office', id: 'x', name: 'Fiduciaire', email: 'f@office.example', language: 'de' },
        settings: { onlyAdminsActivate: false, uniqueGroupNames: true, defaultClientGroup: 'g1', decisionLogDays: 30 },
      },
      {
        ...{ kind: 'collaborator', id: 'c1', email: 'C1@office.example', firstName: 'Ann', lastName: 'B' },
        ...{ profile: 'support', status: 'inactive', language: 'nl' },
      },
      { kind: 'collaborator_group', id: 'k1', name: 'Externes' },
      { kind: 'client_group', id: 'g1', name: 'Bruxelles', email: 'b@office.example' },
      {
        ...{ kind: 'relationship', object: 'collaborator_group:k1', relation: 'member', subject: 'collaborator:c1' },
        ...{ expiresAt: '2027-01-31T23:00:00.000000Z', createdAt: '2024-02-29T12:00:00.123456Z' },
      },
      { kind: 'entity', type: 'record', id: 'r1', properties: { status: 'active', owner: null, tags: [1, 'a'] } },
      {
        ...{ kind: 'dossier', id: 'd1', name: 'D', code: 'B1', enterpriseNumber: '0123.456.749', status: 'inactive' },
        ...{ private: false, labels: ['tva', 'ipp'], language: 'fr', email: 'd@office.example' },
      },
      {
        ...{ kind: 'relationship', object: 'dossier:d1', relation: 'client_group', subject: 'client_group:g1' },
        createdAt: '2024-02-29T12:00:00.654321Z',
      },
    ];
    const office = await services.office('everything');
    expect((await services.import(office, lines)).refused).toEqual([]);
    expect(comparable(await services.export(office))).toEqual(comparable(lines));
  });

  test('pages through more than fits in one', async () => {
    const office = await services.office('pages');
    const ids = Array.from({ length: 2_300 }, (_, n) => `d${String(n).padStart(5, '0')}`);
    const lines: Line[] = [
      ...ids.map((id): Line => ({ kind: 'collaborator', id, email: `${id}@office.example` })),
      ...ids.map((id): Line => ({ kind: 'client_group', id, name: id })),
      ...ids.map((id): Line => ({ kind: 'entity', type: 'record', id, properties: {} })),
      ...ids.map((id): Line => ({ kind: 'dossier', id, name: id, status: 'active' })),
      ...ids.map((id): Line => ({
        ...{
          kind: 'relationship',
          object: `client_group:${id}`,
          relation: 'collaborator',
          subject: `collaborator:${id}`,
        },
      })),
      ...ids.map((id): Line => ({
        ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'guest', subject: `collaborator:${id}` },
      })),
    ];
    await services.import(office, lines);
    const exported = await services.export(office);
    expect(exported).toHaveLength(lines.length + 1);
    for (const kind of ['collaborator', 'client_group', 'entity', 'dossier']) {
      expect(exported.filter((line) => line.kind === kind).map(({ id }) => id)).toEqual(ids);
    }
  });

  test('is one snapshot, whatever is written meanwhile, and needs the right to it', async () => {
    const office = await services.office('snapshot');
    await services.import(office, [
      { kind: 'collaborator', id: 'c1', email: 'c1@office.example' },
      // More than is written before someone reads: the last page is read after the change.
      ...Array.from({ length: 3_000 }, (_, n): Line => ({ kind: 'dossier', id: `d${n}`, name: `D ${n}` })),
    ]);
    await expect(services.export(office, { actor: 'c1' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(services.export('nowhere')).rejects.toMatchObject({ code: 'office_not_found' });
    const before = await services.export(office);
    const stream = await services.exportStream(office);
    await services.import(office, [{ kind: 'dossier', id: 'later', name: 'Later' }]);
    expect(await services.readLines(stream)).toEqual(before);
  });

  test('leaves out for an admin what they may not know of, with everything that names it (rule 15)', async () => {
    const office = await services.office('hidden');
    const tie = (object: string, relation: string, subject: string): Line => ({
      ...{ kind: 'relationship', object, relation, subject },
    });
    const lines: Line[] = [
      { kind: 'collaborator', id: 'admin', email: 'a@office.example', profile: 'admin' },
      { kind: 'collaborator', id: 'c1', email: 'c1@office.example' },
      ...['open', 'walled'].map((id): Line => ({ kind: 'dossier', id, name: id, status: 'active' })),
      ...['theirs', 'own'].map((id): Line => ({ kind: 'dossier', id, name: id, status: 'active', private: true })),
      tie('dossier:theirs', 'manager', 'collaborator:c1'),
      tie('dossier:own', 'manager', 'collaborator:admin'),
      tie('dossier:walled', 'excluded', 'collaborator:admin'),
    ];
    await services.import(office, lines);
    const named = (exported: Line[]) =>
      ['open', 'walled', 'theirs', 'own'].filter((id) => exported.some((line) => JSON.stringify(line).includes(id)));
    expect(named(await services.export(office))).toEqual(['open', 'walled', 'theirs', 'own']);
    expect(named(await services.export(office, { actor: 'admin' }))).toEqual(['open', 'own']);
  });
});
