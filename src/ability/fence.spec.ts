import { performance } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { Fence, type FenceRead } from './fence.js';

type Answer = Omit<FenceRead, 'sentAtMs'>;

/** One statement under way, which a test answers when it pleases. */
interface Sent {
  offices: readonly string[];
  applied: readonly number[];
  atMs: number;
  /** Answers with this revision for every office that was asked about. */
  answer(revision: number): void;
  fail(error: Error): void;
}

/** A PostgreSQL that answers when it is told to. */
class Statements {
  readonly sent: Sent[] = [];
  private wake = () => {};

  readonly read = (offices: readonly string[], applied: readonly number[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, Answer>>();
    this.sent.push({
      offices,
      applied,
      atMs: performance.now(),
      answer: (revision) => resolve(new Map(offices.map((office) => [office, at(revision)]))),
      fail: reject,
    });
    this.wake();
    return promise;
  };

  /** The nth statement, once it is sent. */
  async nth(n: number): Promise<Sent> {
    while (this.sent.length < n) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.sent[n - 1] as Sent;
  }
}

function at(revision: number): Answer {
  return { revision, policySet: null, keys: [], since: -1, platform: 1, atMs: 0 };
}

function aFence(applied: Record<string, number> = {}) {
  const statements = new Statements();
  return { statements, fence: new Fence(statements.read, (office) => applied[office] ?? -1) };
}

/** What has become of a promise so far, after everything that is due has happened. */
async function stateOf(promise: Promise<unknown>): Promise<'waiting' | 'done' | 'failed'> {
  await new Promise((resolve) => setImmediate(resolve));
  const states = [
    promise.then(() => 'done' as const).catch(() => 'failed' as const),
    Promise.resolve('waiting' as const),
  ];
  return Promise.race(states);
}

// How these were seen to fail: with a check that joins the read in flight; with one read at a time, however long it
// takes; with errors handed to whoever waits; with a read for each check; with revisions asked for when a check arrives.
describe('the fence', () => {
  it('lets a check join no read in flight: that one may have happened before a change that the caller knows of', async () => {
    const { fence, statements } = aFence();
    const first = fence.read('o');
    const before = await statements.nth(1);
    const second = fence.read('o');
    before.answer(1);
    expect((await first).revision).toBe(1);
    expect(await stateOf(second)).toBe('waiting');
    const after = await statements.nth(2);
    expect(after.atMs).toBeGreaterThanOrEqual(before.atMs);
    after.answer(2);
    expect((await second).revision).toBe(2);
  });

  it('says of each read when it was sent: after every check that it answers had arrived', async () => {
    const { fence, statements } = aFence();
    for (let round = 1; round <= 3; round++) {
      const arrivedAtMs = performance.now();
      const read = fence.read('o');
      (await statements.nth(round)).answer(round);
      const { sentAtMs } = await read;
      expect(sentAtMs).toBeGreaterThanOrEqual(arrivedAtMs);
      expect(sentAtMs).toBeLessThanOrEqual(performance.now());
    }
  });

  it('shares one read among all checks of all offices that arrive together', async () => {
    const { fence, statements } = aFence({ a: 3 });
    const reads = ['a', 'b', 'a', 'b', 'a'].map((office) => fence.read(office));
    const only = await statements.nth(1);
    expect([only.offices, only.applied]).toEqual([
      ['a', 'b'],
      [3, -1],
    ]);
    only.answer(7);
    expect((await Promise.all(reads)).map(({ revision }) => revision)).toEqual([7, 7, 7, 7, 7]);
    expect(statements.sent).toHaveLength(1);
  });

  it('shares the next read among all checks that arrive while one is in flight', async () => {
    const { fence, statements } = aFence();
    const first = fence.read('a');
    const inFlight = await statements.nth(1);
    const later = [fence.read('a'), fence.read('b'), fence.read('a')];
    inFlight.answer(1);
    await first;
    const next = await statements.nth(2);
    expect(next.offices).toEqual(['a', 'b']);
    next.answer(2);
    await Promise.all(later);
    expect(statements.sent).toHaveLength(2);
  });

  it('asks for what has changed since the revision that is known when the read is sent', async () => {
    const applied: Record<string, number> = { o: 1 };
    const { fence, statements } = aFence(applied);
    const first = fence.read('o');
    const inFlight = await statements.nth(1);
    const second = fence.read('o');
    applied.o = 5;
    inFlight.answer(5);
    const next = await statements.nth(2);
    expect([inFlight.applied, next.applied]).toEqual([[1], [5]]);
    next.answer(5);
    await Promise.all([first, second]);
  });

  it('lets a hung read harm only its own checks, and its end nobody else', async () => {
    const { fence, statements } = aFence();
    const hung = fence.read('o');
    const never = await statements.nth(1);
    for (let n = 2; n <= 4; n++) {
      const read = fence.read('o');
      (await statements.nth(n)).answer(n);
      expect((await read).revision).toBe(n);
    }
    expect(await stateOf(hung)).toBe('waiting');
    const other = fence.read('o');
    never.fail(new Error('the deadline'));
    await expect(hung).rejects.toThrow('the deadline');
    (await statements.nth(5)).answer(5);
    expect((await other).revision).toBe(5);
  });

  it('hands an error to the checks of that read, and to no others', async () => {
    const { fence, statements } = aFence();
    const [a, b] = [fence.read('a'), fence.read('b')];
    const failing = await statements.nth(1);
    const later = fence.read('a');
    failing.fail(new Error('away'));
    await expect(a).rejects.toThrow('away');
    await expect(b).rejects.toThrow('away');
    (await statements.nth(2)).answer(2);
    expect((await later).revision).toBe(2);
  });

  it('fails the checks of an office of which a read says nothing, and answers those of the others', async () => {
    const fence = new Fence(
      () => Promise.resolve(new Map([['told', at(1)]])),
      () => -1,
    );
    const [told, untold] = await Promise.allSettled([fence.read('told'), fence.read('untold')]);
    expect([told.status, untold.status]).toEqual(['fulfilled', 'rejected']);
  });

  it('hands an error that is thrown at once to its checks as well', async () => {
    let fails = true;
    const fence = new Fence(
      (offices) => {
        if (fails) throw new Error('closed');
        return Promise.resolve(new Map(offices.map((office) => [office, at(1)])));
      },
      () => -1,
    );
    await expect(fence.read('o')).rejects.toThrow('closed');
    fails = false;
    expect((await fence.read('o')).revision).toBe(1);
  });

  it('answers everyone once reads come back, however many have hung at the same time', async () => {
    const { fence, statements } = aFence();
    const reads: Promise<FenceRead>[] = [];
    // Long enough that the fence is out of patience with several reads, and sends no more.
    let sent = -1;
    while (statements.sent.length > sent) {
      sent = statements.sent.length;
      for (let n = 0; n < 20; n++) {
        reads.push(fence.read('o'));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    let answered = 0;
    const answerOn = () => {
      for (; answered < statements.sent.length; answered++) statements.sent[answered]?.answer(answered);
    };
    const timer = setInterval(answerOn, 1);
    await Promise.all(reads);
    clearInterval(timer);
    expect(statements.sent.length).toBeLessThan(reads.length);
  });
});
