import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * What a run begins with, in this order. First those that measure the memory of their own process: Jest keeps much of
 * each spec that a worker has run, and to collect the garbage of an old worker takes seconds each time. Then those that
 * take longest, so that none of them is left over at the end, when the other workers have nothing to do.
 */
const first = [
  'test/medium/review/memory.spec.ts',
  'test/medium/import/memory.spec.ts',
  'test/medium/freshness/revokes.spec.ts',
  'test/property/past.spec.ts',
  'test/property/faces.spec.ts',
  'test/property/impact.spec.ts',
  'test/medium/platform/embedded-postgres.spec.ts',
  'test/medium/faults/overload.spec.ts',
  'test/medium/freshness/workers.spec.ts',
  'test/medium/faults/service.spec.ts',
  'test/medium/policy/reload.spec.ts',
  'test/medium/faults/clocks.spec.ts',
  'test/medium/faults/postgres.spec.ts',
];
/** Then the projects in this order: the longer the specs of one take, the sooner. */
const projects = ['property', 'medium', 'e2e', 'unit'];

/** Puts the specs of a run in an order that leaves no worker idle; within a project Jest's own order holds. */
export default class LongestFirst extends Sequencer {
  /** @throws Error where a spec has another name by now: it would no longer be among the first */
  constructor(options) {
    super(options);
    this.rootDir = options.globalConfig.rootDir;
    const gone = first.filter((name) => !existsSync(join(this.rootDir, name)));
    if (gone.length > 0) throw new Error(`jest.sequencer.js names what is not there: ${gone.join(', ')}`);
  }

  sort(tests) {
    const places = new Map(first.map((name, place) => [join(this.rootDir, name), place]));
    const placeOf = ({ path, context }) =>
      places.get(path) ?? first.length + projects.indexOf(context.config.displayName?.name);
    return super.sort(tests).sort((one, other) => placeOf(one) - placeOf(other));
  }
}
