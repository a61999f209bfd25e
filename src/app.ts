import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppParts } from './app.module.js';
import { serveConsole } from '#src/platform/console.js';
import { serveDocs } from '#src/platform/docs.js';
import { createHttp } from '#src/platform/http.js';
import { createLogger } from '#src/platform/logs.js';
import { Metrics } from '#src/platform/metrics.js';
import { buildOpenApi } from '#src/platform/openapi.js';
import { readSettings } from '#src/platform/settings.js';

/** The version of the service, as `package.json` has it. */
export const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

/** The whole service, ready to listen. */
export async function createApp(parts: AppParts): Promise<NestFastifyApplication> {
  const { logger, metrics, settings } = parts;
  const bounds = { maxRequests: settings.maxRequests, deadlineMs: settings.requestDeadlineMs };
  const http = createHttp({ logger, metrics, bounds });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(parts), http.adapter, {
    ...http.nestOptions,
    abortOnError: false,
  });
  http.configure(app);
  serveConsole(app);
  serveDocs(app, () => buildOpenApi(app, { version }));
  return app;
}

/**
 * The OpenAPI document of the service as text, as it is committed. The modules are looked at and nothing is started:
 * it needs no database.
 */
export async function describeApi(): Promise<string> {
  const logger = createLogger('silent');
  const http = createHttp({ logger });
  const module = AppModule.forRoot({ settings: readSettings({}), logger, metrics: new Metrics() });
  const app = await NestFactory.create(module, http.adapter, { ...http.nestOptions, preview: true });
  return `${JSON.stringify(buildOpenApi(app, { version }), null, 2)}\n`;
}
