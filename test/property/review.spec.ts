import { describe, expect, test } from '@jest/globals';
import { Api, officePath } from '#test/support/api.js';
import { importWorld } from '#test/support/import-world.js';
import { dossierActions, mayDo, pathsOf, type Path } from '#test/support/reference.js';
import { reviewOf } from '#test/support/review.js';
import { theService } from '#test/support/service.js';
import { seededWorld } from '#test/support/world.js';
import type { World, WorldOffice } from '#test/support/world.types.js';

const seed = Number(process.env.PROPERTY_SEED ?? 20_260_601);
const worldCount = 12;

const { url, key } = theService();
const api = new Api(url, key);

const nameOf = (path: Path | undefined) =>
  path ? [path.kind, path.clientGroup ?? '', path.collaboratorGroup ?? ''].join('/') : '//';

/** The rows that the reference would write: a row for each way, with what it is good for. */
function expectedRows(world: World, office: WorldOffice, action: string, now: Date): string[] {
  const rows: string[] = [];
  for (const { id: dossier } of office.dossiers) {
    for (const { id: person } of office.collaborators) {
      const waysFor = (one: string) => pathsOf(world, office.id, person, one, dossier, now).map(nameOf);
      const may = (one: string) => mayDo(world, office.id, person, one, dossier, now);
      if (!may(action)) continue;
      const ways = waysFor(action);
      for (const way of ways.length > 0 ? ways : ['//']) {
        const good = dossierActions.filter((one) =>
          way === '//' ? may(one) && waysFor(one).length === 0 : waysFor(one).includes(way),
        );
        rows.push([person, dossier, way, good.join(' ')].join(' | '));
      }
    }
  }
  return rows.sort();
}

const allDossierActions: readonly string[] = dossierActions;

// How it was seen to fail: with rows for the first path only, and with the actions of the person on every path.
describe('an access review', () => {
  test('holds a row for each way that the naive reference knows, with what it is good for, and no other: about everyone', async () => {
    let compared = 0;
    for (let n = 0; n < worldCount; n++) {
      const world = seededWorld(seed + n, {
        ...{ offices: 1, collaborators: 8, collaboratorGroups: 3 },
        ...{ clientGroups: 3, dossiers: 9, links: 50 },
      });
      const ids = await importWorld(api, world);
      for (const office of world.offices) {
        for (const action of ['open', 'assign_manager', 'activate']) {
          const lines = await reviewOf(api, ids.get(office.id) as string, { action });
          const rows = lines.map((line) => {
            const kind = line['Row (do not change)']?.split('.')[1] ?? '';
            const way = [kind, line['Client group'] ?? '', line['Collaborator group'] ?? ''].join('/');
            const actions = (line.Actions ?? '').split(' ').filter(Boolean);
            actions.sort((a, b) => allDossierActions.indexOf(a) - allDossierActions.indexOf(b));
            return [line.Collaborator, line.Dossier, way, actions.join(' ')].join(' | ');
          });
          expect(rows.sort()).toEqual(expectedRows(world, office, action, new Date()));
          compared += rows.length;
        }
        await expectDetails(ids.get(office.id) as string);
      }
    }
    expect(compared).toBeGreaterThan(300);
  }, 300_000);
});

interface Explained {
  allowed: boolean;
  paths: { tuples: { tuple: string; since: string; by: string }[]; since?: string; by?: string }[];
}

/** The tuples, moments and people behind each row are those that the explanation of the same question names. */
async function expectDetails(office: string): Promise<void> {
  const lines = await reviewOf(api, office);
  const checks = lines.map(({ Collaborator: collaborator, Dossier: dossier }) => ({ collaborator, dossier }));
  if (checks.length === 0) return;
  const batch = await api.post<{ results: { allowed: boolean }[] }>(officePath(office, 'can-access', 'batch'), {
    checks,
  });
  expect(batch.body.results.every(({ allowed }) => allowed)).toBe(true);
  for (const [at, line] of lines.entries()) {
    const { body } = await api.post<Explained>(officePath(office, 'explain'), checks[at]);
    const told = body.paths.map(({ tuples, since, by = '' }) => ({
      Relationships: tuples.map((t) => `${t.tuple} (${t.since}, ${t.by})`).join('; '),
      Since: since ? new Date(since).toISOString() : '',
      'Granted by': by,
    }));
    expect(told).toContainEqual({
      Relationships: line.Relationships,
      Since: line.Since,
      'Granted by': line['Granted by'],
    });
  }
}
