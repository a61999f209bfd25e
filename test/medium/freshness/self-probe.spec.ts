import { afterEach, describe, expect, test } from '@jest/globals';
import { createApp } from '#src/app.js';
import { createLogger } from '#src/platform/logs.js';
import { Metrics } from '#src/platform/metrics.js';
import { readSettings } from '#src/platform/settings.js';
import { probeSteps, SelfProbe } from '#src/self-probe.js';
import { createTestDatabase } from '#test/support/database.js';
import { LogLines } from '#test/support/log-lines.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A service with a probe, as `main` makes them. */
async function startProbe(options: { fenceOff?: boolean } = {}) {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  const log = new LogLines();
  const logger = createLogger('warn', log);
  const metrics = new Metrics();
  const probe = new SelfProbe(metrics, logger);
  const settings = readSettings({ DATABASE_URL: database.url, REQUEST_DEADLINE_MS: '10000' });
  const app = await createApp({ settings, logger, metrics, healthChecks: [probe.health], ...options });
  await app.listen(0, '127.0.0.1');
  closing.push(() => app.close());
  const url = await app.getUrl();
  const outcomes = async () => {
    const text = await metrics.registry.getSingleMetricAsString('cardea_self_probes_total');
    const found = [...text.matchAll(/outcome="(\w+)"\} (\d+)/g)].map(([, name = '', n]) => [name, Number(n)] as const);
    return Object.fromEntries(found) as Record<string, number>;
  };
  return { app, probe, steps: await probeSteps(app), log, outcomes, ready: () => fetch(`${url}/health/ready`) };
}

describe('the self-probe', () => {
  test('finds that an acknowledged revoke is denied at once, and measures it', async () => {
    const { app, probe, steps, outcomes, ready } = await startProbe();
    for (let n = 0; n < 3; n++) await probe.once(steps);
    expect(await outcomes()).toEqual({ fresh: 3, stale: 0, failed: 0 });
    expect((await ready()).status).toBe(200);
    // What it needs is there already the next time.
    await probe.once(await probeSteps(app));
    expect(await outcomes()).toMatchObject({ fresh: 4 });
  });

  // The switch by which the tests of freshness see themselves fail.
  test('finds allows that the caches give without the fence: counted, logged, and said by readiness', async () => {
    const { probe, steps, log, outcomes, ready } = await startProbe({ fenceOff: true });
    // Without the fence nothing ever moves on by itself: who is in the cache stays there, with the grant or without.
    await steps.grant();
    expect(await steps.may()).toBe(true);
    await probe.once(steps, 200);
    expect(await outcomes()).toEqual({ fresh: 0, stale: 1, failed: 0 });
    expect(log.text).toContain('checks were allowed after an acknowledged revoke');
    const answer = await ready();
    expect([answer.status, await answer.json()]).toMatchObject([503, { checks: { self_probe: 'failed' } }]);
  });

  test('says when it could not be finished, and leaves it to another process that is in the middle of its own', async () => {
    const { probe, steps, outcomes } = await startProbe();
    await probe.once({ ...steps, revoke: () => Promise.reject(new Error('away')) });
    expect(await outcomes()).toEqual({ fresh: 0, stale: 0, failed: 1 });
    await steps.alone(() => probe.once(steps));
    expect(await outcomes()).toEqual({ fresh: 0, stale: 0, failed: 1 });
    await probe.once(steps);
    expect(await outcomes()).toEqual({ fresh: 1, stale: 0, failed: 1 });
  });
});
