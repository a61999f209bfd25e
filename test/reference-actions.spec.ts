import { describe, expect, test } from '@jest/globals';
import { dossierActions, mayDo } from './support/reference.js';
import { actions, now, paths, tuple, world } from './support/reference-office.js';

const all = [...dossierActions];
const allButActivate = all.filter((action) => action !== 'activate');
const inactiveActions = ['open', 'export', 'activate'];
const draftActions = ['open', 'configure', 'assign_manager', 'activate'];
const work = ['open', 'edit', 'configure', 'validate', 'communicate', 'export'];
const managersWork = [...work, 'assign_manager'];

describe('the table of profiles, actions and statuses', () => {
  const linked = (subject: string, what: string) =>
    world([tuple(`dossier:${what}`, 'manager', subject, { primary: true })]);

  test.each([
    ['ann', 'active', allButActivate],
    ['ann', 'inactive', inactiveActions],
    ['ann', 'draft', draftActions],
    ['ann', 'secret', []],
    ['ann', 'secretInactive', []],
    ['ann', 'secretDraft', []],
    ['carl', 'active', []],
    ['carl', 'draft', []],
    ['sam', 'active', []],
    ['ian', 'active', []],
  ])('without any tuple, %s on the dossier "%s" may %j', (who, what, expected) => {
    expect(actions(world(), who, what)).toEqual(expected);
  });

  test.each([
    ['ann', 'active', allButActivate],
    ['ann', 'secret', allButActivate],
    ['ann', 'secretInactive', inactiveActions],
    ['ann', 'secretDraft', draftActions],
    ['carl', 'active', managersWork],
    ['carl', 'secret', managersWork],
    ['carl', 'inactive', []],
    ['carl', 'secretInactive', []],
    ['carl', 'draft', ['open', 'configure']],
    ['carl', 'secretDraft', ['open', 'configure']],
    ['sam', 'active', ['open', 'validate']],
    ['sam', 'secret', ['open', 'validate']],
    ['sam', 'inactive', []],
    ['sam', 'draft', []],
    ['ian', 'active', []],
  ])('as its manager, %s on the dossier "%s" may %j', (who, what, expected) => {
    expect(actions(linked(who, what), who, what)).toEqual(expected);
  });

  test.each([
    ['ann', 'secret', allButActivate],
    ['ann', 'secretInactive', inactiveActions],
    ['ann', 'secretDraft', draftActions],
    ['carl', 'active', work],
    ['carl', 'secret', work],
    ['carl', 'inactive', []],
    ['carl', 'draft', []],
    ['carl', 'secretDraft', []],
    ['sam', 'active', ['open', 'validate']],
    ['sam', 'secret', ['open', 'validate']],
    ['sam', 'draft', []],
  ])('as its guest, %s on the dossier "%s" may %j', (who, what, expected) => {
    expect(actions(world([tuple(`dossier:${what}`, 'guest', who)]), who, what)).toEqual(expected);
  });

  test('an action that is none is refused to everyone', () => {
    const managed = world([tuple('dossier:active', 'manager', 'ann')]);
    for (const action of ['OPEN', 'manage', 'all', '', 'toString']) {
      expect(mayDo(managed, 'o1', 'ann', action, 'active', now)).toBe(false);
      expect(paths(managed, 'ann', action)).toEqual([]);
    }
  });
});

describe('activation of a draft', () => {
  const open = { onlyAdminsActivate: false };

  test('is for admins alone while the office says so', () => {
    expect(actions(world(), 'carl', 'draft')).toEqual([]);
    expect(actions(world(), 'ann', 'draft')).toContain('activate');
  });

  test('is for every collaborator, without a path, once the office lets them; never for support', () => {
    expect(actions(world([], open), 'carl', 'draft')).toEqual(['activate']);
    expect(paths(world([], open), 'carl', 'activate', 'draft')).toEqual([]);
    expect(actions(world([], open), 'sam', 'draft')).toEqual([]);
    expect(actions(world([tuple('dossier:draft', 'manager', 'sam')], open), 'sam', 'draft')).toEqual([]);
  });

  test('of a private one is for its manager and for an admin who is its manager or guest', () => {
    const managed = world([tuple('dossier:secretDraft', 'manager', 'carl')], open);
    expect(actions(managed, 'carl', 'secretDraft')).toEqual(['open', 'configure', 'activate']);
    expect(paths(managed, 'carl', 'activate', 'secretDraft')).toEqual([{ kind: 'manager' }]);
    expect(actions(managed, 'cleo', 'secretDraft')).toEqual([]);
    expect(actions(managed, 'ann', 'secretDraft')).toEqual([]);
    expect(actions(world([tuple('dossier:secretDraft', 'guest', 'carl')], open), 'carl', 'secretDraft')).toEqual([]);
    expect(actions(world([tuple('dossier:secretDraft', 'guest', 'ann')], open), 'ann', 'secretDraft')).toEqual(
      draftActions,
    );
  });

  test('is of drafts and inactive dossiers only, and of the latter for admins', () => {
    expect(actions(world([], open), 'carl', 'inactive')).toEqual([]);
    expect(actions(world([], open), 'carl', 'active')).toEqual([]);
    expect(actions(world([], open), 'ann', 'active')).not.toContain('activate');
  });

  test('is refused to a collaborator whom an exclusion keeps out, path or no path', () => {
    expect(actions(world([tuple('dossier:draft', 'excluded', 'carl')], open), 'carl', 'draft')).toEqual([]);
  });
});
