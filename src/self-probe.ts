import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { AbilityService } from '#src/ability/ability.service.js';
import { Importer } from '#src/admin/import/importer.js';
import { officePutSchema } from '#src/admin/office.schema.js';
import { OfficesService } from '#src/admin/offices.service.js';
import { relationshipsWriteSchema } from '#src/admin/relationship.schema.js';
import { RelationshipsService } from '#src/admin/relationships.service.js';
import { Database } from '#src/platform/database.js';
import type { HealthCheck } from '#src/platform/health.controller.js';
import type { Logger } from '#src/platform/logs.js';
import type { Metrics } from '#src/platform/metrics.js';
import { firstRow } from '#src/platform/sql.js';
import { ownWrite } from './own-write.js';

/** An office of the probe's own; what it writes is in its trail and in nobody's lists. */
export const probeOffice = 'self-probe';
const tuple = { object: 'dossier:probe', relation: 'guest', subject: 'collaborator:probe' };
const question = { collaborator: 'probe', dossier: 'probe', action: 'open' };
/** How long readiness speaks of a stale allow, and a probe waits for a deny. */
const readinessMs = 300_000;
const defaultPatienceMs = 1_000;

/** What a probe does, step by step. */
export interface ProbeSteps {
  /** Runs the work, unless another process is in the middle of its own; then nothing. */
  alone(work: () => Promise<void>): Promise<void>;
  grant(): Promise<void>;
  revoke(): Promise<void>;
  may(): Promise<boolean>;
}

/**
 * Measures the promise that an acknowledged revoke is never followed by an allow, as long as the service runs: it
 * grants, asks, revokes and asks again, by the write path and the decision path of every request. An allow after the
 * revoke is counted and logged, and readiness says so for five minutes. It sees what this process answers about its own
 * writes; writes of other instances come to it by the same fence.
 */
export class SelfProbe {
  private staleAtMs = Number.NEGATIVE_INFINITY;
  private readonly delay: Histogram;
  private readonly outcomes: Counter<'outcome'>;

  constructor(
    { registry }: Metrics,
    private readonly logger: Logger,
  ) {
    const registers = [registry];
    this.delay = new Histogram({
      name: 'cardea_self_probe_revoke_to_deny_seconds',
      help: 'Time from the acknowledgement of a revoke to the deny of the first check that follows it.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    });
    this.outcomes = new Counter({
      name: 'cardea_self_probes_total',
      help: 'Probes of revoke to deny: fresh, stale (an allow after an acknowledged revoke), or failed (not finished).',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['fresh', 'stale', 'failed']) this.outcomes.inc({ outcome }, 0);
  }

  readonly health: HealthCheck = {
    name: 'self_probe',
    check: () =>
      performance.now() - this.staleAtMs < readinessMs
        ? Promise.reject(new Error('a check was allowed after an acknowledged revoke; see the log'))
        : Promise.resolve(),
  };

  /** Probes again and again. @returns how to stop it */
  start(steps: ProbeSteps, everySeconds: number): () => void {
    const closing = new AbortController();
    const run = async () => {
      while (!closing.signal.aborted) {
        await this.once(steps);
        await sleep(everySeconds * 1_000, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      }
    };
    void run();
    return () => closing.abort();
  }

  /** One probe; never throws. It waits for a deny no longer than `patienceMs`. */
  async once(steps: ProbeSteps, patienceMs = defaultPatienceMs): Promise<void> {
    try {
      await steps.alone(() => this.probe(steps, patienceMs));
    } catch (err) {
      this.outcomes.inc({ outcome: 'failed' });
      this.logger.warn({ err }, 'the self-probe could not be finished');
    }
  }

  private async probe(steps: ProbeSteps, patienceMs: number): Promise<void> {
    await steps.grant();
    if (!(await steps.may())) throw new Error('a grant that was acknowledged is not in force');
    await steps.revoke();
    const revokedAtMs = performance.now();
    let stale = 0;
    while ((await steps.may()) && performance.now() - revokedAtMs < patienceMs) stale++;
    this.delay.observe((performance.now() - revokedAtMs) / 1_000);
    this.outcomes.inc({ outcome: stale > 0 ? 'stale' : 'fresh' });
    if (stale === 0) return;
    this.staleAtMs = performance.now();
    this.logger.error({ stale }, 'checks were allowed after an acknowledged revoke');
  }
}

/** The steps by the services of the app; makes the office where it is missing. */
export async function probeSteps(app: INestApplication): Promise<ProbeSteps> {
  const request = () => ownWrite(probeOffice, 'self-probe', 'self-probe');
  const office = officePutSchema.parse({ name: 'Self-probe', email: 'probe@cardea.invalid' });
  await app.get(OfficesService).put({ ...request(), ifMatch: '*' }, office);
  const lines = [
    { kind: 'collaborator', id: 'probe', email: 'probe@cardea.invalid', firstName: 'Self', lastName: 'Probe' },
    { kind: 'dossier', id: 'probe', name: 'Self-probe', status: 'active' },
  ];
  const body = Readable.from([Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'))]);
  for await (const event of app.get(Importer).run(request(), { format: 'ndjson', body })) {
    if ('refused' in event && event.refused.length > 0) throw new Error(JSON.stringify(event.refused));
  }
  const write = async (change: object) => {
    await app.get(RelationshipsService).write(request(), relationshipsWriteSchema.parse(change));
  };
  return {
    alone: (work) =>
      // Two probes at once would take each other's grants for stale.
      app.get(Database).asOwner(async (em) => {
        const row = await firstRow<{ alone: boolean }>(
          em,
          `select pg_try_advisory_xact_lock(hashtext('self-probe')) alone`,
        );
        if (row?.alone) await work();
      }),
    grant: () => write({ write: [tuple] }),
    revoke: () => write({ delete: [tuple] }),
    may: async () =>
      (await app.get(AbilityService).ask(probeOffice, [question], undefined)).verdicts[0]?.allowed === true,
  };
}
