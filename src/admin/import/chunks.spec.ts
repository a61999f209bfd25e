import { describe, expect, test } from '@jest/globals';
import { chunksOf, maxUnitLines, type Chunk } from './chunks.js';
import { placesOf, stages, type ImportRecord } from './record.js';
import type { SpoolEntry } from './spool.js';

function entriesOf(records: readonly ImportRecord[]): SpoolEntry[] {
  const entries = records.flatMap((record, line) =>
    placesOf(record).map((place) => ({ place, line, text: JSON.stringify(record) })),
  );
  return entries.sort((a, b) => (a.place === b.place ? a.line - b.line : a.place < b.place ? -1 : 1));
}

async function chunks(records: readonly ImportRecord[]): Promise<Chunk[]> {
  const entries = entriesOf(records);
  async function* batches() {
    for (let at = 0; at < entries.length; at += 7) yield Promise.resolve(entries.slice(at, at + 7));
  }
  const found: Chunk[] = [];
  for await (const chunk of chunksOf(batches())) found.push(chunk);
  return found;
}

const dossier = (id: string): ImportRecord => ({ kind: 'dossier', id, fields: { name: id } });
const guest = (id: string, collaborator: string): ImportRecord => ({
  kind: 'relationship',
  tuple: {
    objectType: 'dossier',
    objectId: id,
    relation: 'guest',
    subjectType: 'collaborator',
    subjectId: collaborator,
  },
});
const inGroup = (relation: 'excluded' | 'collaborator'): ImportRecord => ({
  kind: 'relationship',
  tuple: { objectType: 'client_group', objectId: 'g1', relation, subjectType: 'collaborator', subjectId: 'c1' },
});

describe('chunks', () => {
  test('come in the order in which they can be applied, what closes before what opens', async () => {
    const found = await chunks([
      guest('d1', 'c1'),
      dossier('d1'),
      inGroup('collaborator'),
      inGroup('excluded'),
      { kind: 'entity', type: 't', id: 'e1', properties: {} },
      { kind: 'client_group_name', name: 'G' },
      { kind: 'client_group', id: 'g1', fields: { name: 'G' } },
      { kind: 'collaborator_group', id: 'k1', fields: { name: 'K' } },
      { kind: 'collaborator', id: 'c1', fields: {} },
      { kind: 'office', fields: {} },
    ]);
    expect(found.map(({ stage }) => stage)).toEqual(stages);
    expect(found.map(({ name }) => name)).toEqual(stages.map((_, index) => String(index)));
  });

  test('hold everything about one dossier together, its own line first and its tuples in the order of their lines', async () => {
    const found = await chunks([guest('a', 'c2'), guest('ab', 'c1'), guest('a', 'c1'), dossier('ab'), dossier('a')]);
    const units = found.flatMap((chunk) => chunk.units.map(({ records }) => records.map(({ line }) => line)));
    expect(units).toEqual([
      [4, 0, 2],
      [3, 1],
    ]);
  });

  test('have some 2,000 lines, and never a part of a unit', async () => {
    const records = Array.from({ length: 3_000 }, (_, n) => [
      dossier(`d${n}`),
      guest(`d${n}`, 'c1'),
      guest(`d${n}`, 'c2'),
    ]);
    const found = await chunks(records.flat());
    expect(found.map(({ units }) => units.length)).toEqual([667, 667, 667, 667, 332]);
    expect(found.flatMap(({ units }) => units).every((unit) => unit.records.length === 3)).toBe(true);
  });

  test('hold a bounded number of lines about one thing, and name the others', async () => {
    const many = Array.from({ length: maxUnitLines + 5 }, (_, n) => guest('d1', `c${n}`));
    const [chunk] = await chunks([...many, dossier('d1')]);
    expect(chunk?.units[0]?.records).toHaveLength(maxUnitLines);
    expect(chunk?.units[0]?.records[0]).toMatchObject({ kind: 'dossier' });
    expect(chunk?.units[0]?.tooMany).toHaveLength(6);
  });

  test('of the same lines are the same, and of others have another hash', async () => {
    const hashes = async (records: readonly ImportRecord[]) =>
      (await chunks(records)).map(({ hash }) => hash.toString('hex'));
    expect(await hashes([dossier('d1'), guest('d1', 'c1')])).toEqual(await hashes([dossier('d1'), guest('d1', 'c1')]));
    expect(await hashes([dossier('d1'), guest('d1', 'c1')])).not.toEqual(
      await hashes([dossier('d1'), guest('d1', 'c2')]),
    );
  });
});
