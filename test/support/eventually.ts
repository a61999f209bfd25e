import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than it takes, for a busy machine: what never comes fails with its name instead of by the test's time-out. */
const defaultPatienceMs = 60_000;

/** Asks again until it is so. @throws naming what did not come */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patienceMs = defaultPatienceMs,
): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`in vain: ${what}`);
    await sleep(20);
  }
}
