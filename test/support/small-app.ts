import { Writable } from 'node:stream';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { generateApiKey, hashApiKey, type FoundKey } from '#src/platform/auth/api-keys.js';
import type { OidcOptions } from '#src/platform/auth/oidc.js';
import type { HealthCheck } from '#src/platform/health.controller.js';
import { HttpModule } from '#src/platform/http.module.js';
import { createHttp, type Patience } from '#src/platform/http.js';
import type { LaneOptions } from '#src/platform/lanes.js';
import { createLogger, type LogLevel } from '#src/platform/logs.js';
import { Metrics } from '#src/platform/metrics.js';

/** API keys in memory, found by their hash as the database finds them. */
export class KeyRing {
  readonly #keys = new Map<string, () => FoundKey>();
  #failure: Error | undefined;

  /** Stores a new key, of the platform and with the scope `check` unless said otherwise, and returns its text. */
  add(key: Partial<FoundKey> = {}): string {
    return this.addLive(() => key);
  }

  /** The same for a key that changes: what it is now is asked at every lookup. */
  addLive(current: () => Partial<FoundKey>): string {
    const text = generateApiKey();
    const hash = hashApiKey(text);
    const rest = { office: null, id: `k${this.#keys.size + 1}`, name: 'Test', scopes: ['check'] as const };
    const times = { revokedAt: null, expiresAt: null, asOf: 1, now: new Date() };
    this.#keys.set(hash.toString('hex'), () => ({ hash, ...rest, ...times, ...current() }));
    return text;
  }

  /** Makes every lookup fail, until it is called with nothing. */
  fail(failure: Error | undefined): void {
    this.#failure = failure;
  }

  readonly find = (hash: Buffer): Promise<FoundKey | null> => {
    if (this.#failure) return Promise.reject(this.#failure);
    return Promise.resolve(this.#keys.get(hash.toString('hex'))?.() ?? null);
  };
}

/** What a small app is made of. */
export interface SmallAppOptions {
  controllers?: Type[];
  oidc?: OidcOptions;
  healthChecks?: HealthCheck[];
  level?: LogLevel;
  bodyLimitBytes?: number;
  bounds?: LaneOptions;
  patience?: Patience;
  /** Called before the app listens. */
  prepare?: (app: NestFastifyApplication) => void;
}

/** An app with everything the platform gives to HTTP and nothing else, listening on loopback. */
export interface SmallApp {
  app: NestFastifyApplication;
  url: string;
  keys: KeyRing;
  metrics: Metrics;
  /** What was logged, a line each. */
  lines: string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Starts a small app; close it at the end. */
export async function startSmallApp(options: SmallAppOptions = {}): Promise<SmallApp> {
  const keys = new KeyRing();
  const lines: string[] = [];
  const logger = createLogger(options.level ?? 'silent', collector(lines));
  const metrics = new Metrics();
  const { bodyLimitBytes, bounds, patience } = options;
  const http = createHttp({ logger, metrics, bodyLimitBytes, bounds, patience });
  const parts = {
    findKey: keys.find,
    oidc: options.oidc ?? null,
    healthChecks: options.healthChecks ?? [],
    logger,
    metrics,
  };
  const module = await Test.createTestingModule({
    imports: [HttpModule.registerAsync({ useFactory: () => parts })],
    controllers: options.controllers ?? [],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(http.adapter, http.nestOptions);
  http.configure(app);
  options.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    url,
    keys,
    metrics,
    lines,
    fetch: (path, init) => fetch(url + path, init),
    close: () => app.close(),
  };
}

function collector(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
}
