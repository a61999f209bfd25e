import { Module, type DynamicModule } from '@nestjs/common';
import { AbilityService } from './ability.service.js';
import { Database } from '#src/platform/database.js';
import { AccessCache } from './access-cache.js';
import { ActorsService } from './actors.service.js';
import { PolicyBundles } from './bundles.js';
import { ExplainService } from './explain.service.js';
import { OpenableService } from './openable.service.js';
import { FactsLoader } from './facts-loader.js';

/** Policies and facts together. Global: both the questions and the administration ask it. */
@Module({})
export class AbilityModule {
  /** @throws `PolicyError` where a policy file is wrong: the service does not start */
  static forRoot(options: { policyDir: string; policySetsDir: string | undefined }): DynamicModule {
    return {
      module: AbilityModule,
      global: true,
      providers: [
        { provide: PolicyBundles, useFactory: () => PolicyBundles.load(options.policyDir, options.policySetsDir) },
        {
          provide: AccessCache,
          inject: [Database, PolicyBundles],
          useFactory: (database: Database, bundles: PolicyBundles) =>
            new AccessCache(new FactsLoader(database), bundles),
        },
        AbilityService,
        ActorsService,
        ExplainService,
        OpenableService,
      ],
      exports: [PolicyBundles, AccessCache, AbilityService, ActorsService, ExplainService, OpenableService],
    };
  }
}
