import { describe, expect, test } from '@jest/globals';
import { audience, contactOf, dossierActions, mayDo, openable, pathsOf } from './support/reference.js';
import {
  actions,
  carlInG1,
  future,
  inG1,
  now,
  office,
  opens,
  past,
  paths,
  tuple,
  world,
} from './support/reference-office.js';
import type { World, WorldTuple } from './support/world.types.js';

describe('what beats every grant', () => {
  const everyWay = [
    inG1,
    carlInG1,
    tuple('dossier:active', 'manager', 'carl'),
    tuple('dossier:active', 'guest', 'carl'),
  ];

  test.each(['dossier:active', 'client_group:g1'])('an exclusion on %s, for collaborators and admins', (object) => {
    const closed = world([...everyWay, tuple(object, 'excluded', 'carl'), tuple(object, 'excluded', 'ann')]);
    expect(actions(closed, 'carl', 'active')).toEqual([]);
    expect(paths(closed, 'carl')).toEqual([]);
    expect(actions(closed, 'ann', 'active')).toEqual([]);
    expect(actions(closed, 'ada', 'active')).toEqual(dossierActions.filter((one) => one !== 'activate'));
    expect(opens(closed, 'ann', 'other')).toBe(true);
  });

  test("an exclusion on another dossier or group, or one that has ended, is nothing; one on an inactive dossier's group reaches it", () => {
    const elsewhere = [tuple('dossier:other', 'excluded', 'carl'), tuple('client_group:g2', 'excluded', 'carl')];
    expect(opens(world([...everyWay, ...elsewhere, tuple('dossier:active', 'excluded', 'carl', past)]), 'carl')).toBe(
      true,
    );
    const dormant = [tuple('dossier:inactive', 'client_group', 'g1'), tuple('client_group:g1', 'excluded', 'ann')];
    expect(opens(world(dormant), 'ann', 'inactive')).toBe(false);
  });

  test('once the dossier has left the group by expiry, an exclusion on that group does not reach it', () => {
    const left = [tuple('dossier:active', 'client_group', 'g1', past), tuple('client_group:g1', 'excluded', 'carl')];
    expect(opens(world([...left, tuple('dossier:active', 'manager', 'carl')]), 'carl')).toBe(true);
  });

  test('an inactive collaborator, whatever the path (rule 20)', () => {
    expect(openable(world([inG1, tuple('client_group:g1', 'collaborator', 'ian')]), 'o1', 'ian', now)).toEqual([]);
  });
});

describe('expiry', () => {
  const chains: [string, WorldTuple[]][] = [
    ['manager', [tuple('dossier:active', 'manager', 'carl')]],
    ['guest', [tuple('dossier:active', 'guest', 'carl')]],
    ['group', [inG1, carlInG1]],
    [
      'collaborator group',
      [inG1, tuple('client_group:g1', 'collaborator_group', 'k1'), tuple('collaborator_group:k1', 'member', 'carl')],
    ],
  ];

  test.each(chains)('of any tuple of the way by %s ends it, and not an instant before', (_, chain) => {
    for (const ending of chain) {
      const ended = (more: Partial<WorldTuple>) => chain.map((one) => (one === ending ? { ...one, ...more } : one));
      expect(opens(world(ended(past)), 'carl')).toBe(false);
      expect(opens(world(ended({ expiresAt: now.toISOString() })), 'carl')).toBe(false);
      expect(opens(world(ended(future)), 'carl')).toBe(true);
    }
  });
});

describe('rule 32: offices are islands', () => {
  const two: World = {
    offices: [office([], {}, 'o1'), office([inG1, carlInG1, tuple('dossier:active', 'manager', 'sam')], {}, 'o2')],
  };

  test('the same ids in another office lend nothing', () => {
    expect([opens(two, 'carl'), opens(two, 'sam')]).toEqual([false, false]);
    expect(mayDo(two, 'o2', 'carl', 'open', 'active', now)).toBe(true);
  });

  test('an office is found wherever it stands among the others', () => {
    const empty = { ...office([], {}, 'o0'), collaborators: [], dossiers: [] };
    const three = { offices: [empty, ...two.offices] };
    expect(openable(three, 'o2', 'carl', now)).toEqual(['active']);
    expect(audience(three, 'o2', 'active', now).map((one) => one.collaborator)).toEqual(['ann', 'ada', 'carl', 'sam']);
    expect(contactOf(three, 'o2', 'active', now)).toMatchObject({ source: 'manager', collaborator: 'sam' });
  });

  test('an unknown office, collaborator or dossier, or one spelled in another case, is refused', () => {
    const questions = [
      ['o3', 'ann', 'active'],
      ['O1', 'ann', 'active'],
      ['o1', 'Ann', 'active'],
      ['o1', 'system', 'active'],
      ['o1', 'ann', 'Active'],
      ['o1', 'ann', 'nothing'],
    ] as const;
    for (const [where, who, what] of questions) {
      expect(mayDo(two, where, who, 'open', what, now)).toBe(false);
      expect(pathsOf(two, where, who, 'open', what, now)).toEqual([]);
    }
    expect([openable(two, 'o3', 'ann', now), audience(two, 'o1', 'nothing', now)]).toEqual([[], []]);
    expect([contactOf(two, 'o3', 'active', now), contactOf(two, 'o1', 'nothing', now)]).toEqual([undefined, undefined]);
  });
});
