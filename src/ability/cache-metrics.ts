import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RedisState } from '#src/platform/redis.js';
import type { CacheEvents } from './access-cache.js';
import { sharedCacheEvents, type SharedCacheEvent } from './shared-cache.js';

/** `none`: no Redis was given. */
const redisStates: readonly (RedisState | 'none')[] = ['connected', 'reconnecting', 'circuit_open', 'none'];

/** Buckets from 50 µs to 1 s. */
const latencyBuckets = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** What the check path tells about itself. */
export class CacheMetrics implements CacheEvents {
  private readonly fenceReads: Counter;
  private readonly fencedChecks: Counter;
  private readonly loads: Counter;
  private readonly evictions: Counter;
  private readonly sharedEvents: Counter<'event'>;
  private readonly audits: Counter<'outcome'>;
  private readonly latency: Histogram<'result' | 'outcome'>;
  private readonly observers = new Map<string, (seconds: number) => void>();

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.fenceReads = new Counter({
      name: 'cardea_fence_reads_total',
      help: 'Statements that read revisions.',
      registers,
    });
    this.fencedChecks = new Counter({
      name: 'cardea_fence_waits_total',
      help: 'Requests that waited for such a statement; many share one.',
      registers,
    });
    this.loads = new Counter({ name: 'cardea_fact_loads_total', help: 'Statements that loaded facts.', registers });
    this.evictions = new Counter({ name: 'cardea_cache_evictions_total', help: 'Entries that made room.', registers });
    this.sharedEvents = new Counter({
      name: 'cardea_redis_entries_total',
      help: 'What came of asking Redis: entries hit, miss, rejected (forged or damaged); questions error, rest (not asked).',
      labelNames: ['event'],
      registers,
    });
    for (const event of sharedCacheEvents) this.sharedEvents.inc({ event }, 0);
    this.audits = new Counter({
      name: 'cardea_cache_audits_total',
      help: 'Cached answers computed again from PostgreSQL: same, different, or moved on meanwhile.',
      labelNames: ['outcome'],
      registers,
    });
    this.latency = new Histogram({
      name: 'cardea_check_duration_seconds',
      help: 'Time from the body of a check to its answer, by result and by whether everything was in the cache.',
      labelNames: ['result', 'outcome'],
      buckets: latencyBuckets,
      registers,
    });
  }

  /** Reads sizes when Prometheus asks, not before. */
  watchSizes(sizes: () => Record<string, number>): void {
    new Gauge({
      name: 'cardea_cache_entries',
      help: 'Entries held by this process.',
      labelNames: ['kind'],
      registers: [this.registry],
      collect() {
        for (const [kind, size] of Object.entries(sizes())) this.set({ kind }, size);
      },
    });
  }

  /** One series for each state, 1 for the present one: added up over workers, how many are in each. */
  watchRedis(state: () => RedisState | 'none'): void {
    new Gauge({
      name: 'cardea_redis_state',
      help: 'The state of Redis as this process sees it: connected, reconnecting, circuit_open after a failure, or none.',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        const present = state();
        for (const possible of redisStates) this.set({ state: possible }, possible === present ? 1 : 0);
      },
    });
  }

  fence(): void {
    this.fenceReads.inc();
  }

  waited(): void {
    this.fencedChecks.inc();
  }

  loaded(): void {
    this.loads.inc();
  }

  evicted(count: number): void {
    this.evictions.inc(count);
  }

  shared(event: SharedCacheEvent): void {
    this.sharedEvents.inc({ event });
  }

  audited(outcome: 'same' | 'different' | 'moved'): void {
    this.audits.inc({ outcome });
  }

  /** A check was answered; labels are hashed once per series, for this is called for every check. */
  checked(allowed: boolean, warm: boolean, seconds: number): void {
    const name = allowed ? (warm ? 'aw' : 'ac') : warm ? 'dw' : 'dc';
    let observe = this.observers.get(name);
    if (!observe) {
      const series = this.latency.labels(allowed ? 'allow' : 'deny', warm ? 'warm' : 'cold');
      observe = (value) => series.observe(value);
      this.observers.set(name, observe);
    }
    observe(seconds);
  }
}
