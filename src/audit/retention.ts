import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';

const dayMs = 86_400_000;

/** How long decisions are kept: each office's for as long as it says, else for as long as the service says. */
export class Retention {
  /**
   * @param standardDays for offices that say nothing
   * @param own days, by office
   */
  constructor(
    private readonly standardDays: number,
    private readonly own: ReadonlyMap<string, number> = new Map(),
  ) {}

  static async read(em: EntityManager, standardDays: number): Promise<Retention> {
    const found = await rows<{ id: string; days: number }>(
      em,
      'select id, decision_log_days days from office where decision_log_days is not null',
    );
    return new Retention(standardDays, new Map(found.map(({ id, days }) => [id, days])));
  }

  /** The offices with a time of their own. */
  get ownOffices(): string[] {
    return [...this.own.keys()];
  }

  /** What is older than this goes, of one office, or of all that have no time of their own. */
  endMs(nowMs: number, office?: string): number {
    const own = office === undefined ? undefined : this.own.get(office);
    return nowMs - (own ?? this.standardDays) * dayMs;
  }

  /** What is older than this goes whosever it is; what is younger than the second stays whosever it is. */
  endsMs(nowMs: number): { ofAllMs: number; ofAnyMs: number } {
    const days = [this.standardDays, ...this.own.values()];
    return { ofAllMs: nowMs - Math.max(...days) * dayMs, ofAnyMs: nowMs - Math.min(...days) * dayMs };
  }
}
