import type { DecisionChains } from './decision-chains.js';
import { decisionAt, type AnsweredChecks, type DecisionEntry } from './decision.js';

/** Which decisions are kept. */
export type Selection = 'all' | 'denied' | { sampled: number };

type Waiting = AnsweredChecks & { atMs: number };

/**
 * Answers that wait to be written. What finds no place is counted, and its place in the log says how many were lost.
 * Taking one in costs the same however many questions it has: they are looked at when it is written.
 */
export class DecisionQueue {
  private waiting: Waiting[] = [];
  /** The first answer that is still to be written, and its first question. */
  private at = 0;
  private question = 0;
  private readonly lost = new Map<string, number>();
  /** Decisions that wait. */
  size = 0;

  constructor(
    private readonly selection: Selection,
    private readonly most: number,
  ) {}

  get isEmpty(): boolean {
    return this.size === 0 && this.lost.size === 0;
  }

  /** @returns `false` where there was no place */
  add(answered: AnsweredChecks, atMs: number): boolean {
    const { office, questions } = answered;
    if (this.size + questions.length > this.most) {
      this.lost.set(office, (this.lost.get(office) ?? 0) + questions.length);
      return false;
    }
    this.size += questions.length;
    this.waiting.push({ ...answered, atMs });
    return true;
  }

  /** The next entries of the log: gaps, then what waits longest. May be none, where nothing of it is kept. */
  take(chains: DecisionChains, atMs: number, most: number): DecisionEntry[] {
    const entries = [...this.lost].map(([office, dropped]) => chains.next(office, atMs, { dropped }));
    this.lost.clear();
    for (let looked = 0; looked < most && this.size > 0;) {
      const answered = this.waiting[this.at] as Waiting;
      for (; looked < most && this.question < answered.questions.length; this.question++, looked++, this.size--) {
        if (!this.keeps(answered.verdicts[this.question]?.allowed === true)) continue;
        entries.push(chains.next(answered.office, answered.atMs, decisionAt(answered, this.question)));
      }
      if (this.question === answered.questions.length) this.step();
    }
    return entries;
  }

  private keeps(allowed: boolean): boolean {
    if (this.selection === 'all') return true;
    return this.selection === 'denied' ? !allowed : Math.random() < this.selection.sampled;
  }

  /** Taking from the front of a long array would copy the rest each time. */
  private step(): void {
    this.question = 0;
    this.at++;
    if (this.at < this.waiting.length && this.at < 1_000) return;
    this.waiting = this.waiting.slice(this.at);
    this.at = 0;
  }
}
