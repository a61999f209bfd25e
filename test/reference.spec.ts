import { describe, expect, test } from '@jest/globals';
import { audience, openable } from './support/reference.js';
import { actions, carlInG1, inG1, now, opens, paths, tuple, world } from './support/reference-office.js';

describe('the rules about client groups and dossiers', () => {
  test('rule 1: the people of a group open all its dossiers; groups without people or dossiers change nothing', () => {
    const both = world([inG1, tuple('dossier:other', 'client_group', 'g1'), carlInG1]);
    expect(openable(both, 'o1', 'carl', now)).toEqual(['active', 'other']);
    expect(openable(world([carlInG1]), 'o1', 'carl', now)).toEqual([]);
    expect(opens(world([inG1]), 'carl')).toBe(false);
  });

  test('rule 2: only the group that the dossier is in counts', () => {
    expect(opens(world([inG1, tuple('client_group:g2', 'collaborator', 'carl')]), 'carl')).toBe(false);
  });

  test('rule 3: someone in several groups reaches the dossiers of each', () => {
    const two = [inG1, tuple('dossier:other', 'client_group', 'g2'), tuple('client_group:g2', 'collaborator', 'carl')];
    expect(openable(world([...two, carlInG1]), 'o1', 'carl', now)).toEqual(['active', 'other']);
    expect(openable(world(two), 'o1', 'carl', now)).toEqual(['other']);
  });

  test('rule 4: a collaborator group reaches through every client group that holds it, for as long as one is in it', () => {
    const held = [
      inG1,
      tuple('dossier:other', 'client_group', 'g2'),
      tuple('client_group:g1', 'collaborator_group', 'k1'),
      tuple('client_group:g2', 'collaborator_group', 'k1'),
    ];
    const member = tuple('collaborator_group:k1', 'member', 'carl');
    expect(openable(world([...held, member]), 'o1', 'carl', now)).toEqual(['active', 'other']);
    expect(openable(world(held), 'o1', 'carl', now)).toEqual([]);
    expect(openable(world([...held, tuple('collaborator_group:k2', 'member', 'carl')]), 'o1', 'carl', now)).toEqual([]);
  });

  test('rule 5: every path is named, and dropping one of them keeps access', () => {
    const tuples = [
      inG1,
      carlInG1,
      tuple('client_group:g1', 'collaborator_group', 'k1'),
      tuple('client_group:g1', 'collaborator_group', 'k2'),
      tuple('collaborator_group:k1', 'member', 'carl'),
      tuple('collaborator_group:k2', 'member', 'carl'),
      tuple('dossier:active', 'manager', 'carl', { primary: true }),
      tuple('dossier:active', 'guest', 'carl'),
    ];
    expect(paths(world(tuples), 'carl')).toEqual([
      { kind: 'manager' },
      { kind: 'guest' },
      { kind: 'client_group', clientGroup: 'g1' },
      { kind: 'client_group', clientGroup: 'g1', collaboratorGroup: 'k1' },
      { kind: 'client_group', clientGroup: 'g1', collaboratorGroup: 'k2' },
    ]);
    expect(paths(world(tuples), 'carl', 'assign_manager')).toEqual([{ kind: 'manager' }]);
    for (const dropped of tuples) expect(opens(world(tuples.filter((one) => one !== dropped)), 'carl')).toBe(true);
  });

  test('rule 6: a dossier without group is for admins, its managers and its guests', () => {
    const ungrouped = [carlInG1, tuple('dossier:active', 'manager', 'cleo'), tuple('dossier:active', 'guest', 'sam')];
    expect(audience(world(ungrouped), 'o1', 'active', now)).toEqual([
      { collaborator: 'ann', paths: [{ kind: 'admin' }] },
      { collaborator: 'ada', paths: [{ kind: 'admin' }] },
      { collaborator: 'cleo', paths: [{ kind: 'manager' }] },
      { collaborator: 'sam', paths: [{ kind: 'guest' }] },
    ]);
    expect(audience(world([carlInG1]), 'o1', 'active', now).map((one) => one.collaborator)).toEqual(['ann', 'ada']);
  });

  test("rule 7: an admin opens all that is not private, and an admin's memberships are named beside it", () => {
    const member = world([inG1, tuple('client_group:g1', 'collaborator', 'ann')]);
    expect(openable(member, 'o1', 'ann', now)).toEqual(['active', 'other', 'draft', 'inactive']);
    expect(paths(member, 'ann')).toEqual([{ kind: 'admin' }, { kind: 'client_group', clientGroup: 'g1' }]);
  });

  test('rule 8: a manager opens the dossier whatever its group; an inactive one does not; support stays support', () => {
    const managed = (who: string) => world([inG1, tuple('dossier:active', 'manager', who)]);
    expect(opens(managed('carl'), 'carl')).toBe(true);
    expect(opens(managed('ian'), 'ian')).toBe(false);
    expect(actions(managed('sam'), 'sam', 'active')).toEqual(['open', 'validate']);
  });

  test('rule 9: an active dossier without a group is open to admins and its manager', () => {
    const managed = world([tuple('dossier:active', 'manager', 'carl')]);
    expect(audience(managed, 'o1', 'active', now).map((one) => one.collaborator)).toEqual(['ann', 'ada', 'carl']);
  });

  test('rules 10, 12 and 13: a move to another group, or out of it, moves or ends access at once', () => {
    const people = [carlInG1, tuple('client_group:g2', 'collaborator', 'cleo')];
    const moved = world([tuple('dossier:active', 'client_group', 'g2'), ...people]);
    expect([opens(world([inG1, ...people]), 'carl'), opens(world([inG1, ...people]), 'cleo')]).toEqual([true, false]);
    expect([opens(moved, 'carl'), opens(moved, 'cleo')]).toEqual([false, true]);
    expect([opens(world(people), 'carl'), opens(world(people), 'cleo')]).toEqual([false, false]);
  });

  test('rule 11: only admins put an active dossier in a group; its manager and its group may not', () => {
    const reached = world([
      inG1,
      carlInG1,
      tuple('dossier:active', 'manager', 'carl'),
      tuple('dossier:active', 'manager', 'sam'),
    ]);
    const allowed = audience(reached, 'o1', 'active', now, 'assign_client_group').map((one) => one.collaborator);
    expect(allowed).toEqual(['ann', 'ada']);
  });

  test('rule 14: an inactive dossier keeps its group dormant, opens only to admins, and has all back when active', () => {
    const tuples = (what: string) => [
      tuple(`dossier:${what}`, 'client_group', 'g1'),
      carlInG1,
      tuple('client_group:g1', 'collaborator', 'ann'),
      tuple(`dossier:${what}`, 'manager', 'cleo'),
    ];
    const opening = (what: string) => audience(world(tuples(what)), 'o1', what, now).map((one) => one.collaborator);
    expect(opening('inactive')).toEqual(['ann', 'ada']);
    expect(paths(world(tuples('inactive')), 'ann', 'open', 'inactive')).toEqual([{ kind: 'admin' }]);
    expect(opening('active')).toEqual(['ann', 'ada', 'carl', 'cleo']);
  });

  test('rule 15: a private dossier is for its managers and guests, not for its group and not for other admins', () => {
    const tuples = [
      tuple('dossier:secret', 'client_group', 'g1'),
      carlInG1,
      tuple('client_group:g1', 'collaborator', 'ann'),
      tuple('dossier:secret', 'manager', 'cleo'),
      tuple('dossier:secret', 'guest', 'ada'),
    ];
    expect(audience(world(tuples), 'o1', 'secret', now)).toEqual([
      { collaborator: 'ada', paths: [{ kind: 'guest' }] },
      { collaborator: 'cleo', paths: [{ kind: 'manager' }] },
    ]);
    expect(openable(world(tuples), 'o1', 'ann', now)).not.toContain('secret');
  });
});
