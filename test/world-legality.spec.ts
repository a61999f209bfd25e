import { describe, expect, test } from '@jest/globals';
import { problemsOf } from './support/world-legality.js';
import { seededWorld } from './support/world.js';
import type { WorldOffice, WorldTuple } from './support/world.types.js';

const now = new Date('2026-06-01T12:00:00Z');

describe('the check of legality', () => {
  const size = { offices: 1, collaborators: 4, collaboratorGroups: 1, clientGroups: 2, dossiers: 6, links: 20 };
  const whole = seededWorld(1, size).offices[0] as WorldOffice;
  const each = <T>(list: readonly T[], change: Partial<T>) => list.map((one) => ({ ...one, ...change }));
  const { collaborators, clientGroups, dossiers, tuples, settings } = whole;
  const crowd = dossiers.flatMap(({ id }) =>
    clientGroups.map((group): WorldTuple => ({
      object: `dossier:${id}`,
      relation: 'client_group',
      subject: `client_group:${group.id}`,
    })),
  );
  const alike = clientGroups.map((one, n) => ({ ...one, name: n === 0 ? 'É' : 'e' }));

  test.each<[string, Partial<WorldOffice>]>([
    ['rule 2: a is in 2 client groups', { tuples: crowd }],
    ['rule 14: the draft a is in a group', { dossiers: each(dossiers, { status: 'draft' }), tuples: crowd }],
    ['rule 15: the private a has no active manager', { dossiers: each(dossiers, { private: true }), tuples: [] }],
    ['rule 16: " a" is no name', { clientGroups: each(clientGroups, { name: ' a' }) }],
    ['rule 17: e twice', { settings: { ...settings, uniqueGroupNames: true }, clientGroups: alike }],
    ['rule 21: no active admin', { collaborators: each(collaborators, { status: 'inactive' }) }],
    ['rule 21: no active admin', { collaborators: each(collaborators, { profile: 'support' }) }],
    ['rule 23: a@b.example twice', { collaborators: each(collaborators, { email: 'A@b.example' }) }],
    ['rule 26: 0123456789 is no', { dossiers: each(dossiers, { enterpriseNumber: '0123.456.789' }) }],
    ['rule 26: 0123456749 twice', { dossiers: each(dossiers, { enterpriseNumber: '0123.456.749' }) }],
    ['-a is no id', { dossiers: each(dossiers, { id: '-a' }) }],
    ['a is there twice', { dossiers: [...dossiers, ...dossiers] }],
    ['joins nothing', { tuples: [{ object: 'dossier:a', relation: 'guest', subject: 'collaborator:nobody' }] }],
    ['joins nothing', { tuples: [{ object: 'dossier:a', relation: 'member', subject: 'collaborator:a' }] }],
    ['ends at no instant', { tuples: each(tuples, { expiresAt: 'soon' }) }],
    ['cannot be primary', { tuples: each(tuples, { primary: true }) }],
    ['is the primary one', { tuples: each(tuples, { primary: undefined }) }],
  ])('sees "%s"', (problem, change) => {
    expect(problemsOf({ offices: [whole] }, now)).toEqual([]);
    expect(problemsOf({ offices: [{ ...whole, ...change }] }, now).join('\n')).toContain(problem);
  });
});
