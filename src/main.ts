import 'reflect-metadata';
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { PolicyBundles } from '#src/ability/bundles.js';
import { PolicyReloader } from '#src/ability/policy-reloader.js';
import { Database } from '#src/platform/database.js';
import { startDatabaseServer } from '#src/platform/database.module.js';
import { createLogger, type Logger } from '#src/platform/logs.js';
import { Metrics, serveMetrics } from '#src/platform/metrics.js';
import { readSettings, type Settings } from '#src/platform/settings.js';
import { startDemoIssuer } from '#src/session/demo-issuer/demo-issuer.js';
import { createApp } from './app.js';
import { PolicyTrail } from './policy-trail.js';
import { probeSteps, SelfProbe } from './self-probe.js';
import { welcome } from './welcome.js';
import { serveWorkerMetrics, Workers } from './workers.js';

/** What is in flight has this long to finish once the service is told to stop. */
const closeDeadlineMs = 10_000;

async function main(): Promise<void> {
  const settings = readSettings();
  const logger = createLogger(settings.logLevel);
  // Before anything is started: a signal that comes during the start must stop what has been started by then.
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  // Until there is something to reload, the signal means nothing; by itself it would end the process.
  process.on('SIGHUP', () => undefined);
  const close =
    cluster.isPrimary && settings.workers > 1 ? await serveByWorkers(settings, logger) : await serve(settings, logger);
  logger.info({ signal: await stopped }, 'stopping');
  // Once the deadline has passed, what is left is not worth waiting for: every acknowledged write is in PostgreSQL.
  setTimeout(() => process.exit(0), closeDeadlineMs).unref();
  await close();
}

/** One process that does it all. @returns how to stop it */
async function serve(settings: Settings, logger: Logger): Promise<() => Promise<void>> {
  const ground = await prepareGround(settings);
  const metrics = new Metrics().collectProcess();
  const probe = new SelfProbe(metrics, logger);
  const app = await createApp({ settings: ground.settings, logger, metrics, healthChecks: [probe.health] });
  // A worker's primary has done this.
  const firstSteps = cluster.isPrimary ? await welcome(app, settings) : () => '';
  const trail = new PolicyTrail(app.get(Database), app.get(PolicyBundles), metrics, logger);
  app.get(PolicyReloader).onReload(() => void trail.record('reload'));
  process.on('SIGHUP', () => app.get(PolicyReloader).reload());
  await app.listen(settings.port, settings.host);
  void trail.record('start');
  const metricsServer = await metricsOn(settings.metricsPort, (port) => serveMetrics(metrics, port, settings.host));
  const { selfProbeSeconds } = settings;
  const stopProbing = selfProbeSeconds && probe.start(await probeSteps(app), selfProbeSeconds);
  process.stdout.write(firstSteps(await app.getUrl()));
  return async () => {
    if (stopProbing) stopProbing();
    metricsServer?.close();
    await Promise.all([trail.close(), app.close()]);
    await ground.stop();
  };
}

/** The first process starts what it must, prepares the database, and leaves the requests to its workers. */
async function serveByWorkers(settings: Settings, logger: Logger): Promise<() => Promise<void>> {
  const ground = await prepareGround(settings);
  const app = await createApp({ settings: ground.settings, logger, metrics: new Metrics() });
  await app.init();
  const firstSteps = await welcome(app, settings);
  await app.close();
  const workers = new Workers(ground.settings, logger);
  process.on('SIGHUP', () => workers.signal('SIGHUP'));
  const port = await workers.start();
  const metricsServer = await metricsOn(settings.metricsPort, (own) => serveWorkerMetrics(own, settings.host));
  process.stdout.write(firstSteps(`http://${settings.host}:${port}`));
  return async () => {
    metricsServer?.close();
    await workers.stop();
    await ground.stop();
  };
}

/** What every process of the service stands on. */
interface Ground {
  /** The settings with the addresses of what was started here. */
  settings: Settings & { databaseUrl: string };
  stop(): Promise<void>;
}

/** Starts a PostgreSQL and an issuer of our own where the settings name none. */
async function prepareGround(settings: Settings): Promise<Ground> {
  const server = await startDatabaseServer(settings);
  const onServer = { ...settings, databaseUrl: server.url };
  if (!settings.demoSignIn) return { settings: onServer, stop: () => server.stop() };
  const demo = await startDemoIssuer(onServer);
  return {
    settings: { ...onServer, ...demo.settings },
    async stop() {
      await demo.close();
      await server.stop();
    },
  };
}

async function metricsOn(port: number | undefined, serveOn: (port: number) => Promise<Server>) {
  return port === undefined ? undefined : serveOn(port);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    // The message says what to do.
    process.stderr.write(`cardea cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
