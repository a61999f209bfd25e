import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry } from 'prom-client';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import type { Logger } from '#src/platform/logs.js';
import type { Settings } from '#src/platform/settings.js';

/** A worker that dies is replaced; one that dies at once is not replaced faster than this. */
const restartPauseMs = 1_000;

/**
 * Several processes on one port. Each has its own caches and its own fence, so the guarantee is that of one process:
 * nothing is shared between them but PostgreSQL and, where there is one, Redis.
 */
export class Workers {
  private stopping = false;
  /** A free port is chosen once (0): whoever replaces the last worker must not get another. */
  private port: number;

  /** @param settings with the addresses of what was started for all of them */
  constructor(
    private readonly settings: Settings & { databaseUrl: string },
    private readonly logger: Logger,
  ) {
    this.port = settings.port;
  }

  /** Starts them all. @returns the port, once every worker listens */
  async start(): Promise<number> {
    cluster.on('exit', (worker, code, signal) => {
      if (this.stopping) return;
      this.logger.error({ worker: worker.id, code, signal }, 'a worker died');
      void sleep(restartPauseMs).then(() => (this.stopping ? undefined : this.fork()));
    });
    this.port ||= await freePort();
    for (let started = 0; started < this.settings.workers; started++) await this.fork();
    return this.port;
  }

  /** Passes a signal on to all of them. */
  signal(signal: NodeJS.Signals): void {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  }

  /** Tells them to stop, and waits until they have. */
  async stop(): Promise<void> {
    this.stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker): worker is Worker => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        const exited = once(worker, 'exit');
        worker.process.kill('SIGTERM');
        await exited;
      }),
    );
  }

  private async fork(): Promise<number> {
    const { databaseUrl, oidcIssuer = '', oidcAudience = '', oidcClientId = '' } = this.settings;
    const worker = cluster.fork({
      DATABASE_URL: databaseUrl,
      OIDC_ISSUER: oidcIssuer,
      OIDC_AUDIENCE: oidcAudience,
      OIDC_CLIENT_ID: oidcClientId,
      DEMO_SIGN_IN: '',
      WORKERS: '1',
      PORT: String(this.port),
      METRICS_PORT: '',
    });
    const listening = once(worker, 'listening').then(([address]) => (address as { port: number }).port);
    const exited = once(worker, 'exit').then(([code]) => {
      throw new Error(`a worker ended with ${code} while it started`);
    });
    exited.catch(() => undefined);
    return Promise.race([listening, exited]);
  }
}

/** Serves the metrics of all workers, added up, on a port of its own. */
export async function serveWorkerMetrics(port: number, host: string): Promise<Server> {
  const registry = new AggregatorRegistry();
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end();
    registry.clusterMetrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}
