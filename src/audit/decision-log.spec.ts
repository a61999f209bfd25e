import { beforeAll, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DecisionLog, type DecisionSink } from './decision-log.js';
import { DecisionLogMetrics } from './decision-log-metrics.js';
import { DecisionQueue } from './decision-queue.js';
import { decisionAt, type AnsweredChecks, type DecisionEntry } from './decision.js';

beforeAll(() => {
  Logger.overrideLogger(false);
});

/** A sink that is away until it is told otherwise. */
class AwaySink implements DecisionSink {
  readonly entries: DecisionEntry[] = [];
  isAway = true;
  tries = 0;

  write(entries: readonly DecisionEntry[]): Promise<void> {
    this.tries++;
    if (this.isAway) return Promise.reject(new Error('away'));
    this.entries.push(...entries);
    return Promise.resolve();
  }
  upkeep = () => Promise.resolve();
  close = () => Promise.resolve();
}

function answered(office: string, count: number): AnsweredChecks {
  const questions = Array.from({ length: count }, (_, n) => ({ collaborator: 'c', dossier: `d${n}`, action: 'open' }));
  return {
    office,
    principal: { kind: 'key', office, id: 'k', scopes: ['check'], asOf: 1, expiresAtMs: Number.POSITIVE_INFINITY },
    actor: undefined,
    requestId: 'r',
    purpose: undefined,
    questions,
    verdicts: questions.map(() => ({ allowed: true, rule: 'r' })),
    revision: '1',
    policy: 'p',
  };
}

function counted(registry: Registry, outcome: string): Promise<number | undefined> {
  const metric = registry.getSingleMetric('cardea_decision_log_entries_total');
  return metric?.get().then(({ values }) => values.find(({ labels }) => labels.outcome === outcome)?.value) as Promise<
    number | undefined
  >;
}

// How these were seen to fail: without the bound, without the gaps, and with a write that is given up after one error.
describe('a decision log whose sink is away', () => {
  test('keeps what fits, drops and counts the rest by office, and says in the log how many are missing', async () => {
    const sink = new AwaySink();
    const registry = new Registry();
    const log = new DecisionLog(sink, new DecisionLogMetrics(registry), { selection: 'all', most: 10 });
    for (let n = 0; n < 3; n++) log.record(answered('a', 3));
    log.record(answered('a', 4));
    log.record(answered('b', 1));
    log.record(answered('b', 1));
    log.record(answered('b', 2));
    expect(await counted(registry, 'dropped')).toBe(7);
    sink.isAway = false;
    await log.onApplicationShutdown();
    const dropped = sink.entries.flatMap(({ office, what }) => ('dropped' in what ? [[office, what.dropped]] : []));
    expect(dropped).toEqual([
      ['a', 4],
      ['b', 3],
    ]);
    expect(sink.entries).toHaveLength(10 + 2);
    expect(await counted(registry, 'written')).toBe(12);
    // The gap is part of the chain: it cannot be taken out unseen.
    for (const office of ['a', 'b']) {
      const own = sink.entries.filter((entry) => entry.office === office);
      expect(own.map(({ n }) => n)).toEqual(own.map((_, index) => index + 1));
    }
  });

  test('tries again until it is there, and writes each decision once and in order', async () => {
    const sink = new AwaySink();
    const log = new DecisionLog(sink, new DecisionLogMetrics(new Registry()), { selection: 'all' });
    log.record(answered('a', 600));
    while (sink.tries < 3) await new Promise(setImmediate);
    sink.isAway = false;
    log.record(answered('a', 1));
    await log.onApplicationShutdown();
    const what = sink.entries.map((entry) => ('dropped' in entry.what ? '' : entry.what.resource));
    expect(what).toEqual([...Array.from({ length: 600 }, (_, n) => `d${n}`), 'd0']);
  });

  test('takes in a batch without looking at its questions', () => {
    const queue = new DecisionQueue('all', 10_000);
    const untouchable = new Proxy([], {
      get: (_, name) => {
        if (name === 'length') return 10_000;
        throw new Error(`looked at ${String(name)}`);
      },
    });
    expect(queue.add({ ...answered('a', 0), questions: untouchable }, 0)).toBe(true);
    expect(queue.size).toBe(10_000);
  });
});

test('an entry holds nothing that PostgreSQL would refuse or change, whatever a face lets through', () => {
  const question = { collaborator: 'a\0b', dossier: '\ud800', action: '\udc00open' };
  const entry = decisionAt({ ...answered('a', 1), questions: [question] }, 0);
  expect(entry).toMatchObject({ subject: 'a\ufffdb', resource: '\ufffd', action: '\ufffdopen' });
});
