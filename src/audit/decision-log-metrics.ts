import { Counter, Gauge, type Registry } from 'prom-client';

/** What the decision log tells about itself. */
export class DecisionLogMetrics {
  private readonly entries: Counter<'outcome'>;

  constructor(private readonly registry: Registry) {
    this.entries = new Counter({
      name: 'cardea_decision_log_entries_total',
      help: 'Decisions written to the log, and dropped because too many waited.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of ['written', 'dropped']) this.entries.inc({ outcome }, 0);
  }

  /** Reads how many decisions wait when Prometheus asks; 0 where the log is off. */
  watchQueue(size: () => number): void {
    new Gauge({
      name: 'cardea_decision_log_waiting',
      help: 'Decisions that wait to be written.',
      registers: [this.registry],
      collect() {
        this.set(size());
      },
    });
  }

  written(count: number): void {
    this.entries.inc({ outcome: 'written' }, count);
  }

  dropped(count: number): void {
    this.entries.inc({ outcome: 'dropped' }, count);
  }
}
