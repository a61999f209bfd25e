import 'reflect-metadata';
import { createApp } from './app.js';
import { welcome } from './welcome.js';
import { createLogger } from '#src/platform/logs.js';
import { Metrics, serveMetrics } from '#src/platform/metrics.js';
import { readSettings } from '#src/platform/settings.js';

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
  const metrics = new Metrics().collectProcess();
  const app = await createApp({ settings, logger, metrics });
  const firstSteps = await welcome(app, settings);
  await app.listen(settings.port, settings.host);
  const metricsServer =
    settings.metricsPort === undefined ? undefined : await serveMetrics(metrics, settings.metricsPort, settings.host);
  process.stdout.write(firstSteps(await app.getUrl()));

  logger.info({ signal: await stopped }, 'stopping');
  // Once the deadline has passed, what is left is not worth waiting for: every acknowledged write is in PostgreSQL.
  setTimeout(() => process.exit(0), closeDeadlineMs).unref();
  metricsServer?.close();
  await app.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    // The message says what to do.
    process.stderr.write(`cardea cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
