import { Module, type DynamicModule } from '@nestjs/common';
import { AbilityService } from './ability.service.js';
import { ActorsService } from './actors.service.js';
import { PolicyBundles } from './bundles.js';

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
        AbilityService,
        ActorsService,
      ],
      exports: [PolicyBundles, AbilityService, ActorsService],
    };
  }
}
