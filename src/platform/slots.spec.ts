import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

describe('slots', () => {
  it('refuse whoever comes when all are taken, until one is given back', () => {
    const slots = new Slots(2);
    const release = slots.take();
    slots.take();
    expect(() => slots.take()).toThrow('too_many_requests');
    release();
    release();
    slots.take();
    expect(() => slots.take()).toThrow('too_many_requests');
  });

  // Seen to fail where a place is free for a moment before whoever waits for it has it.
  it('let some wait for their turn, first come first served, and refuse the rest', async () => {
    const slots = new Slots(1, 2);
    const order: string[] = [];
    const work = async (name: string) => {
      const release = await slots.turn();
      order.push(name);
      return release;
    };
    const first = await work('first');
    const [second, third] = [work('second'), work('third')];
    await expect(work('fourth')).rejects.toThrow('too_many_requests');
    expect(order).toEqual(['first']);
    first();
    expect(() => slots.take()).toThrow('too_many_requests');
    (await second)();
    (await third)();
    expect(order).toEqual(['first', 'second', 'third']);
    slots.take();
  });
});
