import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { profiles } from '#src/relations/vocabulary.js';
import type { ApiResponse } from '#test/support/api.js';
import { OfficeClient, type Preview } from '#test/support/office-client.js';
import { theService, type TestService } from '#test/support/service.js';

const worldCount = 12;
const writesPerWorld = 10;
/** Set `PROPERTY_SEED` to the seed that a failing run printed to have the same worlds and writes again. */
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);

const people = ['boss', 'c0', 'c1', 'c2', 'c3'];
const groups = ['g0', 'g1', 'g2'];
const teams = ['k0', 'k1'];
const dossiers = ['d0', 'd1', 'd2', 'd3'];

/** One write of a random kind about random things. */
type WriteRecipe = [kind: number, numbers: number[]];
type Send = (office: OfficeClient, query: string) => Promise<ApiResponse>;

const any = { 'if-match': '*' };
const of = <T>(list: readonly T[], n: number | undefined) => list[(n ?? 0) % list.length] as T;
/** Some of the list, by the bits of a number. */
const some = (list: readonly string[], bits: number | undefined) =>
  list.filter((_, index) => ((bits ?? 0) >> index) & 1);
/** A delta that never adds and removes the same. */
const delta = (list: readonly string[], a: number | undefined, b: number | undefined) => {
  const add = some(list, a);
  return { add, remove: some(list, b).filter((one) => !add.includes(one)) };
};

const kinds: ((n: number[]) => Send)[] = [
  ([g, d, e, f, h, i, j]) =>
    (office, query) =>
      office.api.patch(
        office.at('client-groups', of(groups, g)) + query,
        { dossiers: delta(dossiers, d, e), collaborators: delta(people, f, h), collaboratorGroups: delta(teams, i, j) },
        any,
      ),
  ([g, e]) =>
    (office, query) =>
      office.api.patch(
        office.at('client-groups', of(groups, g)) + query,
        { email: of([null, 'a@group.example', 'b@group.example'], e) },
        any,
      ),
  ([k, a, r]) =>
    (office, query) =>
      office.api.patch(office.at('collaborator-groups', of(teams, k)) + query, { members: delta(people, a, r) }, any),
  ([c, a, r]) =>
    (office, query) =>
      office.api.patch(office.at('collaborators', of(people, c), 'client-groups') + query, delta(groups, a, r)),
  ([d, g]) =>
    (office, query) =>
      office.api.put(
        office.at('dossiers', of(dossiers, d), 'client-group') + query,
        { clientGroup: of([...groups, null], g) },
        any,
      ),
  ([d, s, g, c]) =>
    (office, query) =>
      (s ?? 0) % 2
        ? office.api.post(office.at('dossiers', of(dossiers, d), 'deactivate') + query, {})
        : office.api.post(office.at('dossiers', of(dossiers, d), 'activate') + query, {
            clientGroup: of([...groups, undefined, null], g),
            managers: some(people, c),
          }),
  ([d, p]) =>
    (office, query) =>
      office.api.patch(office.at('dossiers', of(dossiers, d)) + query, { private: (p ?? 0) % 2 === 0 }, any),
  ([d, a, r, p]) =>
    (office, query) => {
      const change = delta(people, a, r);
      const primary = change.add.length > 0 && (p ?? 0) % 2 ? { primary: of(change.add, p) } : {};
      return office.api.patch(
        office.at('dossiers', of(dossiers, d), 'managers') + query,
        { ...change, ...primary },
        any,
      );
    },
  ([d, a, r]) =>
    (office, query) =>
      office.api.patch(office.at('dossiers', of(dossiers, d), 'guests') + query, delta(people, a, r), any),
  ([d, a, r]) =>
    (office, query) =>
      office.api.patch(office.at('dossiers', of(dossiers, d), 'exclusions') + query, delta(people, a, r), any),
  ([g, c, s]) =>
    (office, query) => {
      const tuple = {
        object: `client_group:${of(groups, g)}`,
        relation: 'excluded',
        subject: `collaborator:${of(people, c)}`,
      };
      return office.api.post(
        office.at('relationships') + query,
        (s ?? 0) % 3 ? { write: [tuple] } : { delete: [tuple] },
      );
    },
  ([c, p, e, s]) =>
    (office, query) =>
      office.api.patch(
        office.at('collaborators', of(people, c)) + query,
        {
          profile: of(profiles, p),
          status: of(['active', 'active', 'inactive'], s),
          email: `${of(people, c)}.${(e ?? 0) % 3}@office.example`,
        },
        any,
      ),
  ([c, h]) =>
    (office, query) =>
      office.api.post(office.at('collaborators', of(people, c), 'deactivate') + query, {
        handOverTo: of([...people, undefined], h),
      }),
  ([g, to]) =>
    (office, query) => {
      const target = of([...groups, undefined], to);
      return office.api.delete(
        `${office.at('client-groups', of(groups, g))}${query}${query ? '&' : '?'}${target ? `moveDossiersTo=${target}` : 'reason=x'}`,
      );
    },
  ([k]) =>
    (office, query) =>
      office.api.delete(office.at('collaborator-groups', of(teams, k)) + query),
  ([e]) =>
    (office, query) =>
      office.api.patch(office.at() + query, { email: `office.${(e ?? 0) % 3}@office.example` }, any),
  ([d, g, m]) =>
    (office, query) =>
      office.api.post(office.at('dossiers', 'bulk') + query, {
        select: { ids: some(dossiers, d) },
        set: { clientGroup: of([...groups, null], g), managers: delta(people, m, 0) },
      }),
  ([d, g, c]) =>
    (office, query) =>
      office.api.put(
        office.at('dossiers', `new-${(d ?? 0) % 2}`) + query,
        { name: 'New', status: 'active', clientGroup: of(groups, g), managers: some(people, c) },
        any,
      ),
];

const recipe: fc.Arbitrary<WriteRecipe> = fc.tuple(
  fc.nat({ max: kinds.length - 1 }),
  fc.array(fc.nat({ max: 31 }), { minLength: 7, maxLength: 7 }),
);

/** Who can open each dossier, and where its communication goes, by the service's own answers. */
interface Picture {
  opens: Set<string>;
  contacts: Map<string, string>;
}

async function pictureOf(office: OfficeClient): Promise<Picture> {
  const picture: Picture = { opens: new Set(), contacts: new Map() };
  const all = [...dossiers, 'new-0', 'new-1'];
  await Promise.all(
    all.map(async (dossier) => {
      const audience = await office.api.get<{ audience?: { collaborator: string }[] }>(
        office.at('dossiers', dossier, 'audience'),
      );
      for (const { collaborator } of audience.body.audience ?? []) picture.opens.add(`${collaborator} ${dossier}`);
      if (audience.status === 200) picture.contacts.set(dossier, (await office.contact(dossier)).email);
    }),
  );
  return picture;
}

function difference(before: Picture, after: Picture) {
  const rows = (from: Set<string>, without: Set<string>) => [...from].filter((row) => !without.has(row)).sort();
  const contacts = [...new Set([...before.contacts.keys(), ...after.contacts.keys()])]
    .map((dossier) => ({
      dossier,
      before: before.contacts.get(dossier) ?? null,
      after: after.contacts.get(dossier) ?? null,
    }))
    .filter((row) => row.before !== row.after)
    .sort((a, b) => (a.dossier < b.dossier ? -1 : 1));
  return { gains: rows(after.opens, before.opens), losses: rows(before.opens, after.opens), contacts };
}

function asDifference({ impact }: Preview) {
  const rows = ({ rows: all }: Preview['impact']['gains']) =>
    all.map((row) => `${row.collaborator} ${row.dossier}`).sort();
  return { gains: rows(impact.gains), losses: rows(impact.losses), contacts: impact.contacts.rows };
}

/** Random memberships, whatever of them the domain allows; only the office's own words are used to make them. */
async function makeWorld(app: TestService, first: readonly WriteRecipe[]): Promise<OfficeClient> {
  const office = await OfficeClient.make(app, { settings: { onlyAdminsActivate: false } });
  for (const [index, id] of people.slice(1).entries()) {
    await office.collaborator(id, { profile: of(profiles, index), email: `${id}@office.example` });
  }
  for (const id of teams) await office.collaboratorGroup(id);
  for (const id of dossiers) await office.dossier(id, { managers: id === 'd3' ? ['c1'] : [], private: id === 'd3' });
  for (const id of groups) await office.clientGroup(id);
  for (const [kind, numbers] of first) await kinds[kind]?.(numbers)(office, '');
  return office;
}

// How these were seen to fail: with the people whose groups changed left out of the scope of a preview.
describe('a dry run (rule 29)', () => {
  const app = theService();

  test('says exactly what the write then does: who gains and loses which dossiers, and whose contact changes', async () => {
    let written = 0;
    let effective = 0;
    const recipes = (count: number) => fc.array(recipe, { minLength: count, maxLength: count });
    const property = fc.asyncProperty(recipes(8), recipes(writesPerWorld), async (first, writes) => {
      const office = await makeWorld(app, first);
      let before = await pictureOf(office);
      for (const [kind, numbers] of writes) {
        const send = kinds[kind]?.(numbers) as Send;
        const preview = await send(office, '?dryRun=true');
        const unchanged = await pictureOf(office);
        expect(unchanged).toEqual(before);
        const done = await send(office, '');
        // What would be refused is refused by the preview too, for the same reason.
        if (done.status >= 300) {
          expect({ kind, numbers, status: preview.status, code: (preview.body as { code?: string }).code }).toEqual({
            kind,
            numbers,
            status: done.status,
            code: (done.body as { code?: string }).code,
          });
          expect(done.status).toBeLessThan(500);
          continue;
        }
        const after = await pictureOf(office);
        const { impact } = preview.body as Preview;
        expect({ kind, numbers, ...asDifference(preview.body as Preview) }).toEqual({
          kind,
          numbers,
          ...difference(before, after),
        });
        expect(impact.gains.total).toBe(impact.gains.rows.length);
        written++;
        if (impact.gains.total + impact.losses.total + impact.contacts.total > 0) effective++;
        before = after;
      }
    });
    const limits = { interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true };
    await fc.assert(property, { seed, numRuns: worldCount, ...limits });
    // Worlds in which nothing ever happens would prove nothing.
    expect(written).toBeGreaterThan(40);
    expect(effective).toBeGreaterThan(15);
  }, 300_000);

  test('names each kind of effect in a world where it is known', async () => {
    const office = await makeWorld(app, []);
    await office.api.patch(
      office.at('client-groups', 'g0'),
      { dossiers: { add: ['d0'] }, collaborators: { add: ['c1'] }, email: 'g0@group.example' },
      any,
    );
    const preview = await office.api.put<Preview>(
      `${office.at('dossiers', 'd0', 'client-group')}?dryRun=true`,
      { clientGroup: null },
      any,
    );
    expect(preview.body.impact).toMatchObject({
      gains: { total: 0 },
      losses: { total: 1, collaborators: 1, dossiers: 1, rows: [{ collaborator: 'c1', dossier: 'd0' }] },
      contacts: { total: 1, rows: [{ dossier: 'd0', before: 'g0@group.example', after: expect.any(String) }] },
    });
  });

  test('does not tell an admin of a private dossier: it is neither listed nor counted (rule 15)', async () => {
    const office = await makeWorld(app, []);
    const path = `${office.at('collaborators', 'c1', 'deactivate')}?dryRun=true`;
    // A private dossier keeps an active manager (rule 15), so another one stays.
    await office.relate({ object: 'dossier:d3', relation: 'manager', subject: 'collaborator:c2' });
    const [seen, whole] = [
      await office.as('boss').api.post<Preview>(path, {}),
      await office.api.post<Preview>(path, {}),
    ];
    expect(whole.body.impact.losses.rows.map(({ dossier }) => dossier)).toContain('d3');
    expect(JSON.stringify(seen.body.impact)).not.toContain('d3');
    expect(seen.body.impact.losses.total).toBe(whole.body.impact.losses.total - 1);
  });
});
