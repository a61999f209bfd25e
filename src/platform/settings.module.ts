import { Module, type DynamicModule } from '@nestjs/common';
import { PublicUrl } from './public-url.js';
import { SETTINGS, type Settings } from './settings.js';

/** Gives every room the settings, and the address that follows from them. */
@Module({})
export class SettingsModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [{ provide: SETTINGS, useValue: settings }, PublicUrl],
      exports: [SETTINGS, PublicUrl],
    };
  }
}
