import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppParts } from './app.module.js';
import { serveDocs } from './platform/docs.js';
import { createHttp } from './platform/http.js';
import { buildOpenApi } from './platform/openapi.js';

/** The version of the service, as `package.json` has it. */
export const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

/** The whole service, ready to listen. */
export async function createApp(parts: AppParts): Promise<NestFastifyApplication> {
  const http = createHttp({ logger: parts.logger, metrics: parts.metrics });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(parts), http.adapter, {
    ...http.nestOptions,
    abortOnError: false,
  });
  http.configure(app);
  serveDocs(app, () => buildOpenApi(app, { version }));
  return app;
}
