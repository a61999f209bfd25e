import { Module } from '@nestjs/common';
import { Database } from '#src/platform/database.js';
import { PublicUrl } from '#src/platform/public-url.js';
import { SETTINGS, type Settings } from '#src/platform/settings.js';
import { IssuerClient } from './issuer-client.js';
import { SessionController } from './session.controller.js';
import { SessionService } from './session.service.js';
import { SessionStore } from './session-store.js';
import { SignInController } from './sign-in.controller.js';
import { SignInService } from './sign-in.service.js';
import { SigningKey } from '#src/platform/signing-key.js';

/** People at browsers: sign-in, their sessions, sign-out. */
@Module({
  controllers: [SessionController, SignInController],
  providers: [
    SessionService,
    {
      provide: SessionStore,
      inject: [Database, PublicUrl, SETTINGS],
      useFactory: (database: Database, publicUrl: PublicUrl, settings: Settings) =>
        new SessionStore(database, publicUrl, {
          idleMinutes: settings.sessionIdleMinutes,
          maxHours: settings.sessionMaxHours,
        }),
    },
    {
      provide: SignInService,
      inject: [SessionStore, SETTINGS, PublicUrl, SigningKey],
      useFactory: (store: SessionStore, settings: Settings, publicUrl: PublicUrl, key: SigningKey) =>
        new SignInService(store, issuerOf(settings), publicUrl, key),
    },
  ],
  exports: [SessionStore],
})
export class SessionModule {}

function issuerOf({ oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret }: Settings) {
  return issuer === undefined || clientId === undefined ? null : new IssuerClient({ issuer, clientId, clientSecret });
}
