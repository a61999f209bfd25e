import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { FindKey } from './auth/api-keys.js';
import { AuthGuard } from './auth/auth.guard.js';
import { Authenticator } from './auth/authenticator.js';
import { type OidcOptions, OidcVerifier } from './auth/oidc.js';
import { SessionAuthenticator } from './auth/session-authenticator.js';
import type { Sessions } from './auth/session.js';
import { type HealthCheck, HealthController, healthChecks, healthLogger } from './health.controller.js';
import type { Logger } from './logs.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';

/** What the platform's half of HTTP needs from the rest of the service. */
export interface HttpParts {
  findKey: FindKey;
  /** Null: people cannot sign in, only API keys are accepted. */
  oidc: OidcOptions | null;
  /** Null or absent: nobody can sign in at a browser. */
  sessions?: Sessions | null;
  healthChecks: readonly HealthCheck[];
  logger: Logger;
  metrics: Metrics;
}

/** How the parts are made: an ordinary Nest factory. */
export interface HttpModuleOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  useFactory: (...injected: never[]) => HttpParts | Promise<HttpParts>;
}

const parts = Symbol('http parts');

/** Authentication for every route, health and metrics. */
@Module({})
export class HttpModule {
  /** To be imported once, by the app module. */
  static registerAsync({ imports = [], inject = [], useFactory }: HttpModuleOptions): DynamicModule {
    const part = <T>(provide: FactoryProvider['provide'], get: (all: HttpParts) => T): FactoryProvider<T> => ({
      provide,
      inject: [parts],
      useFactory: get,
    });
    return {
      module: HttpModule,
      imports: [DiscoveryModule, ...imports],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: parts, inject, useFactory },
        part(Authenticator, ({ findKey, oidc, sessions }) => {
          const bySession = sessions ? new SessionAuthenticator(sessions) : null;
          return new Authenticator(findKey, oidc && new OidcVerifier(oidc), bySession);
        }),
        part(healthChecks, (all) => all.healthChecks),
        part(healthLogger, (all) => all.logger),
        part(Metrics, (all) => all.metrics),
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
    };
  }
}
