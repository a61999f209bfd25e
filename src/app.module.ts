import { Module, type DynamicModule } from '@nestjs/common';
import { SelfAudit } from '#src/ability/self-audit.js';
import { PolicyReloader } from '#src/ability/policy-reloader.js';
import { AbilityModule } from '#src/ability/ability.module.js';
import { AdminModule } from '#src/admin/admin.module.js';
import { AuditModule } from '#src/audit/audit.module.js';
import { CheckModule } from '#src/check/check.module.js';
import { findKeyIn } from '#src/platform/auth/key-store.js';
import { Database } from '#src/platform/database.js';
import { DatabaseModule } from '#src/platform/database.module.js';
import type { HealthCheck } from '#src/platform/health.controller.js';
import { HttpModule } from '#src/platform/http.module.js';
import type { Logger } from '#src/platform/logs.js';
import type { Metrics } from '#src/platform/metrics.js';
import type { Settings } from '#src/platform/settings.js';
import { SettingsModule } from '#src/platform/settings.module.js';
import { relationEntities } from '#src/relations/entities.js';
import { SessionModule } from '#src/session/session.module.js';
import { SessionStore } from '#src/session/session-store.js';

/** What the app is made with, besides its settings. */
export interface AppParts {
  settings: Settings;
  logger: Logger;
  metrics: Metrics;
  /** What readiness depends on, besides PostgreSQL and the caches. */
  healthChecks?: readonly HealthCheck[] | undefined;
  /** Only a test turns the fence off. */
  fenceOff?: boolean | undefined;
}

/** The map of the rooms. */
@Module({})
export class AppModule {
  static forRoot({ settings, logger, metrics, healthChecks = [], fenceOff }: AppParts): DynamicModule {
    const { oidcIssuer: issuer, oidcAudience: audience } = settings;
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        DatabaseModule.forRoot({ settings, entities: relationEntities }),
        HttpModule.registerAsync({
          imports: [SessionModule],
          inject: [Database, SessionStore, SelfAudit, PolicyReloader],
          useFactory: (database: Database, sessions: SessionStore, audit: SelfAudit, policies: PolicyReloader) => ({
            findKey: findKeyIn(database),
            oidc: issuer !== undefined && audience !== undefined ? { issuer, audience } : null,
            sessions: settings.oidcClientId === undefined ? null : sessions,
            healthChecks: [
              { name: 'database', check: () => database.ping() },
              { name: 'cache', check: () => audit.check() },
              { name: 'policies', check: () => policies.check() },
              ...healthChecks,
            ],
            logger,
            metrics,
          }),
        }),
        AbilityModule.forRoot({ settings, metrics, logger, fenceOff }),
        AuditModule.forRoot({ settings, metrics }),
        CheckModule,
        SessionModule,
        AdminModule.forRoot({ settings, metrics }),
      ],
    };
  }
}
