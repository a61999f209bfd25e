import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { questions } from './support/questions.js';
import { dossierActions, mayDo, pathsOf } from './support/reference.js';
import { problemsOf } from './support/world-legality.js';
import { seededWorld, toNdjson, worlds } from './support/world.js';
import type { World, WorldOffice, WorldTuple } from './support/world.types.js';

const now = new Date('2026-06-01T12:00:00Z');
/** A fixed seed: the counts below are of these very worlds. */
const sample = fc.sample(worlds(), { numRuns: 200, seed: 20260601 });

/** How many worlds have an office of that kind. */
function countWhere(isSo: (office: WorldOffice) => boolean): number {
  return sample.filter((world) => world.offices.some(isSo)).length;
}

function hasTuple(isSo: (tuple: WorldTuple) => boolean): (office: WorldOffice) => boolean {
  return (office) => office.tuples.some(isSo);
}

describe('random worlds', () => {
  test('are all such as the database and the write path accept', () => {
    expect(sample.flatMap((world) => problemsOf(world, now))).toEqual([]);
    fc.assert(
      fc.property(worlds(), (world) => expect(problemsOf(world, now)).toEqual([])),
      { numRuns: 100 },
    );
  });

  test.each<[string, (office: WorldOffice) => boolean]>([
    ['private dossiers', ({ dossiers }) => dossiers.some((one) => one.private)],
    ['private drafts', ({ dossiers }) => dossiers.some((one) => one.private && one.status === 'draft')],
    ['drafts', ({ dossiers }) => dossiers.some((one) => one.status === 'draft')],
    ['inactive dossiers', ({ dossiers }) => dossiers.some((one) => one.status === 'inactive')],
    ['inactive people', ({ collaborators }) => collaborators.some((one) => one.status === 'inactive')],
    ['support', ({ collaborators }) => collaborators.some((one) => one.profile === 'support')],
    ['collaborators', ({ collaborators }) => collaborators.some((one) => one.profile === 'collaborator')],
    ['several admins', ({ collaborators }) => collaborators.filter((one) => one.profile === 'admin').length > 1],
    ['activation for all', ({ settings }) => !settings.onlyAdminsActivate],
    ['unique group names', ({ settings }) => settings.uniqueGroupNames],
    ['enterprise numbers', ({ dossiers }) => dossiers.some((one) => one.enterpriseNumber !== undefined)],
    ['managers', hasTuple((one) => one.relation === 'manager')],
    ['ended managers', hasTuple((one) => one.relation === 'manager' && isPast(one))],
    ['guests until a day to come', hasTuple((one) => one.relation === 'guest' && isFuture(one))],
    ['excluded from a dossier', hasTuple((one) => one.relation === 'excluded' && one.object.startsWith('dossier:'))],
    ['excluded from a group', hasTuple((one) => one.relation === 'excluded' && one.object.startsWith('client_group:'))],
    ['ended exclusions', hasTuple((one) => one.relation === 'excluded' && isPast(one))],
    ['ended memberships of dossiers', hasTuple((one) => one.relation === 'client_group' && isPast(one))],
    ['dormant memberships', hasDormantMembership],
    ['ended members', hasTuple((one) => one.relation === 'member' && isPast(one))],
    ['groups with nothing', (office) => office.clientGroups.some(({ id }) => isAlone(office, `client_group:${id}`))],
    ['people in several client groups', (office) => hasSubjectTwice(office, 'collaborator')],
    ['people in several collaborator groups', (office) => hasSubjectTwice(office, 'member')],
    ['collaborator groups in several client groups', (office) => hasSubjectTwice(office, 'collaborator_group')],
    ['ids that differ only in case', ({ dossiers }) => differOnlyInCase(dossiers)],
    ['nobody but the admin', ({ collaborators }) => collaborators.length === 1],
    ['no dossiers', ({ dossiers }) => dossiers.length === 0],
  ])('have %s in a good part of them', (_, isSo) => {
    const count = countWhere(isSo);
    expect(count).toBeGreaterThanOrEqual(15);
  });

  test('use every character that an id may hold, and the same ids in several offices', () => {
    const ids = sample.flatMap((world) => world.offices.flatMap((office) => office.dossiers.map(({ id }) => id)));
    for (const special of '._:@|/+=-') expect(ids.some((id) => id.includes(special))).toBe(true);
    expect(ids.some((id) => id.length === 128)).toBe(true);
    const isShared = ({ offices: [first, second] }: World) =>
      first?.dossiers.some(({ id }) => second?.dossiers.some((other) => other.id === id)) === true;
    expect(sample.filter(isShared).length).toBeGreaterThan(50);
  });

  test('use every kind of path, and for every action', () => {
    const found = new Set<string>();
    for (const world of sample.slice(0, 60)) {
      for (const office of world.offices) {
        for (const { id: who } of office.collaborators) {
          for (const { id: what } of office.dossiers) {
            for (const action of dossierActions) {
              for (const path of pathsOf(world, office.id, who, action, what, now)) {
                found.add(`${action} ${path.kind}${path.collaboratorGroup === undefined ? '' : ' collaborator_group'}`);
              }
            }
          }
        }
      }
    }
    const kinds = ['admin', 'manager', 'guest', 'client_group', 'client_group collaborator_group'];
    const groupless = ['activate client_group', 'activate client_group collaborator_group'];
    const expected = dossierActions.flatMap((action) => kinds.map((kind) => `${action} ${kind}`));
    expect([...found].sort()).toEqual(expected.filter((one) => !groupless.includes(one)).sort());
  });

  test('from the same seed are the same, of the size asked for, and legal', () => {
    const size = {
      offices: 2,
      collaborators: 40,
      collaboratorGroups: 10,
      clientGroups: 50,
      dossiers: 400,
      links: 1500,
    };
    const world = seededWorld(7, size);
    expect(seededWorld(7, size)).toEqual(world);
    expect(seededWorld(8, size)).not.toEqual(world);
    expect(world.offices.map((office) => office.dossiers.length)).toEqual([400, 400]);
    expect(problemsOf(world, now)).toEqual([]);
  });
});

describe('import lines', () => {
  test('hold every entity and tuple once, in an order that the seed settles, managers in their order', () => {
    for (const office of sample.slice(0, 50).flatMap((world) => world.offices)) {
      const { collaborators, collaboratorGroups, clientGroups, dossiers, tuples } = office;
      const text = toNdjson(office, { seed: 3 });
      const lines = text.split('\n');
      expect(lines.pop()).toBe('');
      const parsed = lines.map((line) => JSON.parse(line) as { kind: string; object?: string; relation?: string });
      const expected = [
        ...collaborators.map((one) => ({ kind: 'collaborator', ...one })),
        ...collaboratorGroups.map((one) => ({ kind: 'collaborator_group', ...one })),
        ...clientGroups.map((one) => ({ kind: 'client_group', ...one })),
        ...dossiers.map((one) => ({ kind: 'dossier', ...one })),
        ...tuples.map((one) => ({ kind: 'relationship', ...one })),
      ];
      expect(lines.toSorted()).toEqual(expected.map((one) => JSON.stringify(one)).sort());
      for (const { id } of dossiers) {
        const managers = (list: readonly { object?: string; relation?: string }[]) =>
          list.filter((one) => one.object === `dossier:${id}` && one.relation === 'manager');
        expect(managers(parsed)).toEqual(managers(tuples).map((one) => ({ kind: 'relationship', ...one })));
      }
      expect(toNdjson(office, { seed: 3 })).toBe(text);
    }
  });

  test('come in another order with another seed, after the office where that is asked for', () => {
    const office = seededWorld(2, {
      offices: 1,
      collaborators: 9,
      collaboratorGroups: 2,
      clientGroups: 2,
      dossiers: 9,
      links: 20,
    }).offices[0] as WorldOffice;
    expect(toNdjson(office, { seed: 1 })).not.toBe(toNdjson(office, { seed: 2 }));
    const { id, name, email, language, settings } = office;
    const first = JSON.stringify({ kind: 'office', id, name, email, language, settings });
    expect(toNdjson(office, { seed: 1, withOffice: true })).toBe(`${first}\n${toNdjson(office, { seed: 1 })}`);
  });
});

describe('random questions', () => {
  test('are of offices of the world, meet ids that are there, of other offices and unknown, and get both answers', () => {
    let [asked, allowed, unknown, foreign] = [0, 0, 0, 0];
    for (const [index, world] of sample.slice(0, 60).entries()) {
      for (const question of fc.sample(questions(world), { numRuns: 50, seed: index })) {
        const office = world.offices.find(({ id }) => id === question.office) as WorldOffice;
        const isIn = (one: WorldOffice) => one.dossiers.some(({ id }) => id === question.dossier);
        asked += 1;
        if (!isIn(office)) unknown += 1;
        if (!isIn(office) && world.offices.some(isIn)) foreign += 1;
        if (mayDo(world, question.office, question.collaborator, question.action, question.dossier, now)) allowed += 1;
      }
    }
    expect(asked).toBe(3_000);
    expect(allowed / asked).toBeGreaterThan(0.15);
    expect(allowed / asked).toBeLessThan(0.85);
    expect(unknown).toBeGreaterThan(100);
    expect(foreign).toBeGreaterThan(30);
  });
});

function isPast({ expiresAt }: WorldTuple): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime();
}

function isFuture({ expiresAt }: WorldTuple): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) > now.getTime();
}

function isAlone(office: WorldOffice, reference: string): boolean {
  return !office.tuples.some((one) => one.object === reference || one.subject === reference);
}

function hasSubjectTwice(office: WorldOffice, relation: string): boolean {
  const subjects = office.tuples.filter((one) => one.relation === relation).map((one) => one.subject);
  return new Set(subjects).size < subjects.length;
}

function hasDormantMembership(office: WorldOffice): boolean {
  return office.dossiers.some(
    ({ id, status }) =>
      status === 'inactive' &&
      office.tuples.some((one) => one.object === `dossier:${id}` && one.relation === 'client_group'),
  );
}

function differOnlyInCase(list: readonly { id: string }[]): boolean {
  return new Set(list.map(({ id }) => id.toLowerCase())).size < list.length;
}
