import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { Database } from '#src/platform/database.js';
import type { Metrics } from '#src/platform/metrics.js';
import type { Settings } from '#src/platform/settings.js';
import { Accesses } from './accesses.js';
import { DecisionLog } from './decision-log.js';
import { DecisionLogMetrics } from './decision-log-metrics.js';
import { NdjsonSink } from './ndjson-sink.js';
import { PostgresSink } from './postgres-sink.js';
import { Retention } from './retention.js';

/** Nest's token for the {@link DecisionLog}, or `null` where none is kept. */
export const DECISION_LOG = Symbol('decision log');

/** The log of decisions. Global: the questions write it, the administration reads it. */
@Module({})
export class AuditModule {
  static forRoot({ settings, metrics }: { settings: Settings; metrics: Metrics }): DynamicModule {
    return {
      module: AuditModule,
      global: true,
      providers: [
        {
          provide: DECISION_LOG,
          inject: [Database],
          useFactory: (database: Database) => makeLog(settings, new DecisionLogMetrics(metrics.registry), database),
        },
        {
          provide: Accesses,
          useFactory: () => new Accesses(shareOfAllowed(settings)),
        },
      ],
      exports: [DECISION_LOG, Accesses],
    };
  }
}

/** The share of the decisions that allowed something which can be asked for in PostgreSQL. */
function shareOfAllowed({ decisionLog, decisionLogOf }: Settings): number {
  if (decisionLog !== 'postgres' || decisionLogOf === 'denied') return 0;
  return decisionLogOf === 'all' ? 1 : decisionLogOf.sampled;
}

function makeLog(settings: Settings, metrics: DecisionLogMetrics, database: Database): DecisionLog | null {
  const { decisionLog, decisionLogOf: selection, decisionLogDays: retentionDays } = settings;
  switch (decisionLog) {
    case 'off':
      metrics.watchQueue(() => 0);
      return null;
    case 'postgres':
      return new DecisionLog(new PostgresSink(database, retentionDays), metrics, { selection });
    case 'ndjson': {
      const folder = settings.decisionLogDir ?? join(settings.dataDir, 'decisions');
      const fileBytes = settings.decisionLogFileMb * 2 ** 20;
      const retention = () => database.asOwner((em) => Retention.read(em, retentionDays));
      return new DecisionLog(new NdjsonSink({ folder, fileBytes, retention }), metrics, { selection });
    }
  }
}
