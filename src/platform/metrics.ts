import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

type Observe = (seconds: number) => void;

/** What Prometheus reads: the process, and the time that requests take by route and status. */
export class Metrics {
  readonly registry = new Registry();
  readonly #latency = new Histogram({
    name: 'cardea_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly #refused = new Counter({
    name: 'cardea_requests_refused_total',
    help: 'Requests answered with 503 at once, because too many of their lane were under way.',
    labelNames: ['lane'],
    registers: [this.registry],
  });
  /** Labels are hashed once per series, not once per request. Bounded by the routes: patterns, never addresses. */
  readonly #series = new Map<string, Observe>();

  /** Counts one answered request. */
  observe(method: string, route: string, status: number, seconds: number): void {
    const name = `${method} ${status} ${route}`;
    let observe = this.#series.get(name);
    if (!observe) {
      const series = this.#latency.labels(method, route, String(status));
      observe = (value) => series.observe(value);
      this.#series.set(name, observe);
    }
    observe(seconds);
  }

  /** Reads how many requests each lane has under way when Prometheus asks, and how many it has places for. */
  watchLanes(lanes: readonly { name: string; taken: number; most: number }[]): void {
    const gauge = (name: string, help: string, of: (lane: (typeof lanes)[number]) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ['lane'],
        registers: [this.registry],
        collect() {
          for (const lane of lanes) this.set({ lane: lane.name }, of(lane));
        },
      });
    gauge('cardea_requests_in_flight', 'Requests under way.', (lane) => lane.taken);
    gauge('cardea_requests_max', 'Requests that may be under way (from MAX_REQUESTS).', (lane) => lane.most);
    for (const { name } of lanes) this.#refused.inc({ lane: name }, 0);
  }

  /** Counts one request that found no place. */
  refused(lane: string): void {
    this.#refused.inc({ lane });
  }

  /** Adds the figures of the process; once, by the process that serves. */
  collectProcess(): this {
    collectDefaultMetrics({ register: this.registry });
    return this;
  }
}

/**
 * Serves `/metrics` without authentication on a port of its own (`METRICS_PORT`), which is not to be published.
 *
 * @returns the server, listening; close it at the end
 */
export async function serveMetrics(metrics: Metrics, port: number, host: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return server;
}
