import { performance } from 'node:perf_hooks';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FenceRead } from './fence.js';
import { Budget } from './generations.js';
import { OfficeState, type DossierEntry } from './office-state.js';

const budget = () => new Budget(1_000);

let state: OfficeState;
beforeEach(() => {
  state = new OfficeState(budget(), budget());
});

/** Takes in that these keys have changed up to `revision`, as a read that was sent just now says. */
function read(revision: number, keys: readonly string[] | null, more: Partial<Omit<FenceRead, 'revision'>> = {}): void {
  const sentAtMs = performance.now();
  state.bringForward({
    revision,
    policySet: null,
    keys,
    since: state.applied,
    platform: 1,
    atMs: 0,
    sentAtMs,
    ...more,
  });
}

/** An entry as of `revision`, kept under `id`. */
function put(revision: number, dependsOn = ['dossier:d'], validUntilMs = Number.POSITIVE_INFINITY, id = 'd') {
  const entry: DossierEntry = { revision, dependsOn, validUntilMs, checkedAt: -1, facts: null };
  state.dossiers.set(id, entry);
  return entry;
}

// How these were seen to fail: with each of the conditions of `isValid` and `follow` left out in turn.
describe('an entry of an office', () => {
  it('counts as long as none of its keys has changed since its own revision', () => {
    read(5, null);
    const entry = put(5, ['collaborator:c', 'collaborator_group:k', 'office']);
    expect(state.isValid(entry, 0)).toBe(true);
    read(6, ['collaborator:other', 'dossier:c']);
    expect(state.isValid(entry, 0)).toBe(true);
    read(7, ['collaborator_group:k']);
    expect(state.isValid(entry, 0)).toBe(false);
    // What is read again at the revision of the change has seen it.
    expect(state.isValid(put(7, ['collaborator_group:k']), 0)).toBe(true);
    expect(state.isValid(put(6, ['collaborator_group:k']), 0)).toBe(false);
  });

  it('is looked at anew at every revision, however often it was found good before', () => {
    read(1, null);
    const entry = put(1);
    for (let revision = 2; revision <= 5; revision++) {
      read(revision, ['dossier:other']);
      expect([state.isValid(entry, 0), state.isValid(entry, 0)]).toEqual([true, true]);
    }
    read(6, ['dossier:d']);
    expect([state.isValid(entry, 0), state.isValid(entry, 0)]).toEqual([false, false]);
  });

  it('does not count before its own revision is known: what it saw may be more than the answer may show', () => {
    read(5, null);
    expect(state.isValid(put(6), 0)).toBe(false);
    read(6, ['dossier:other']);
    expect(state.isValid(put(6), 0)).toBe(true);
  });

  it('counts until the first of its tuples ends, to the millisecond', () => {
    read(1, null);
    const entry = put(1, ['dossier:d'], 1_000);
    expect([999, 1_000, 1_001].map((nowMs) => state.isValid(entry, nowMs))).toEqual([true, false, false]);
    // Found good earlier at the same revision, it still ends.
    expect(state.isValid(entry, 1_000)).toBe(false);
  });

  it('does not count where the changes since its revision are not known', () => {
    read(5, null);
    expect(state.isValid(put(4), 0)).toBe(false);
    expect([state.knownFrom, state.lastChange('dossier:d')]).toEqual([5, -1]);
  });
});

describe('an office that is brought forward', () => {
  it('keeps, of each key, the last revision at which it may have changed', () => {
    read(1, null);
    read(3, ['a', 'b']);
    read(5, ['b']);
    expect(['a', 'b', 'c'].map((key) => state.lastChange(key))).toEqual([3, 5, -1]);
    expect(state.applied).toBe(5);
  });

  it('starts afresh where more has changed than is worth following', () => {
    read(1, null);
    put(1);
    read(2, null);
    expect([state.applied, state.knownFrom, state.dossiers.size]).toEqual([2, 2, 0]);
  });

  it('starts afresh before it remembers keys without end', () => {
    read(1, null);
    const entry = put(1);
    for (let revision = 2; state.knownFrom === 1; revision++) {
      expect(revision).toBeLessThan(1_000);
      expect(state.isValid(entry, 0)).toBe(true);
      read(
        revision,
        Array.from({ length: 1_000 }, (_, n) => `dossier:${revision}-${n}`),
      );
    }
    expect([state.isValid(entry, 0), state.dossiers.size]).toEqual([false, 0]);
  });

  it('is not put back by an older read that comes late, and forgets nothing for it', () => {
    read(5, null);
    const sentAtMs = performance.now() - 1_000;
    const entry = put(5);
    read(7, ['dossier:d']);
    read(6, ['dossier:other'], { since: 5, sentAtMs });
    expect([state.applied, state.isValid(entry, 0), state.isValid(put(7), 0)]).toEqual([7, false, true]);
  });

  it('starts afresh by keys that begin after the revision that it has reached: it was begun anew meanwhile', () => {
    read(5, null);
    put(5);
    read(9, ['dossier:other'], { since: 7 });
    expect([state.applied, state.knownFrom, state.dossiers.size]).toEqual([9, 9, 0]);
    state = new OfficeState(budget(), budget());
    read(9, [], { since: 7 });
    expect([state.applied, state.knownFrom]).toEqual([9, 9]);
  });

  it('starts afresh where the database itself has gone back', () => {
    read(9, null);
    put(9);
    read(4, [], { policySet: 'old', sentAtMs: performance.now() + 1 });
    expect([state.applied, state.knownFrom, state.dossiers.size, state.policySet]).toEqual([4, 4, 0, 'old']);
  });

  it('has the policy set, the clock and the platform’s revision of the latest read', () => {
    read(1, null, { policySet: 'a', atMs: 10, platform: 1, sentAtMs: 10 });
    read(2, [], { policySet: 'b', atMs: 30, platform: 3, sentAtMs: 30 });
    read(1, [], { policySet: 'a', atMs: 20, platform: 2, sentAtMs: 20 });
    expect([state.policySet, state.readAtMs, state.platform, state.readSentAtMs]).toEqual(['b', 30, 3, 30]);
  });

  it('stays as it is when nothing has changed, and asks for another read where it was begun anew meanwhile', () => {
    const unchanged = { policySet: undefined, keys: [], platform: 2, atMs: 7, sentAtMs: performance.now() + 1 };
    read(5, null, { policySet: 'a' });
    put(5);
    expect(state.bringForward({ revision: 5, since: 5, ...unchanged })).toBe(true);
    expect([state.applied, state.policySet, state.dossiers.size]).toEqual([5, 'a', 1]);
    expect([state.platform, state.readAtMs]).toEqual([2, 7]);
    state = new OfficeState(budget(), budget());
    expect(state.bringForward({ revision: 5, since: 5, ...unchanged })).toBe(false);
    expect([state.applied, state.platform]).toEqual([-1, 0]);
    // An older one that comes late tells nothing new.
    read(6, null, { policySet: 'b' });
    expect(state.bringForward({ revision: 5, since: 5, ...unchanged, sentAtMs: 0 })).toBe(true);
    expect([state.applied, state.policySet]).toEqual([6, 'b']);
  });

  it('forgets all its entries when it is told to, and goes on from where it is', () => {
    read(5, null);
    put(5);
    state.subjects.set('c', {} as never);
    state.drop();
    expect([state.dossiers.size, state.subjects.size, state.applied]).toEqual([0, 0, 5]);
    expect(state.isValid(put(5), 0)).toBe(true);
  });
});
