import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { Database } from '#src/platform/database.js';
import type { Logger as Log } from '#src/platform/logs.js';
import type { Metrics } from '#src/platform/metrics.js';
import type { Settings } from '#src/platform/settings.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { AbilityService } from './ability.service.js';
import { AccessCache } from './access-cache.js';
import { ActorsService } from './actors.service.js';
import { PolicyBundles } from './bundles.js';
import { CacheMetrics } from './cache-metrics.js';
import { EvaluationService } from './evaluation.service.js';
import { ExplainService } from './explain.service.js';
import { FactsLoader } from './facts-loader.js';
import { OpenableService } from './openable.service.js';
import { PolicyReloader } from './policy-reloader.js';
import { SearchService } from './search.service.js';
import { SelfAudit } from './self-audit.js';
import { Snapshots } from './snapshots.js';
import { SharedCache, type SharedCacheEvent } from './shared-cache.js';

export interface AbilityOptions {
  settings: Settings;
  metrics: Metrics;
  logger: Log;
  /** Only a test turns the fence off, to see that without it stale answers come out. */
  fenceOff?: boolean | undefined;
}

/** Policies and facts together. Global: both the questions and the administration ask it. */
@Module({})
export class AbilityModule {
  /** @throws `PolicyError` where a policy file is wrong: the service does not start */
  static forRoot({ settings, metrics, logger, fenceOff }: AbilityOptions): DynamicModule {
    const shared = async (key: SigningKey, observed: CacheMetrics) => {
      const { redisUrl: url } = settings;
      const observe = (event: SharedCacheEvent) => observed.shared(event);
      const cache = url === undefined ? null : await SharedCache.connect(url, key, { logger, observe });
      observed.watchRedis(() => cache?.state ?? 'none');
      return cache;
    };
    return {
      module: AbilityModule,
      global: true,
      providers: [
        { provide: PolicyBundles, useFactory: () => PolicyBundles.load(settings) },
        {
          provide: PolicyReloader,
          inject: [PolicyBundles],
          useFactory: (bundles: PolicyBundles) => {
            const reloader = new PolicyReloader(bundles, settings, logger);
            if (settings.policyWatch) reloader.watch();
            return reloader;
          },
        },
        { provide: CacheMetrics, useFactory: () => new CacheMetrics(metrics.registry) },
        { provide: SharedCache, inject: [SigningKey, CacheMetrics], useFactory: shared },
        {
          provide: AccessCache,
          inject: [Database, PolicyBundles, SharedCache, CacheMetrics],
          useFactory: (database: Database, bundles: PolicyBundles, cache: SharedCache | null, events: CacheMetrics) => {
            const made = new AccessCache(new FactsLoader(database), bundles, cache, { events, fenceOff });
            events.watchSizes(() => made.sizes());
            return made;
          },
        },
        {
          provide: SelfAudit,
          inject: [AccessCache, CacheMetrics],
          useFactory: (cache: AccessCache, events: CacheMetrics) => {
            const log = new Logger('SelfAudit');
            return new SelfAudit(
              (office, question) => cache.recompute(office, question),
              events,
              (question, revision) =>
                log.error(`a cached answer was wrong at revision ${revision}: ${JSON.stringify(question)}`),
            );
          },
        },
        AbilityService,
        ActorsService,
        EvaluationService,
        ExplainService,
        OpenableService,
        SearchService,
        Snapshots,
      ],
      exports: [
        PolicyBundles,
        PolicyReloader,
        CacheMetrics,
        AccessCache,
        SelfAudit,
        AbilityService,
        ActorsService,
        EvaluationService,
        ExplainService,
        OpenableService,
        SearchService,
        Snapshots,
      ],
    };
  }
}
