import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Api, officePath, type ApiResponse } from '#test/support/api.js';
import { importWorld } from '#test/support/import-world.js';
import { dossierActions, mayDo, pathsOf, type Path } from '#test/support/reference.js';
import { reviewOf } from '#test/support/review.js';
import { theService } from '#test/support/service.js';
import { changeOffice, changeRecipes } from '#test/support/world-changes.js';
import { seededWorld } from '#test/support/world.js';
import type { Question, World, WorldOffice } from '#test/support/world.types.js';

const seed = Number(process.env.PROPERTY_SEED ?? 20_260_601);
const worldCount = 4;
const changesPerWorld = 14;

const { url, key } = theService();
const api = new Api(url, key);

/** What the naive reference knows of an office at one of its revisions. */
interface Remembered {
  revision: string;
  office: WorldOffice;
  /** The same revision as an instant: after its write was acknowledged, and before the next one. */
  instant: string;
}

type Answer = { revision: string; asOf: string } & Record<string, unknown>;

async function answered<Body extends Answer>(response: Promise<ApiResponse<Body>>): Promise<Body> {
  const { status, body } = await response;
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

const names = (paths: readonly Path[]) =>
  paths.map(({ kind, clientGroup, collaboratorGroup }) => [kind, clientGroup, collaboratorGroup].join('/')).sort();

/** Every question about one moment of an office, each face in its own words. */
class PastFaces {
  private readonly world: World;

  constructor(
    private readonly id: string,
    private readonly then: Remembered,
    private readonly asOf: string,
  ) {
    this.world = { offices: [then.office] };
  }

  private may({ collaborator, action, dossier }: Omit<Question, 'office'>): boolean {
    return mayDo(this.world, this.then.office.id, collaborator, action, dossier, new Date());
  }

  private path(...parts: string[]): string {
    return officePath(this.id, ...parts);
  }

  private get everything() {
    const { collaborators, dossiers } = this.then.office;
    return collaborators.flatMap(({ id: collaborator }) =>
      dossiers.flatMap(({ id: dossier }) => dossierActions.map((action) => ({ collaborator, dossier, action }))),
    );
  }

  /** @returns how many answers were compared */
  async expectAll(n: number): Promise<number> {
    const { asOf } = this;
    const { collaborators, dossiers } = this.then.office;
    const checks = this.everything;
    const batch = await answered<Answer & { results: { allowed: boolean }[] }>(
      api.post(this.path('can-access', 'batch'), { checks, asOf }),
    );
    // An instant stands for the last revision that changed something: not every write of an import does.
    if (asOf === this.then.revision) expect(batch.revision).toBe(asOf);
    expect(batch.results.map(({ allowed }) => allowed)).toEqual(checks.map((one) => this.may(one)));

    const one = checks[(n * 7_919) % checks.length];
    const person = collaborators[n % collaborators.length];
    const dossier = dossiers[n % dossiers.length];
    if (!one || !person || !dossier) return checks.length;
    const action = dossierActions[n % dossierActions.length] as string;
    const single = await answered<Answer & { allowed: boolean }>(api.post(this.path('can-access'), { ...one, asOf }));
    expect([single.allowed, single.revision]).toEqual([this.may(one), batch.revision]);
    const explained = await answered<Answer & { allowed: boolean; paths: Path[] }>(
      api.post(this.path('explain'), { ...one, asOf }),
    );
    const paths = pathsOf(this.world, this.then.office.id, one.collaborator, one.action, one.dossier, new Date());
    expect([explained.allowed, names(explained.paths)]).toEqual([this.may(one), names(paths)]);

    const mine = dossiers
      .filter(({ id }) => this.may({ collaborator: person.id, action, dossier: id }))
      .map(({ id }) => id);
    const filtered = await answered<Answer & { dossiers: string[] }>(
      api.post(this.path('can-access', 'filter'), {
        collaborator: person.id,
        action,
        dossiers: dossiers.map(({ id }) => id),
        asOf,
      }),
    );
    expect(filtered.dossiers).toEqual(mine);
    const query = new URLSearchParams({ action, asOf }).toString();
    const listed = await answered<Answer & { items: { id: string }[]; total: number }>(
      api.get(`${this.path('collaborators', person.id, 'dossiers')}?${query}`),
    );
    expect(listed.items.map(({ id }) => id).sort()).toEqual(mine.toSorted());
    expect(listed.total).toBe(mine.length);
    const heard = await answered<Answer & { audience: { collaborator: string }[] }>(
      api.get(`${this.path('dossiers', dossier.id, 'audience')}?${query}`),
    );
    const audience = collaborators.filter(({ id }) => this.may({ collaborator: id, action, dossier: dossier.id }));
    expect(heard.audience.map(({ collaborator }) => collaborator).sort()).toEqual(audience.map(({ id }) => id).sort());
    const rows = await reviewOf(api, this.id, { action, asOf });
    const reviewed = new Set(rows.map(({ Collaborator, Dossier }) => `${Collaborator} ${Dossier}`));
    const expected = checks.filter((check) => check.action === action && this.may(check));
    expect([...reviewed].sort()).toEqual(expected.map((check) => `${check.collaborator} ${check.dossier}`).sort());
    return checks.length + 2 + 2 * dossiers.length + collaborators.length + reviewed.size;
  }
}

async function revisionOf(id: string): Promise<string> {
  return (await api.get<{ revision: string }>(officePath(id))).body.revision;
}

// Seen to fail with functions that answer from the present: without another search path.
describe('questions as of every revision of an office', () => {
  test('answer what the naive reference knew then, on every face, by revision and by instant', async () => {
    let compared = 0;
    let changes = 0;
    for (let n = 0; n < worldCount; n++) {
      const size = { offices: 1, collaborators: 6, collaboratorGroups: 2, clientGroups: 2, dossiers: 6, links: 40 };
      const world = seededWorld(seed + n, size);
      const ids = await importWorld(api, world);
      let [now] = world.offices as [WorldOffice];
      const id = ids.get(now.id) as string;
      const remember = async (office: WorldOffice): Promise<Remembered> => {
        return { office, revision: await revisionOf(id), instant: new Date().toISOString() };
      };
      const memory = [await remember(now)];
      for (const recipe of fc.sample(changeRecipes(), { seed: seed + n, numRuns: changesPerWorld })) {
        const next = await changeOffice(api, id, now, recipe);
        if (next === now) continue;
        now = next;
        changes++;
        memory.push(await remember(now));
      }
      for (const [at, then] of memory.entries()) {
        const asOf = at % 2 === 0 ? then.revision : then.instant;
        compared += await new PastFaces(id, then, asOf).expectAll(seed + n * changesPerWorld + at);
      }
    }
    expect(changes).toBeGreaterThan(20);
    expect(compared).toBeGreaterThan(5_000);
  }, 300_000);
});
