import { describe, expect, it } from '@jest/globals';
import { Budget } from './generations.js';

// How these were seen to fail: with maps that never age; with a `get` that leaves an entry in the old generation; with
// an overwritten entry counted as a new one.
describe('the bound on what several maps hold', () => {
  it('is never passed, however much is put in and however it is spread', () => {
    for (const most of [2, 10, 100]) {
      const budget = new Budget(most);
      const maps = [budget.map<number>(), budget.map<number>(), budget.map<number>()];
      for (let n = 0; n < 20 * most; n++) {
        maps[n % 3]?.set(`k${n}`, n);
        if (n % 7 === 0) maps[(n + 1) % 3]?.get(`k${n - 2}`);
        expect(budget.size).toBeLessThanOrEqual(most);
      }
    }
  });

  it('keeps what is in use, while what nobody asks for makes room', () => {
    const budget = new Budget(10);
    const map = budget.map<string>();
    map.set('used', 'kept');
    map.set('unused', 'forgotten');
    for (let n = 0; n < 100; n++) {
      map.set(`k${n}`, 'new');
      expect(map.get('used')).toBe('kept');
    }
    expect(map.get('unused')).toBeUndefined();
  });

  it('makes room in all maps alike: a busy one takes the room of an idle one', () => {
    const budget = new Budget(10);
    const [busy, idle] = [budget.map<number>(), budget.map<number>()];
    for (let n = 0; n < 4; n++) idle.set(`k${n}`, n);
    for (let n = 0; n < 100; n++) busy.set(`k${n}`, n);
    expect(idle.size).toBe(0);
    expect(busy.size).toBeGreaterThanOrEqual(5);
  });

  it('counts what it forgets, once', () => {
    let evicted = 0;
    const budget = new Budget(10, (count) => (evicted += count));
    const map = budget.map<number>();
    for (let n = 0; n < 1_000; n++) map.set(`k${n}`, n);
    expect(evicted).toBe(1_000 - map.size);
  });

  it('gives what was set last, from whichever generation, and counts an overwritten entry once', () => {
    const budget = new Budget(10);
    const map = budget.map<number>();
    map.set('other', 0);
    for (let n = 0; n < 1_000; n++) {
      map.set('same', n);
      expect(map.get('same')).toBe(n);
    }
    expect(map.get('other')).toBe(0);
    map.age();
    map.set('same', -1);
    expect([map.get('same'), map.get('none')]).toEqual([-1, undefined]);
  });

  it('is free again of a map that is cleared or released', () => {
    const budget = new Budget(10);
    const [cleared, released] = [budget.map<number>(), budget.map<number>()];
    cleared.set('a', 1);
    cleared.age();
    cleared.set('b', 2);
    released.set('c', 3);
    expect(budget.size).toBe(3);
    cleared.clear();
    expect([budget.size, cleared.get('a'), cleared.get('b')]).toEqual([1, undefined, undefined]);
    budget.release(released);
    expect(budget.size).toBe(0);
  });
});
