import { describe, expect, test } from '@jest/globals';
import { contactOf } from './support/reference.js';
import { carlInG1, future, inG1, now, past, tuple, world } from './support/reference-office.js';
import type { WorldTuple } from './support/world.types.js';

describe('rule 19: communication goes to', () => {
  const contact = (tuples: readonly WorldTuple[], what = 'active') => contactOf(world(tuples), 'o1', what, now);
  const manager = (who: string, more: Partial<WorldTuple> = {}, what = 'active') =>
    tuple(`dossier:${what}`, 'manager', who, more);
  const to = (who: string) => ({ email: `${who}@office.example`, source: 'manager', collaborator: who });
  const primary = { primary: true } as const;

  test('the primary manager, whoever is older and whatever the profile', () => {
    expect(contact([inG1, manager('cleo'), manager('sam', primary)])).toEqual(to('sam'));
  });

  test('the oldest other active manager where the primary one is inactive or has ended', () => {
    expect(contact([manager('ian', primary), manager('cleo'), manager('carl')])).toEqual(to('cleo'));
    expect(contact([manager('carl', { ...primary, ...past }), manager('ada'), manager('cleo')])).toEqual(to('ada'));
    expect(contact([manager('ian', primary), manager('cleo', past), manager('carl', future)])).toEqual(to('carl'));
  });

  test("the client group's e-mail where no manager counts", () => {
    const expected = { email: 'g1@office.example', source: 'client_group' };
    expect(contact([inG1, manager('ian', primary), manager('cleo', past), carlInG1])).toEqual(expected);
    expect(contact([tuple('dossier:inactive', 'client_group', 'g1')], 'inactive')).toEqual(expected);
  });

  test("a private dossier's group, which serves for e-mail all the same (rule 15)", () => {
    const tuples = [tuple('dossier:secret', 'client_group', 'g1'), manager('ian', primary, 'secret')];
    expect(contact(tuples, 'secret')).toEqual({ email: 'g1@office.example', source: 'client_group' });
  });

  test('the office where there is no group, the group has no e-mail, or the dossier has left it', () => {
    const expected = { email: 'office@office.example', source: 'office' };
    expect(contact([])).toEqual(expected);
    expect(contact([tuple('dossier:active', 'client_group', 'g2')])).toEqual(expected);
    expect(contact([{ ...inG1, ...past }])).toEqual(expected);
  });

  test('no guest, no member of the group, and no manager of another dossier', () => {
    const tuples = [tuple('dossier:active', 'guest', 'carl'), carlInG1, manager('cleo', primary, 'other')];
    expect(contact(tuples)).toEqual({ email: 'office@office.example', source: 'office' });
  });
});
